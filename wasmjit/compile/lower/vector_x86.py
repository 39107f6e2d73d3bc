"""Vector instructions where x86-64 has something better than LLVM finds from the general lowering.

Intrinsics here have semantics beyond LLVM's own operations: conversions that give 0x80000000 out of range, minima that
give the second operand for NaNs and equal zeros. They are also not folded, which `demote` needs (vector_float.py).
"""

from __future__ import annotations

from wasmjit.compile.lower import vector_convert, vector_integer, vector_lane  # noqa: F401  (bind what is replaced)
from wasmjit.compile.lower.vector_float import min_max
from wasmjit.compile.lower.vector_shape import F32X4, F64X2, Shape, prefer, template

_ARCH = "x86_64"
_V4F32, _V2F64, _V8I16, _V16I8, _V4I32 = "<4 x float>", "<2 x double>", "<8 x i16>", "<16 x i8>", "<4 x i32>"
_F32_2_31 = "splat (float 0x41E0000000000000)"
_F64_2_31 = "splat (double 0x41E0000000000000)"
_F64_I32_MAX, _F64_U32_MAX = "splat (double 0x41DFFFFFFFC00000)", "splat (double 0x41EFFFFFFFE00000)"


def _intrinsic(result: str, name: str, *arguments: str) -> str:
    return f"call {result} @llvm.x86.{name}({', '.join(arguments)})"


def _pack(name: str, wide: str, narrow: str) -> str:
    return _intrinsic(narrow, name, f"{wide} {{0}}", f"{wide} {{1}}")


def _to_integers(name: str, source: str, operand: int) -> str:
    return _intrinsic(_V4I32, f"sse2.{name}", f"{source} {{{operand}}}")


# mnemonic: (feature, signature, steps)
_BETTER: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "i8x16.swizzle": (
        "ssse3",
        "i8x16 i8x16 -> i8x16",
        (  # 0x70 more saturates past 0x7F from index 16 on, and pshufb gives 0 for these
            f"call {_V16I8} @llvm.uadd.sat.v16i8({_V16I8} {{1}}, {_V16I8} splat (i8 112))",
            _intrinsic(_V16I8, "ssse3.pshuf.b.128", f"{_V16I8} {{0}}", f"{_V16I8} {{2}}"),
        ),
    ),
    "i8x16.narrow_i16x8_s": ("", "i16x8 i16x8 -> i8x16", (_pack("sse2.packsswb.128", _V8I16, _V16I8),)),
    "i8x16.narrow_i16x8_u": ("", "i16x8 i16x8 -> i8x16", (_pack("sse2.packuswb.128", _V8I16, _V16I8),)),
    "i16x8.narrow_i32x4_s": ("", "i32x4 i32x4 -> i16x8", (_pack("sse2.packssdw.128", _V4I32, _V8I16),)),
    "i16x8.narrow_i32x4_u": ("sse4.1", "i32x4 i32x4 -> i16x8", (_pack("sse41.packusdw", _V4I32, _V8I16),)),
    "i16x8.q15mulr_sat_s": (
        "ssse3",
        "i16x8 i16x8 -> i16x8",
        (
            _intrinsic(_V8I16, "ssse3.pmul.hr.sw.128", f"{_V8I16} {{0}}", f"{_V8I16} {{1}}"),
            f"icmp eq {_V8I16} {{2}}, splat (i16 -32768)",
            f"sext <8 x i1> {{3}} to {_V8I16}",
            f"xor {_V8I16} {{2}}, {{4}}",
        ),
    ),
    # Pairwise sums are sums of products with 1.
    "i16x8.extadd_pairwise_i8x16_s": (
        "ssse3",
        "i8x16 -> i16x8",
        (_intrinsic(_V8I16, "ssse3.pmadd.ub.sw.128", f"{_V16I8} splat (i8 1)", f"{_V16I8} {{0}}"),),
    ),
    "i16x8.extadd_pairwise_i8x16_u": (
        "ssse3",
        "i8x16 -> i16x8",
        (_intrinsic(_V8I16, "ssse3.pmadd.ub.sw.128", f"{_V16I8} {{0}}", f"{_V16I8} splat (i8 1)"),),
    ),
    "i32x4.extadd_pairwise_i16x8_s": (
        "",
        "i16x8 -> i32x4",
        (_intrinsic(_V4I32, "sse2.pmadd.wd", f"{_V8I16} {{0}}", f"{_V8I16} splat (i16 1)"),),
    ),
    "f32x4.demote_f64x2_zero": ("", "f64x2 -> f32x4", (_intrinsic(_V4F32, "sse2.cvtpd2ps", f"{_V2F64} {{0}}"),)),
    "i32x4.trunc_sat_f32x4_s": (
        "",
        "f32x4 -> i32x4",
        (  # NaN to 0; then 0x80000000, right where too small, becomes 0x7FFFFFFF where too large
            f"fcmp ord {_V4F32} {{0}}, {{0}}",
            f"select <4 x i1> {{1}}, {_V4F32} {{0}}, {_V4F32} zeroinitializer",
            _to_integers("cvttps2dq", _V4F32, 2),
            f"fcmp oge {_V4F32} {{0}}, {_F32_2_31}",
            f"sext <4 x i1> {{4}} to {_V4I32}",
            f"xor {_V4I32} {{3}}, {{5}}",
        ),
    ),
    "i32x4.trunc_sat_f32x4_u": (
        "",
        "f32x4 -> i32x4",
        (  # NaN and negative to 0; 0x80000000 from 2^31 on, and what is above that, at most 0x7FFFFFFF, added
            _intrinsic(_V4F32, "sse.max.ps", f"{_V4F32} {{0}}", f"{_V4F32} zeroinitializer"),
            f"fsub {_V4F32} {{1}}, {_F32_2_31}",
            _to_integers("cvttps2dq", _V4F32, 1),
            _to_integers("cvttps2dq", _V4F32, 2),
            f"fcmp oge {_V4F32} {{2}}, {_F32_2_31}",
            f"sext <4 x i1> {{5}} to {_V4I32}",
            f"xor {_V4I32} {{4}}, {{6}}",
            f"call {_V4I32} @llvm.smax.v4i32({_V4I32} {{7}}, {_V4I32} zeroinitializer)",
            f"add {_V4I32} {{3}}, {{8}}",
        ),
    ),
    "i32x4.trunc_sat_f64x2_s_zero": (
        "",
        "f64x2 -> i32x4",
        (  # at most the largest integer, NaN to 0; 0x80000000 is right where too small
            f"fcmp ord {_V2F64} {{0}}, {{0}}",
            f"select <2 x i1> {{1}}, {_V2F64} {_F64_I32_MAX}, {_V2F64} zeroinitializer",
            _intrinsic(_V2F64, "sse2.min.pd", f"{_V2F64} {{0}}", f"{_V2F64} {{2}}"),
            _to_integers("cvttpd2dq", _V2F64, 3),
        ),
    ),
    "i32x4.trunc_sat_f64x2_u_zero": (
        "",
        "f64x2 -> i32x4",
        (  # into range; 0x80000000 from 2^31 on, and what is above that added
            _intrinsic(_V2F64, "sse2.max.pd", f"{_V2F64} {{0}}", f"{_V2F64} zeroinitializer"),
            _intrinsic(_V2F64, "sse2.min.pd", f"{_V2F64} {{1}}", f"{_V2F64} {_F64_U32_MAX}"),
            f"fsub {_V2F64} {{2}}, {_F64_2_31}",
            _to_integers("cvttpd2dq", _V2F64, 2),
            _to_integers("cvttpd2dq", _V2F64, 3),
            f"call {_V4I32} @llvm.smax.v4i32({_V4I32} {{5}}, {_V4I32} zeroinitializer)",
            f"add {_V4I32} {{4}}, {{6}}",
        ),
    ),
}


def _bind_min_max(s: Shape, suffix: str) -> None:
    """`min.ps(a, b)` is a < b ? a : b."""

    def step(name: str, first: int, second: int) -> str:
        return _intrinsic(s.type, f"{suffix.format(name)}", f"{s.type} {{{first}}}", f"{s.type} {{{second}}}")

    for name in ("min", "max"):
        prefer(_ARCH, "", f"{s.name}.{name}", min_max(name, s, (step(name, 0, 1), step(name, 1, 0))))
        pseudo = template(f"{s.name} {s.name} -> {s.name}", step(name, 1, 0))
        prefer(_ARCH, "", f"{s.name}.p{name}", pseudo)


for _mnemonic, (_feature, _signature, _steps) in _BETTER.items():
    prefer(_ARCH, _feature, _mnemonic, template(_signature, *_steps))
_bind_min_max(F32X4, "sse.{}.ps")
_bind_min_max(F64X2, "sse2.{}.pd")
