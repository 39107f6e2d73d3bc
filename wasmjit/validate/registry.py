"""Which function checks what of an instruction.

An instruction whose row has no signature has a handler that does its whole typing. One whose row has a signature
has a handler only if its immediate needs a check; the signature is applied after it.
"""

from __future__ import annotations

from collections.abc import Callable

from wasmjit.light import Any, TypeAlias
from wasmjit.validate.checker import Checker
from wasmjit.wasm.opcodes import CODE_BY_NAME

Handler: TypeAlias = Callable[[Checker, Any], None]
"""Takes the state and the immediate (shape by `Op.imm`), raises `InvalidError`."""

HANDLERS: dict[int, Handler] = {}


def validates(*mnemonics: str) -> Callable[[Handler], Handler]:
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
