"""Constant expressions, evaluated at instantiation (spec 4.5.4, 3.4.12)."""

from __future__ import annotations

from wasmjit.errors import InternalError
from wasmjit.light import TYPE_CHECKING
from wasmjit.wasm import constcodes as op
from wasmjit.wasm.module import ConstExpr

if TYPE_CHECKING:
    from wasmjit.runtime.instance import ModuleInstance

_REF_I31 = op.REF_I31
_FIRST_AGGREGATE = op.STRUCT_NEW
"""What makes structures and arrays, and takes none of what is below: the instructions of the GC proposal."""
_CONVERSIONS = (op.ANY_CONVERT_EXTERN, op.EXTERN_CONVERT_ANY)

_MASK32 = (1 << 32) - 1
_MASK64 = (1 << 64) - 1

_LITERAL_MASKS = {
    op.I32_CONST: _MASK32,
    op.I64_CONST: _MASK64,
    op.F32_CONST: _MASK32,
    op.F64_CONST: _MASK64,
}
_ARITHMETIC = {
    op.I32_ADD: ("add", _MASK32),
    op.I32_SUB: ("sub", _MASK32),
    op.I32_MUL: ("mul", _MASK32),
    op.I64_ADD: ("add", _MASK64),
    op.I64_SUB: ("sub", _MASK64),
    op.I64_MUL: ("mul", _MASK64),
}
_V128_CONST = op.V128_CONST
_REF_NULL = op.REF_NULL
_REF_FUNC = op.REF_FUNC
_GLOBAL_GET = op.GLOBAL_GET


def evaluate(instance: ModuleInstance, expr: ConstExpr) -> int:
    """The bits of a valid expression's value, unsigned; for references the address."""
    if len(expr) == 1 and (expr[0].code < _FIRST_AGGREGATE or expr[0].code == _V128_CONST):
        return _operand(instance, expr[0].code, expr[0].imm)
    from wasmjit.runtime.aggregates import AGGREGATES

    heap = instance.store.heap
    stack: list[int] = heap.pinned if heap is not None else []
    height = len(stack)
    try:
        for code, imm, _ in expr:
            if code in _ARITHMETIC:
                right, left = stack.pop(), stack.pop()
                stack.append(_binary(*_ARITHMETIC[code], left, right))
            elif code in AGGREGATES and heap is not None:
                AGGREGATES[code](heap, instance.module, imm, stack)
            elif code == _REF_I31:
                stack.append((stack.pop() << 1 | 1) & _MASK32)
            elif code not in _CONVERSIONS:
                stack.append(_operand(instance, code, imm))
        return stack[-1]
    finally:
        del stack[height:]


def _operand(instance: ModuleInstance, code: int, imm: object) -> int:
    match imm:
        case int() if code in _LITERAL_MASKS:
            return imm & _LITERAL_MASKS[code]
        case int() if code == _GLOBAL_GET:
            return instance.global_(imm).get()
        case int() if code == _REF_FUNC:
            return instance.reference(imm)
        case bytes() if code == _V128_CONST:
            return int.from_bytes(imm, "little")
    if code == _REF_NULL:
        return 0
    raise InternalError(f"opcode {code:#x} in a constant expression")


def _binary(name: str, mask: int, left: int, right: int) -> int:
    if name == "add":
        return left + right & mask
    return left - right & mask if name == "sub" else left * right & mask
