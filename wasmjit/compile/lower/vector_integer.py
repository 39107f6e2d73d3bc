"""Integer vector arithmetic and comparison, and the bitwise operations (spec 4.3.2, 4.4.3)."""

from __future__ import annotations

from wasmjit.compile.lower.emitter import Emitter
from wasmjit.compile.lower.registry import Handler, bind
from wasmjit.compile.lower.vector_shape import (
    I8X16,
    I16X8,
    I32X4,
    I64X2,
    INTEGER_SHAPES,
    V128_TYPE,
    Shape,
    pop_vector,
    push_vector,
    template,
)


def call(function: str, shape: Shape, extra: str = "", operands: int = 1) -> str:
    """A step that calls an intrinsic of `shape` on the first operands; `extra` are constant arguments."""
    arguments = ", ".join(f"{shape.type} {{{i}}}" for i in range(operands))
    return f"call {shape.type} @llvm.{function}.{shape.suffix}({arguments}{extra})"


# --- arithmetic that LLVM has


def _bind_arithmetic(s: Shape) -> None:
    unary, binary = f"{s.name} -> {s.name}", f"{s.name} {s.name} -> {s.name}"
    bind(f"{s.name}.neg", template(unary, f"sub {s.type} zeroinitializer, {{0}}"))
    bind(f"{s.name}.abs", template(unary, call("abs", s, ", i1 false")))
    for name in ("add", "sub") if s is I8X16 else ("add", "sub", "mul"):
        bind(f"{s.name}.{name}", template(binary, f"{name} {s.type} {{0}}, {{1}}"))


def _bind_min_max(s: Shape) -> None:
    for sign in "su":
        for name in ("min", "max"):
            step = call(f"{sign}{name}", s, operands=2)
            bind(f"{s.name}.{name}_{sign}", template(f"{s.name} {s.name} -> {s.name}", step))


def _bind_saturating(s: Shape) -> None:
    for sign in "su":
        for name in ("add", "sub"):
            step = call(f"{sign}{name}.sat", s, operands=2)
            bind(f"{s.name}.{name}_sat_{sign}", template(f"{s.name} {s.name} -> {s.name}", step))


def _bind_average(s: Shape, wide: Shape) -> None:
    """(a + b + 1) >> 1 in twice the width, which LLVM knows as one instruction."""
    wider = f"<{s.count} x {wide.lane}>"
    bind(
        f"{s.name}.avgr_u",
        template(
            f"{s.name} {s.name} -> {s.name}",
            f"zext {s.type} {{0}} to {wider}",
            f"zext {s.type} {{1}} to {wider}",
            f"add nuw nsw {wider} {{2}}, {{3}}",
            f"add nuw nsw {wider} {{4}}, {wide.splat(1)}",
            f"lshr {wider} {{5}}, {wide.splat(1)}",
            f"trunc {wider} {{6}} to {s.type}",
        ),
    )


def _bind_compare(s: Shape) -> None:
    """Lanes of all ones or all zeros; i64x2 has no unsigned order."""
    predicates = {"eq": "eq", "ne": "ne"}
    for sign in "s" if s is I64X2 else "su":
        predicates |= {f"{name}_{sign}": f"{sign}{name}" for name in ("lt", "gt", "le", "ge")}
    for name, predicate in predicates.items():
        steps = (f"icmp {predicate} {s.type} {{0}}, {{1}}", f"sext <{s.count} x i1> {{2}} to {s.type}")
        bind(f"{s.name}.{name}", template(f"{s.name} {s.name} -> {s.name}", *steps))


def _bind_tests(s: Shape) -> None:
    """all_true and bitmask: one bit a lane, as an integer of that many bits."""
    bits = f"i{s.count}"
    nonzero = (f"icmp ne {s.type} {{0}}, zeroinitializer", f"bitcast <{s.count} x i1> {{1}} to {bits}")
    bind(f"{s.name}.all_true", template(f"{s.name} -> i1", *nonzero, f"icmp eq {bits} {{2}}, -1"))
    signs = (f"icmp slt {s.type} {{0}}, zeroinitializer", f"bitcast <{s.count} x i1> {{1}} to {bits}")
    bind(f"{s.name}.bitmask", template(f"{s.name} -> i32", *signs, f"zext {bits} {{2}} to i32"))


# --- shifts


def shift(operation: str, s: Shape) -> Handler:
    """All lanes by one count, modulo the lane's width: LLVM's shifts are poison from the width on."""
    mask = s.bits - 1
    resize = {I8X16: "trunc", I16X8: "trunc", I64X2: "zext"}.get(s)

    def lane_count(f: Emitter, count: str) -> str:
        if count[0] != "%":
            return s.splat(int(count) & mask)
        scalar = f.emit(f"and i32 {count}, {mask}")
        if resize is not None:
            scalar = f.emit(f"{resize} i32 {scalar} to {s.lane}")
        first, spread = s.broadcast(scalar)
        return f.emit(spread.format(f.emit(first)))

    def lower(f: Emitter, imm: None) -> None:
        count = lane_count(f, f.pop())
        push_vector(f, s.type, f.emit(f"{operation} {s.type} {pop_vector(f, s.type)}, {count}"))

    return lower


# --- multiplications with their own rules


def _bind_q15() -> None:
    """Round (a * b) / 2^15. Only -1 * -1 overflows, to -1 where the largest number belongs."""
    wide = "<8 x i32>"
    bind(
        "i16x8.q15mulr_sat_s",
        template(
            "i16x8 i16x8 -> i16x8",
            f"sext <8 x i16> {{0}} to {wide}",
            f"sext <8 x i16> {{1}} to {wide}",
            f"mul nsw {wide} {{2}}, {{3}}",
            f"lshr {wide} {{4}}, splat (i32 14)",
            f"add {wide} {{5}}, splat (i32 1)",
            f"lshr {wide} {{6}}, splat (i32 1)",
            f"trunc {wide} {{7}} to <8 x i16>",
            "icmp eq <8 x i16> {8}, splat (i16 -32768)",
            "sext <8 x i1> {9} to <8 x i16>",
            "xor <8 x i16> {8}, {10}",
        ),
    )


def _bind_dot() -> None:
    """Products of neighbours, added; -32768^2 * 2 wraps."""
    evens, odds = "<i32 0, i32 2, i32 4, i32 6>", "<i32 1, i32 3, i32 5, i32 7>"
    bind(
        "i32x4.dot_i16x8_s",
        template(
            "i16x8 i16x8 -> i32x4",
            "sext <8 x i16> {0} to <8 x i32>",
            "sext <8 x i16> {1} to <8 x i32>",
            "mul nsw <8 x i32> {2}, {3}",
            f"shufflevector <8 x i32> {{4}}, <8 x i32> poison, <4 x i32> {evens}",
            f"shufflevector <8 x i32> {{4}}, <8 x i32> poison, <4 x i32> {odds}",
            "add <4 x i32> {5}, {6}",
        ),
    )


# --- bitwise

_ONES = "splat (i64 -1)"
_BITWISE = {
    "v128.not": ("v128 -> v128", f"xor {V128_TYPE} {{0}}, {_ONES}"),
    "v128.and": ("v128 v128 -> v128", f"and {V128_TYPE} {{0}}, {{1}}"),
    "v128.or": ("v128 v128 -> v128", f"or {V128_TYPE} {{0}}, {{1}}"),
    "v128.xor": ("v128 v128 -> v128", f"xor {V128_TYPE} {{0}}, {{1}}"),
    "v128.andnot": ("v128 v128 -> v128", f"xor {V128_TYPE} {{1}}, {_ONES}", f"and {V128_TYPE} {{0}}, {{2}}"),
    "v128.bitselect": (
        "v128 v128 v128 -> v128",
        f"xor {V128_TYPE} {{2}}, {_ONES}",
        f"and {V128_TYPE} {{0}}, {{2}}",
        f"and {V128_TYPE} {{1}}, {{3}}",
        f"or {V128_TYPE} {{4}}, {{5}}",
    ),
    "v128.any_true": ("v128 -> i1", f"bitcast {V128_TYPE} {{0}} to i128", "icmp ne i128 {1}, 0"),
}


def _bind_all() -> None:
    for s in INTEGER_SHAPES:
        _bind_arithmetic(s)
        _bind_compare(s)
        _bind_tests(s)
        for name, operation in (("shl", "shl"), ("shr_s", "ashr"), ("shr_u", "lshr")):
            bind(f"{s.name}.{name}", shift(operation, s))
    for s in (I8X16, I16X8, I32X4):
        _bind_min_max(s)
    for s, wide in ((I8X16, I16X8), (I16X8, I32X4)):
        _bind_saturating(s)
        _bind_average(s, wide)
    for mnemonic, (signature, *steps) in _BITWISE.items():
        bind(mnemonic, template(signature, *steps))
    bind("i8x16.popcnt", template("i8x16 -> i8x16", call("ctpop", I8X16)))
    _bind_q15()
    _bind_dot()


_bind_all()
