"""Constant expressions (spec 3.3.10, with the extended-const proposal)."""

from __future__ import annotations

from wasmjit import features
from wasmjit.errors import InvalidError
from wasmjit.validate.body import validate_instrs
from wasmjit.validate.checker import Checker
from wasmjit.wasm.module import ConstExpr, Instr, Module
from wasmjit.wasm.opcodes import CODE_BY_NAME, OPCODES
from wasmjit.wasm.types import FuncType, ValType

_GLOBAL_GET, _END = CODE_BY_NAME["global.get"], CODE_BY_NAME["end"]
_CONST_CODES = frozenset(code for code, row in OPCODES.items() if row.const in {"mvp", *features.SUPPORTED})


def validate_const(module: Module, expr: ConstExpr, type: ValType, num_globals: int, offset: int) -> None:
    """`expr` must be constant and leave one `type`; it may use the first `num_globals` globals that are immutable.

    `offset` is where the expression ends, or what it belongs to begins: the place of an error that no instruction has.
    """
    for instr in expr:
        _validate_constness(module, instr, num_globals)
    check = Checker(module, FuncType((), (type,)), [], [*expr, Instr(_END, None, offset)])
    validate_instrs(check, None)


def _validate_constness(module: Module, instr: Instr, num_globals: int) -> None:
    if instr.code not in _CONST_CODES:
        raise InvalidError("constant expression required", None, instr.offset)
    if instr.code == _GLOBAL_GET:
        if instr.imm >= num_globals:
            raise InvalidError(f"unknown global {instr.imm}", None, instr.offset)
        if module.globals[instr.imm].type.mutable:
            raise InvalidError("constant expression required: the global is mutable", None, instr.offset)
