"""Constant expressions, evaluated at instantiation (spec 4.5.4, 3.4.12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wasmjit.errors import InternalError
from wasmjit.runtime.aggregates import AGGREGATES
from wasmjit.wasm.module import ConstExpr
from wasmjit.wasm.opcodes import CODE_BY_NAME

if TYPE_CHECKING:
    from wasmjit.runtime.instance import ModuleInstance

_REF_I31 = CODE_BY_NAME["ref.i31"]
_CONVERSIONS = (CODE_BY_NAME["any.convert_extern"], CODE_BY_NAME["extern.convert_any"])

_MASK32 = (1 << 32) - 1
_MASK64 = (1 << 64) - 1

_LITERAL_MASKS = {
    CODE_BY_NAME["i32.const"]: _MASK32,
    CODE_BY_NAME["i64.const"]: _MASK64,
    CODE_BY_NAME["f32.const"]: _MASK32,
    CODE_BY_NAME["f64.const"]: _MASK64,
}
_ARITHMETIC = {
    CODE_BY_NAME[f"i{bits}.{name}"]: (name, (1 << bits) - 1) for bits in (32, 64) for name in ("add", "sub", "mul")
}
_V128_CONST = CODE_BY_NAME["v128.const"]
_REF_NULL = CODE_BY_NAME["ref.null"]
_REF_FUNC = CODE_BY_NAME["ref.func"]
_GLOBAL_GET = CODE_BY_NAME["global.get"]


def evaluate(instance: ModuleInstance, expr: ConstExpr) -> int:
    """The bits of a valid expression's value, unsigned; for references the address."""
    if len(expr) == 1 and expr[0].code not in AGGREGATES:
        return _operand(instance, expr[0].code, expr[0].imm)
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
