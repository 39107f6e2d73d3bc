"""Instructions that move lanes: splat, extract, replace, shuffle, swizzle (spec 4.4.3)."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable

from wasmjit.compile.lower.emitter import Emitter
from wasmjit.compile.lower.numeric import v128_literal
from wasmjit.compile.lower.registry import Handler, bind, lowers
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

# --- splat

_NAN_LITERAL = re.compile(r"bitcast \(i32 (\d+) to float\)")


def _double_bits(literal: str) -> int:
    """Bits of an f64 literal (numeric.f64_literal)."""
    return int(literal, 16)


def _single_bits(literal: str) -> int:
    """Bits of an f32 literal (numeric.f32_literal): the equal double's, or a NaN's own."""
    match = _NAN_LITERAL.fullmatch(literal)
    if match is not None:
        return int(match[1])
    (value,) = struct.unpack("<d", int(literal, 16).to_bytes(8, "little"))
    return int.from_bytes(struct.pack("<f", value), "little")


def _splat(s: Shape, bits: Callable[[str], int]) -> Handler:
    """Of a constant, the vector constant: float arithmetic wants to see it (vector_float.py)."""
    mask = (1 << s.bits) - 1
    narrowed = s in (I8X16, I16X8)

    def lower(f: Emitter, imm: None) -> None:
        scalar = f.pop()
        if scalar[0] != "%":
            f.push(v128_literal((bits(scalar) & mask).to_bytes(s.bits // 8, "little") * s.count))
            return
        push_splat(f, s, f.emit(f"trunc i32 {scalar} to {s.lane}") if narrowed else scalar)

    return lower


def push_splat(f: Emitter, s: Shape, lane: str) -> None:
    """Push a vector with every lane `lane`, which is of the lane's type."""
    first, spread = s.broadcast(lane)
    push_vector(f, s.type, f.emit(spread.format(f.emit(first))))


# --- one lane


def _bind_narrow_lane(s: Shape) -> None:
    """i8x16 and i16x8: their lanes are i32 on the operand stack."""
    extract = f"extractelement {s.type} {{0}}, i64 {{imm}}"
    for sign, extend in (("s", "sext"), ("u", "zext")):
        steps = (extract, f"{extend} {s.lane} {{1}} to i32")
        bind(f"{s.name}.extract_lane_{sign}", template(f"{s.name} -> i32", *steps))
    replace = (f"trunc i32 {{1}} to {s.lane}", f"insertelement {s.type} {{0}}, {s.lane} {{2}}, i64 {{imm}}")
    bind(f"{s.name}.replace_lane", template(f"{s.name} i32 -> {s.name}", *replace))


def _bind_lane(s: Shape) -> None:
    extract = f"extractelement {s.type} {{0}}, i64 {{imm}}"
    bind(f"{s.name}.extract_lane", template(f"{s.name} -> {s.lane}", extract))
    replace = f"insertelement {s.type} {{0}}, {s.lane} {{1}}, i64 {{imm}}"
    bind(f"{s.name}.replace_lane", template(f"{s.name} {s.lane} -> {s.name}", replace))


# --- many lanes


@lowers("i8x16.shuffle")
def lower_shuffle(f: Emitter, lanes: bytes) -> None:
    """Lanes of both operands by constant indices, in the widest shape that can say it."""
    s, indices = _widest_lanes(lanes)
    right, left = pop_vector(f, s.type), pop_vector(f, s.type)
    mask = ", ".join(f"i32 {index}" for index in indices)
    push_vector(f, s.type, f.emit(f"shufflevector {s.type} {left}, {s.type} {right}, <{s.count} x i32> <{mask}>"))


def _widest_lanes(lanes: bytes) -> tuple[Shape, list[int]]:
    for s in reversed(INTEGER_SHAPES):
        width = s.bits // 8
        starts = lanes[::width]
        whole = b"".join(bytes(range(start, start + width)) for start in starts)
        if whole == lanes and not any(start % width for start in starts):
            return s, [start // width for start in starts]
    return I8X16, list(lanes)


@lowers("i8x16.swizzle")
def lower_swizzle(f: Emitter, imm: None) -> None:
    """Lanes by variable indices, 0 for an index out of range; one at a time, for targets that can do no better."""
    indices, source = pop_vector(f, I8X16.type), pop_vector(f, I8X16.type)
    in_range = f.emit(f"icmp ult <16 x i8> {indices}, {I8X16.splat(16)}")
    masked = f.emit(f"and <16 x i8> {indices}, {I8X16.splat(15)}")
    result = "zeroinitializer"
    for i in range(16):
        index = f.emit(f"zext i8 {f.emit(f'extractelement <16 x i8> {masked}, i64 {i}')} to i64")
        lane = f.emit(f"extractelement <16 x i8> {source}, i64 {index}")
        result = f.emit(f"insertelement <16 x i8> {result}, i8 {lane}, i64 {i}")
    chosen = f.emit(f"select <16 x i1> {in_range}, <16 x i8> {result}, <16 x i8> zeroinitializer")
    push_vector(f, I8X16.type, chosen)


def _bind_all() -> None:
    for s in INTEGER_SHAPES:
        bind(f"{s.name}.splat", _splat(s, int))
    bind("f32x4.splat", _splat(F32X4, _single_bits))
    bind("f64x2.splat", _splat(F64X2, _double_bits))
    for s in (I8X16, I16X8):
        _bind_narrow_lane(s)
    for s in (I32X4, I64X2, *FLOAT_SHAPES):
        _bind_lane(s)


_bind_all()
