"""Which function lowers which opcode. The families bind themselves here when `lower/__init__.py` imports them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from wasmjit.wasm.opcodes import CODE_BY_NAME

if TYPE_CHECKING:
    from wasmjit.compile.lower.emitter import Emitter

Handler: TypeAlias = "Callable[[Emitter, Any], None]"
"""Lowers one instruction: takes operands from the emitter's stack, emits IR, pushes results. The second argument is
the immediate, in the shape that the opcode's row names."""

HANDLERS: dict[int, Handler] = {}


def bind(mnemonic: str, handler: Handler) -> None:
    """Let `handler` lower `mnemonic`."""
    HANDLERS[CODE_BY_NAME[mnemonic]] = handler


def lowers(*mnemonics: str) -> Callable[[Handler], Handler]:
    """Decorator: bind one handler to each of `mnemonics`."""

    def register(handler: Handler) -> Handler:
        for mnemonic in mnemonics:
            bind(mnemonic, handler)
        return handler

    return register
