"""The opcode table as the loop over a body needs it."""

from __future__ import annotations

from wasmjit.light import TypeAlias
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

Row: TypeAlias = "tuple[Handler | None, list[ValType] | None, list[ValType], slice]"
"""How one opcode is validated: the handler first, if any; then the signature, if any: parameters, results, and the
slice of the operand stack where parameters must lie, and results go. A plain tuple is taken apart more quickly.
"""


def _row(op: Op) -> Row:
    handler = HANDLERS.get(op.code)
    if op.type is None:
        return handler, None, [], slice(0)
    params = types_of(op.type.params)
    return handler, params.list, list(op.type.results), params.top


ROWS: dict[int, Row] = {code: _row(op) for code, op in OPCODES.items()}

_ADDRESSED_ROWS = {**ROWS, **{code: (handler, None, [], slice(0)) for code, handler in addressed_handlers().items()}}


def rows_for(module: Module) -> dict[int, Row]:
    """The rows by which a module's bodies are validated."""
    return _ADDRESSED_ROWS if has_wide_memory(module) else ROWS
