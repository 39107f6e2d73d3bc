"""Vector conversions: widen, narrow, pairwise, and between integers and floats (spec 4.3.4, 4.4.3)."""

from __future__ import annotations

from wasmjit.compile.lower.registry import bind
from wasmjit.compile.lower.vector_shape import I8X16, I16X8, I32X4, I64X2, Shape, template

_WIDER = ((I8X16, I16X8), (I16X8, I32X4), (I32X4, I64X2))
_EXTEND = {"s": "sext", "u": "zext"}


def half(s: Shape, operand: str, part: str) -> str:
    """A step that takes the `low` or `high` half of an operand's lanes."""
    first = 0 if part == "low" else s.count // 2
    lanes = ", ".join(f"i32 {first + i}" for i in range(s.count // 2))
    return f"shufflevector {s.type} {operand}, {s.type} poison, <{s.count // 2} x i32> <{lanes}>"


def _bind_widening(s: Shape, wide: Shape) -> None:
    """extend_low, extend_high and extmul_low, extmul_high."""
    lower_half = f"<{s.count // 2} x {s.lane}>"
    for sign, extend in _EXTEND.items():
        for part in ("low", "high"):
            bind(
                f"{wide.name}.extend_{part}_{s.name}_{sign}",
                template(
                    f"{s.name} -> {wide.name}",
                    half(s, "{0}", part),
                    f"{extend} {lower_half} {{1}} to {wide.type}",
                ),
            )
            bind(
                f"{wide.name}.extmul_{part}_{s.name}_{sign}",
                template(
                    f"{s.name} {s.name} -> {wide.name}",
                    half(s, "{0}", part),
                    half(s, "{1}", part),
                    f"{extend} {lower_half} {{2}} to {wide.type}",
                    f"{extend} {lower_half} {{3}} to {wide.type}",
                    f"mul {wide.type} {{4}}, {{5}}",
                ),
            )


def _bind_pairwise(s: Shape, wide: Shape) -> None:
    """A wide lane holds two narrow ones: shift the low one up and down again, the high one down, and add."""
    for sign, shift in (("s", "ashr"), ("u", "lshr")):
        bits = wide.splat(s.bits)
        bind(
            f"{wide.name}.extadd_pairwise_{s.name}_{sign}",
            template(
                f"{wide.name} -> {wide.name}",
                f"shl {wide.type} {{0}}, {bits}",
                f"{shift} {wide.type} {{1}}, {bits}",
                f"{shift} {wide.type} {{0}}, {bits}",
                f"add {wide.type} {{2}}, {{3}}",
            ),
        )


def _bind_narrowing(s: Shape, narrow: Shape) -> None:
    """Clamp to the narrow range, then drop the upper halves. The operands are signed in both."""
    both = f"<{narrow.count} x {s.lane}>"
    suffix = f"v{narrow.count}{s.lane}"
    lanes = ", ".join(f"i32 {i}" for i in range(narrow.count))
    top = 1 << (narrow.bits - 1)
    for sign, low, high in (("s", -top, top - 1), ("u", 0, 2 * top - 1)):
        bind(
            f"{narrow.name}.narrow_{s.name}_{sign}",
            template(
                f"{s.name} {s.name} -> {narrow.name}",
                f"shufflevector {s.type} {{0}}, {s.type} {{1}}, <{narrow.count} x i32> <{lanes}>",
                f"call {both} @llvm.smax.{suffix}({both} {{2}}, {both} {s.splat(low)})",
                f"call {both} @llvm.smin.{suffix}({both} {{3}}, {both} {s.splat(high)})",
                f"trunc {both} {{4}} to {narrow.type}",
            ),
        )


# --- integers and floats

_LOW_HALF = "<2 x i32> <i32 0, i32 1>"
_WITH_ZEROS = "<4 x i32> <i32 0, i32 1, i32 2, i32 3>"


def _bind_float_conversions() -> None:
    for sign in "su":
        bind(
            f"i32x4.trunc_sat_f32x4_{sign}",
            template("f32x4 -> i32x4", f"call <4 x i32> @llvm.fpto{sign}i.sat.v4i32.v4f32(<4 x float> {{0}})"),
        )
        bind(
            f"i32x4.trunc_sat_f64x2_{sign}_zero",
            template(
                "f64x2 -> i32x4",
                f"call <2 x i32> @llvm.fpto{sign}i.sat.v2i32.v2f64(<2 x double> {{0}})",
                f"shufflevector <2 x i32> {{1}}, <2 x i32> zeroinitializer, {_WITH_ZEROS}",
            ),
        )
        bind(f"f32x4.convert_i32x4_{sign}", template("i32x4 -> f32x4", f"{sign}itofp <4 x i32> {{0}} to <4 x float>"))
        bind(
            f"f64x2.convert_low_i32x4_{sign}",
            template(
                "i32x4 -> f64x2",
                f"shufflevector <4 x i32> {{0}}, <4 x i32> poison, {_LOW_HALF}",
                f"{sign}itofp <2 x i32> {{1}} to <2 x double>",
            ),
        )


def _bind_all() -> None:
    for s, wide in _WIDER:
        _bind_widening(s, wide)
    for s, wide in _WIDER[:2]:
        _bind_pairwise(s, wide)
        _bind_narrowing(wide, s)
    _bind_float_conversions()


_bind_all()
