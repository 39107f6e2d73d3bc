"""Relaxed vector instructions (spec 4.3.6): where the operands are unusual, the machine's result will do.

Each has an exact form, the specification's deterministic profile, which is mostly another vector instruction, and
perhaps a faster one. The exact form serves where the engine's settings want it, and where there is no faster one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from wasmjit.compile.lower import vector_arm, vector_x86  # noqa: F401  (bind the exact forms)
from wasmjit.compile.lower.emitter import Emitter
from wasmjit.compile.lower.registry import HANDLERS, Handler, bind
from wasmjit.compile.lower.vector_float import BITS, folds, quiet
from wasmjit.compile.lower.vector_shape import (
    F32X4,
    F64X2,
    FLOAT_SHAPES,
    I8X16,
    I16X8,
    I32X4,
    I64X2,
    INTEGER_SHAPES,
    Shape,
    pop_vector,
    push_vector,
    template,
)
from wasmjit.wasm.opcodes import CODE_BY_NAME

_X86, _ARM = "x86_64", "aarch64"


_Fast: TypeAlias = tuple[str, str, Handler]
"""An architecture, a feature that the target must have ("": none), and a handler for such targets."""


def _relaxed(mnemonic: str, exact: Handler, *fast: _Fast) -> None:
    """Bind the first fast form that fits the target, or the exact one."""

    def lower(f: Emitter, imm: object) -> None:
        handler = exact
        if not f.unit.deterministic:
            handler = next((fast for arch, feature, fast in fast if _is_target(f, arch, feature)), exact)
        handler(f, imm)

    bind(mnemonic, lower)


def _is_target(f: Emitter, arch: str, feature: str) -> bool:
    return f.target_arch == arch and (not feature or feature in f.target_features)


def _handler(mnemonic: str) -> Handler:
    return HANDLERS[CODE_BY_NAME[mnemonic]]


# --- those that are another instruction

_EXACT = {
    "i8x16.relaxed_swizzle": "i8x16.swizzle",
    "i32x4.relaxed_trunc_f32x4_s": "i32x4.trunc_sat_f32x4_s",
    "i32x4.relaxed_trunc_f32x4_u": "i32x4.trunc_sat_f32x4_u",
    "i32x4.relaxed_trunc_f64x2_s_zero": "i32x4.trunc_sat_f64x2_s_zero",
    "i32x4.relaxed_trunc_f64x2_u_zero": "i32x4.trunc_sat_f64x2_u_zero",
    "i16x8.relaxed_q15mulr_s": "i16x8.q15mulr_sat_s",
    **{f"{s.name}.relaxed_{name}": f"{s.name}.{name}" for s in FLOAT_SHAPES for name in ("min", "max")},
    **{f"{s.name}.relaxed_laneselect": "v128.bitselect" for s in INTEGER_SHAPES},
}

# mnemonic: (feature, signature, step), for x86-64
_FAST_X86 = {
    "i8x16.relaxed_swizzle": (
        "ssse3",
        "i8x16 i8x16 -> i8x16",
        "call <16 x i8> @llvm.x86.ssse3.pshuf.b.128(<16 x i8> {0}, <16 x i8> {1})",
    ),
    "i32x4.relaxed_trunc_f32x4_s": (
        "",
        "f32x4 -> i32x4",
        "call <4 x i32> @llvm.x86.sse2.cvttps2dq(<4 x float> {0})",
    ),
    "i32x4.relaxed_trunc_f64x2_s_zero": (
        "",
        "f64x2 -> i32x4",
        "call <4 x i32> @llvm.x86.sse2.cvttpd2dq(<2 x double> {0})",
    ),
    "i16x8.relaxed_q15mulr_s": (
        "ssse3",
        "i16x8 i16x8 -> i16x8",
        "call <8 x i16> @llvm.x86.ssse3.pmul.hr.sw.128(<8 x i16> {0}, <8 x i16> {1})",
    ),
}


def _bind_exact_and_fast() -> None:
    for mnemonic, exact in _EXACT.items():
        bind(mnemonic, _handler(exact))
    for mnemonic, (feature, signature, step) in _FAST_X86.items():
        _relaxed(mnemonic, _handler(_EXACT[mnemonic]), (_X86, feature, template(signature, step)))
    for s, suffix in ((F32X4, "sse.{}.ps"), (F64X2, "sse2.{}.pd")):
        for name in ("min", "max"):
            step = f"call {s.type} @llvm.x86.{suffix.format(name)}({s.type} {{0}}, {s.type} {{1}})"
            fast = template(f"{s.name} {s.name} -> {s.name}", step)
            _relaxed(f"{s.name}.relaxed_{name}", _handler(f"{s.name}.{name}"), (_X86, "", fast))
    for s in (I8X16, I32X4, I64X2):
        fast = template(
            f"{s.name} {s.name} {s.name} -> {s.name}",
            f"icmp slt {s.type} {{2}}, zeroinitializer",
            f"select <{s.count} x i1> {{3}}, {s.type} {{0}}, {s.type} {{1}}",
        )
        _relaxed(f"{s.name}.relaxed_laneselect", _handler("v128.bitselect"), (_X86, "sse4.1", fast))


# --- multiply and add


def _unfused(s: Shape, negate: bool) -> Handler:
    multiply, add, neg = (_handler(f"{s.name}.{name}") for name in ("mul", "add", "neg"))

    def lower(f: Emitter, imm: None) -> None:
        addend = f.pop()
        if negate:
            neg(f, None)
        multiply(f, None)
        f.push(addend)
        add(f, None)

    return lower


def _fused(s: Shape, negate: bool) -> Handler:
    function, zeros = f"@llvm.fma.{s.suffix}", frozenset({0, BITS[s].sign})

    def lower(f: Emitter, imm: None) -> None:
        f.declare(f"declare {s.type} {function}({s.type}, {s.type}, {s.type})")
        may_fold = folds(f.stack[-1], s, zeros)
        addend, right, left = (pop_vector(f, s.type) for _ in range(3))
        if negate:
            left = f.emit(f"fneg {s.type} {left}")
        result = f.emit(f"call {s.type} {function}({s.type} {left}, {s.type} {right}, {s.type} {addend})")
        push_vector(f, s.type, quiet(f, s, result) if may_fold else result)

    return lower


def _bind_madd(s: Shape) -> None:
    """Fused where the machine has it: fewer instructions, and one rounding less."""
    for name, negate in (("madd", False), ("nmadd", True)):
        fast = _fused(s, negate)
        _relaxed(f"{s.name}.relaxed_{name}", _unfused(s, negate), (_X86, "fma", fast), (_ARM, "", fast))


# --- dot products

_Dot: TypeAlias = Callable[[Emitter, str, str], str]
"""Emits the products of two <16 x i8>, neighbours added, as <8 x i16>."""


def _exact_dot(f: Emitter, left: str, right: str) -> str:
    """Sums saturate: only -128 * -128 * 2 needs it."""
    wide_left, wide_right = (f.emit(f"sext <16 x i8> {operand} to <16 x i16>") for operand in (left, right))
    products = f.emit(f"mul nsw <16 x i16> {wide_left}, {wide_right}")
    evens, odds = (_every_second(f, products, first) for first in (0, 1))
    f.declare("declare <8 x i16> @llvm.sadd.sat.v8i16(<8 x i16>, <8 x i16>)")
    return f.emit(f"call <8 x i16> @llvm.sadd.sat.v8i16(<8 x i16> {evens}, <8 x i16> {odds})")


def _every_second(f: Emitter, products: str, first: int) -> str:
    lanes = ", ".join(f"i32 {i}" for i in range(first, 16, 2))
    return f.emit(f"shufflevector <16 x i16> {products}, <16 x i16> poison, <8 x i32> <{lanes}>")


def _x86_dot(f: Emitter, left: str, right: str) -> str:
    """The machine takes one operand for unsigned: the second, which ought to have 7 bits."""
    f.declare("declare <8 x i16> @llvm.x86.ssse3.pmadd.ub.sw.128(<16 x i8>, <16 x i8>)")
    return f.emit(f"call <8 x i16> @llvm.x86.ssse3.pmadd.ub.sw.128(<16 x i8> {right}, <16 x i8> {left})")


def _pop_dot(f: Emitter, dot: _Dot) -> str:
    right, left = pop_vector(f, I8X16.type), pop_vector(f, I8X16.type)
    return dot(f, left, right)


def _lower_dot(dot: _Dot) -> Handler:
    return lambda f, imm: push_vector(f, I16X8.type, _pop_dot(f, dot))


def _lower_dot_add(dot: _Dot) -> Handler:
    """The sums of two make those of four, to which the third operand is added."""
    add_pairs, add = _handler("i32x4.extadd_pairwise_i16x8_s"), _handler("i32x4.add")

    def lower(f: Emitter, imm: None) -> None:
        addend = f.pop()
        push_vector(f, I16X8.type, _pop_dot(f, dot))
        add_pairs(f, None)
        f.push(addend)
        add(f, None)

    return lower


def _bind_dots() -> None:
    for mnemonic, make in (
        ("i16x8.relaxed_dot_i8x16_i7x16_s", _lower_dot),
        ("i32x4.relaxed_dot_i8x16_i7x16_add_s", _lower_dot_add),
    ):
        _relaxed(mnemonic, make(_exact_dot), (_X86, "ssse3", make(_x86_dot)))


_bind_exact_and_fast()
for _s in FLOAT_SHAPES:
    _bind_madd(_s)
_bind_dots()
