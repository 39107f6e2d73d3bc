"""Relaxed vector instructions, in the specification's deterministic profile (spec 4.3.6)."""

from __future__ import annotations

from wasmjit.interp.lanes import I8X16, I16X8, I32X4, INTEGERS, Function, Vector
from wasmjit.interp.lanes_float import FLOAT_LANES
from wasmjit.interp.lanes_integer import INTEGER_LANES, v128_bitselect
from wasmjit.interp.lanes_move import i8x16_swizzle


def _multiply_add(shape: str, negate: bool) -> Function:
    """Rounded twice."""
    multiply, add, neg = (FLOAT_LANES[f"{shape}_{name}"] for name in ("mul", "add", "neg"))

    def run(a: Vector, b: Vector, c: Vector) -> Vector:
        vector: Vector = add(multiply(a, neg(b) if negate else b), c)
        return vector

    return run


def i16x8_relaxed_dot_i8x16_i7x16_s(a: Vector, b: Vector) -> Vector:
    """Sums of products of neighbours; they saturate."""
    products = [x * y for x, y in zip(I8X16.signed.unpack(a), I8X16.signed.unpack(b), strict=True)]
    return I16X8.signed.pack(*[min(x + y, 0x7FFF) for x, y in zip(products[::2], products[1::2], strict=True)])


def i32x4_relaxed_dot_i8x16_i7x16_add_s(a: Vector, b: Vector, c: Vector) -> Vector:
    """Sums of four products, and the third operand."""
    pairs = I16X8.signed.unpack(i16x8_relaxed_dot_i8x16_i7x16_s(a, b))
    lanes = zip(pairs[::2], pairs[1::2], I32X4.signed.unpack(c), strict=True)
    return I32X4.unsigned.pack(*[x + y + z & I32X4.mask for x, y, z in lanes])


_TRUNCATIONS = ("f32x4_s", "f32x4_u", "f64x2_s_zero", "f64x2_u_zero")

RELAXED: dict[str, Function] = {
    "i8x16_relaxed_swizzle": i8x16_swizzle,
    **{f"i32x4_relaxed_trunc_{name}": FLOAT_LANES[f"i32x4_trunc_sat_{name}"] for name in _TRUNCATIONS},
    **{f"{shape}_relaxed_{n}": FLOAT_LANES[f"{shape}_{n}"] for shape in ("f32x4", "f64x2") for n in ("min", "max")},
    **{f"{shape}_relaxed_madd": _multiply_add(shape, False) for shape in ("f32x4", "f64x2")},
    **{f"{shape}_relaxed_nmadd": _multiply_add(shape, True) for shape in ("f32x4", "f64x2")},
    **{f"{shape.name}_relaxed_laneselect": v128_bitselect for shape in INTEGERS},
    "i16x8_relaxed_q15mulr_s": INTEGER_LANES["i16x8_q15mulr_sat_s"],
    "i16x8_relaxed_dot_i8x16_i7x16_s": i16x8_relaxed_dot_i8x16_i7x16_s,
    "i32x4_relaxed_dot_i8x16_i7x16_add_s": i32x4_relaxed_dot_i8x16_i7x16_add_s,
}
