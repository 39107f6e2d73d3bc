"""Floating point lane by lane, and conversions (spec 4.3.3, 4.3.4, 4.4.2)."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from operator import add, eq, ge, gt, le, lt, mul, ne, sub
from struct import Struct
from typing import Any

from wasmjit.interp import scalars
from wasmjit.interp.lanes import F32X4, F64X2, I32X4, I64X2, Function, Shape, Vector

_SHAPES: dict[str, tuple[Struct, Shape]] = {"f32x4": (F32X4, I32X4), "f64x2": (F64X2, I64X2)}


def pack_f32(lanes: list[float]) -> Vector:
    """Rounded to f32; too large a number becomes infinite."""
    return array("f", lanes).tobytes()


def _pack(name: str) -> Callable[[list[float]], Vector]:
    if name == "f32x4":
        return pack_f32
    return lambda lanes: F64X2.pack(*lanes)


def _unary(name: str, operation: Callable[[float], float]) -> Function:
    unpack, pack = _SHAPES[name][0].unpack, _pack(name)

    def run(a: Vector) -> Vector:
        return pack([operation(x) for x in unpack(a)])

    return run


def _binary(name: str, operation: Callable[[float, float], float]) -> Function:
    unpack, pack = _SHAPES[name][0].unpack, _pack(name)

    def run(a: Vector, b: Vector) -> Vector:
        return pack([operation(x, y) for x, y in zip(unpack(a), unpack(b), strict=True)])

    return run


def _comparison(name: str, operation: Callable[[float, float], bool]) -> Function:
    floats, integers = _SHAPES[name]
    unpack, pack = floats.unpack, integers.signed.pack

    def run(a: Vector, b: Vector) -> Vector:
        return pack(*[-operation(x, y) for x, y in zip(unpack(a), unpack(b), strict=True)])

    return run


def _on_bits(name: str, operation: Callable[[int, int], int]) -> Function:
    """Abs and neg: the sign bit alone changes, of a NaN too."""
    integers = _SHAPES[name][1]
    unpack, pack, sign = integers.unsigned.unpack, integers.unsigned.pack, 1 << integers.bits - 1

    def run(a: Vector) -> Vector:
        return pack(*[operation(x, sign) for x in unpack(a)])

    return run


def _pseudo(name: str, second: Callable[[float, float], bool]) -> Function:
    """Pmin and pmax: one of the operands, bit by bit; the second where `second` says so."""
    floats, integers = _SHAPES[name]
    unpack, bits, pack = floats.unpack, integers.unsigned.unpack, integers.unsigned.pack

    def run(a: Vector, b: Vector) -> Vector:
        lanes = zip(unpack(a), unpack(b), bits(a), bits(b), strict=True)
        return pack(*[q if second(x, y) else p for x, y, p, q in lanes])

    return run


def divide(x: float, y: float) -> float:
    """IEEE 754 division."""
    return x / y if y else scalars.divide_by_zero(x, y)


def _family(name: str) -> Iterator[tuple[str, Function]]:
    for operation, function in (("add", add), ("sub", sub), ("mul", mul), ("div", divide)):
        yield operation, _binary(name, function)
    yield "min", _binary(name, scalars.float_min)
    yield "max", _binary(name, scalars.float_max)
    yield "pmin", _pseudo(name, lambda x, y: y < x)
    yield "pmax", _pseudo(name, lambda x, y: x < y)
    yield "sqrt", _unary(name, scalars.float_sqrt)
    yield "ceil", _unary(name, scalars.float_ceil)
    yield "floor", _unary(name, scalars.float_floor)
    yield "trunc", _unary(name, scalars.float_trunc)
    yield "nearest", _unary(name, scalars.float_nearest)
    yield "abs", _on_bits(name, lambda x, sign: x & ~sign)
    yield "neg", _on_bits(name, lambda x, sign: x ^ sign)
    for operation, compare in (("eq", eq), ("ne", ne), ("lt", lt), ("gt", gt), ("le", le), ("ge", ge)):
        yield operation, _comparison(name, compare)


# --- conversions


def _saturate(floats: Struct, sign: str) -> Function:
    low, high = (-(1 << 31), (1 << 31) - 1) if sign == "s" else (0, (1 << 32) - 1)
    unpack, pack = floats.unpack, I32X4.unsigned.pack
    zeros = [0] * (2 if floats is F64X2 else 0)

    def run(a: Vector) -> Vector:
        return pack(*[scalars.saturate(x, low, high) & I32X4.mask for x in unpack(a)], *zeros)

    return run


def _convert(sign: str) -> Function:
    unpack = I32X4.lanes(sign).unpack

    def run(a: Vector) -> Vector:
        return pack_f32([float(x) for x in unpack(a)])

    return run


def _convert_low(sign: str) -> Function:
    unpack = I32X4.lanes(sign).unpack

    def run(a: Vector) -> Vector:
        return F64X2.pack(*[float(x) for x in unpack(a)[:2]])

    return run


def f32x4_demote_f64x2_zero(a: Vector) -> Vector:
    """Two lanes rounded, two zeros."""
    return pack_f32([*F64X2.unpack(a), 0.0, 0.0])


def f64x2_promote_low_f32x4(a: Vector) -> Vector:
    """The two low lanes; a NaN becomes quiet."""
    return F64X2.pack(*[x * 1.0 for x in F32X4.unpack(a)[:2]])


def _conversions() -> Iterator[tuple[str, Any]]:
    for sign in "su":
        yield f"i32x4_trunc_sat_f32x4_{sign}", _saturate(F32X4, sign)
        yield f"i32x4_trunc_sat_f64x2_{sign}_zero", _saturate(F64X2, sign)
        yield f"f32x4_convert_i32x4_{sign}", _convert(sign)
        yield f"f64x2_convert_low_i32x4_{sign}", _convert_low(sign)


FLOAT_LANES: dict[str, Function] = {
    **{f"{shape}_{name}": function for shape in _SHAPES for name, function in _family(shape)},
    **dict(_conversions()),
    "f32x4_demote_f64x2_zero": f32x4_demote_f64x2_zero,
    "f64x2_promote_low_f32x4": f64x2_promote_low_f32x4,
}
