"""Vector instructions where ARM64 has something better than LLVM finds from the general lowering."""

from __future__ import annotations

from wasmjit.compile.lower import vector_convert, vector_integer, vector_lane  # noqa: F401  (bind what is replaced)
from wasmjit.compile.lower.emitter import Emitter
from wasmjit.compile.lower.registry import Handler
from wasmjit.compile.lower.vector_float import BITS, pop_two, quiet
from wasmjit.compile.lower.vector_shape import FLOAT_SHAPES, Shape, prefer, push_vector, template

_ARCH = "aarch64"
_NARROW = "shufflevector <2 x i32> {2}, <2 x i32> zeroinitializer, <4 x i32> <i32 0, i32 1, i32 2, i32 3>"

# mnemonic: (signature, steps)
_BETTER: dict[str, tuple[str, ...]] = {
    "i8x16.swizzle": (
        "i8x16 i8x16 -> i8x16",
        "call <16 x i8> @llvm.aarch64.neon.tbl1.v16i8(<16 x i8> {0}, <16 x i8> {1})",
    ),
    "i16x8.q15mulr_sat_s": (
        "i16x8 i16x8 -> i16x8",
        "call <8 x i16> @llvm.aarch64.neon.sqrdmulh.v8i16(<8 x i16> {0}, <8 x i16> {1})",
    ),
    "i16x8.extadd_pairwise_i8x16_s": (
        "i8x16 -> i16x8",
        "call <8 x i16> @llvm.aarch64.neon.saddlp.v8i16.v16i8(<16 x i8> {0})",
    ),
    "i16x8.extadd_pairwise_i8x16_u": (
        "i8x16 -> i16x8",
        "call <8 x i16> @llvm.aarch64.neon.uaddlp.v8i16.v16i8(<16 x i8> {0})",
    ),
    "i32x4.extadd_pairwise_i16x8_s": (
        "i16x8 -> i32x4",
        "call <4 x i32> @llvm.aarch64.neon.saddlp.v4i32.v8i16(<8 x i16> {0})",
    ),
    "i32x4.extadd_pairwise_i16x8_u": (
        "i16x8 -> i32x4",
        "call <4 x i32> @llvm.aarch64.neon.uaddlp.v4i32.v8i16(<8 x i16> {0})",
    ),
    "i32x4.trunc_sat_f64x2_s_zero": (
        "f64x2 -> i32x4",
        "call <2 x i64> @llvm.fptosi.sat.v2i64.v2f64(<2 x double> {0})",
        "call <2 x i32> @llvm.aarch64.neon.sqxtn.v2i32(<2 x i64> {1})",
        _NARROW,
    ),
    "i32x4.trunc_sat_f64x2_u_zero": (
        "f64x2 -> i32x4",
        "call <2 x i64> @llvm.fptoui.sat.v2i64.v2f64(<2 x double> {0})",
        "call <2 x i32> @llvm.aarch64.neon.uqxtn.v2i32(<2 x i64> {1})",
        _NARROW,
    ),
}


def _min_max(name: str, s: Shape) -> Handler:
    """FMIN and FMAX are LLVM's minimum and maximum; it folds them beside infinities and with one operand twice."""
    function = f"@llvm.{name}imum.{s.suffix}"
    infinities = frozenset({BITS[s].infinity, BITS[s].infinity | BITS[s].sign})

    def lower(f: Emitter, imm: None) -> None:
        f.declare(f"declare {s.type} {function}({s.type}, {s.type})")
        same = f.stack[-1] == f.stack[-2]
        left, right = pop_two(f, s, infinities, infinities)
        if same:
            left = quiet(f, s, left)
        push_vector(f, s.type, f.emit(f"call {s.type} {function}({s.type} {left}, {s.type} {right})"))

    return lower


for _mnemonic, (_signature, *_steps) in _BETTER.items():
    prefer(_ARCH, "", _mnemonic, template(_signature, *_steps))
for _s in FLOAT_SHAPES:
    for _name in ("min", "max"):
        prefer(_ARCH, "", f"{_s.name}.{_name}", _min_max(_name, _s))
