"""Which function translates which instruction."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from wasmjit.wasm.opcodes import CODE_BY_NAME

if TYPE_CHECKING:
    from wasmjit.interp.translator import Translator

Handler: TypeAlias = Callable[["Translator", Any], None]
"""Takes the state and the immediate (shape by `Op.imm`)."""

HANDLERS: dict[int, Handler] = {}


def interprets(*mnemonics: str) -> Callable[[Handler], Handler]:
    """Make the decorated function the handler of these instructions."""

    def register(handler: Handler) -> Handler:
        for mnemonic in mnemonics:
            bind(mnemonic, handler)
        return handler

    return register


def bind(mnemonic: str, handler: Handler) -> None:
    """Make `handler` the handler of an instruction, which must not have one yet."""
    code = CODE_BY_NAME[mnemonic]
    if code in HANDLERS:
        raise ValueError(f"{mnemonic} has a handler already")
    HANDLERS[code] = handler
