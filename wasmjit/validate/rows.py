"""The opcode table as the loop over a body needs it."""

from __future__ import annotations

from typing import NamedTuple

from wasmjit.validate import (  # noqa: F401  (they fill the registry)
    aggregate,
    control,
    exception,
    immediate,
    reference,
    table,
    variable,
)
from wasmjit.validate.addressed import addressed_handlers, has_wide_memory
from wasmjit.validate.checker import types_of
from wasmjit.validate.registry import HANDLERS, Handler
from wasmjit.wasm.module import Module
from wasmjit.wasm.opcodes import OPCODES, Op
from wasmjit.wasm.types import ValType


class Row(NamedTuple):
    """How one opcode is validated: the handler first, if any; then the signature, if any.

    `top` is the slice of the operand stack where `params` must lie, and `results` go.
    """

    handler: Handler | None
    params: list[ValType] | None
    results: list[ValType]
    top: slice


def _row(op: Op) -> Row:
    handler = HANDLERS.get(op.code)
    if op.type is None:
        return Row(handler, None, [], slice(0))
    params = types_of(op.type.params)
    return Row(handler, params.list, list(op.type.results), params.top)


ROWS: dict[int, Row] = {code: _row(op) for code, op in OPCODES.items()}

_ADDRESSED_ROWS = {**ROWS, **{code: Row(handler, None, [], slice(0)) for code, handler in addressed_handlers().items()}}


def rows_for(module: Module) -> dict[int, Row]:
    """The rows by which a module's bodies are validated."""
    return _ADDRESSED_ROWS if has_wide_memory(module) else ROWS
