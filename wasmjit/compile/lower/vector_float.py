"""Float vector arithmetic and comparison (spec 4.3.3, 4.4.3).

An arithmetic result that is a NaN must be a quiet one. The machine does that; LLVM does not promise it, and some of its
folds hand a signalling operand through: `x * 1.0`, `x / -1.0`, `x - 0.0` and `x + -0.0` become `x` or `-x`, and so does
`fptrunc (fpext x)`. So where such a constant meets an operand, the operand is made quiet first (`quiet`). LLVM's own
`llvm.canonicalize` says the same, but x86 code generation dies of it for two floats.
"""

from __future__ import annotations

from dataclasses import dataclass

from wasmjit.compile.lower.emitter import Emitter
from wasmjit.compile.lower.registry import Handler, bind
from wasmjit.compile.lower.vector_shape import (
    F32X4,
    F64X2,
    FLOAT_SHAPES,
    I32X4,
    I64X2,
    Shape,
    literal_bytes,
    pop_vector,
    push_vector,
    template,
)


@dataclass(frozen=True, slots=True)
class FloatBits:
    """The bits of some floats of one width, as lanes of `integers`."""

    integers: Shape
    sign: int
    one: int
    infinity: int
    quiet: int

    def lanes(self, literal: bytes) -> list[int]:
        """A constant's lanes, as bits."""
        width = self.integers.bits // 8
        return [int.from_bytes(literal[i : i + width], "little") for i in range(0, 16, width)]


BITS = {
    F32X4: FloatBits(I32X4, 1 << 31, 0x3F80_0000, 0x7F80_0000, 1 << 22),
    F64X2: FloatBits(I64X2, 1 << 63, 0x3FF0_0000_0000_0000, 0x7FF0_0000_0000_0000, 1 << 51),
}


def quiet(f: Emitter, s: Shape, value: str) -> str:
    """`value` with the quiet bit set in lanes that are NaNs."""
    integers = BITS[s].integers
    nan = f.emit(f"fcmp uno {s.type} {value}, {value}")
    lanes = f.emit(f"sext <{s.count} x i1> {nan} to {integers.type}")
    mask = f.emit(f"and {integers.type} {lanes}, {integers.splat(BITS[s].quiet)}")
    bits = f.emit(f"bitcast {s.type} {value} to {integers.type}")
    return f.emit(f"bitcast {integers.type} {f.emit(f'or {integers.type} {bits}, {mask}')} to {s.type}")


# --- the four operations


def _folding_lanes(name: str, bits: FloatBits) -> frozenset[int]:
    """Lanes of a constant operand with which LLVM may return the other operand, or its negation, as it is."""
    neutral = bits.one if name in ("mul", "div") else 0
    return frozenset({neutral, neutral | bits.sign})


def folds(operand: str, s: Shape, lanes: frozenset[int]) -> bool:
    """Whether an operand is a constant with one of these lanes."""
    literal = literal_bytes(operand)
    return literal is not None and not lanes.isdisjoint(BITS[s].lanes(literal))


def pop_two(f: Emitter, s: Shape, left_lanes: frozenset[int], right_lanes: frozenset[int]) -> tuple[str, str]:
    """Take two operands; each is made quiet if the other is a constant with one of the lanes given for its side."""
    left, right = f.stack[-2:]
    quiet_left, quiet_right = folds(right, s, right_lanes), folds(left, s, left_lanes)
    right, left = pop_vector(f, s.type), pop_vector(f, s.type)
    return (quiet(f, s, left) if quiet_left else left, quiet(f, s, right) if quiet_right else right)


def _arithmetic(name: str, s: Shape) -> Handler:
    right_lanes = _folding_lanes(name, BITS[s])
    left_lanes = frozenset[int]() if name == "div" else right_lanes

    def lower(f: Emitter, imm: None) -> None:
        left, right = pop_two(f, s, left_lanes, right_lanes)
        push_vector(f, s.type, f.emit(f"f{name} {s.type} {left}, {right}"))

    return lower


# --- min and max


def min_max(name: str, s: Shape, choices: tuple[str, ...]) -> Handler:
    """NaN if either is, and -0.0 below 0.0.

    `choices` are steps, the first half of which choose the lesser (greater) operand, the other half with the operands
    swapped. Both agree but for zeros of both signs, whose bits are joined, and NaNs, which become the canonical one.
    LLVM's minimum and maximum would say it all, but hand signalling NaNs through on x86.
    """
    integers, lanes = BITS[s].integers, f"<{s.count} x i1>"
    canonical = integers.splat(BITS[s].infinity | BITS[s].quiet)
    end = 2 + len(choices)
    steps = (
        f"bitcast {s.type} {{{1 + len(choices) // 2}}} to {integers.type}",
        f"bitcast {s.type} {{{end - 1}}} to {integers.type}",
        f"{'or' if name == 'min' else 'and'} {integers.type} {{{end}}}, {{{end + 1}}}",
        f"fcmp uno {s.type} {{0}}, {{1}}",
        f"select {lanes} {{{end + 3}}}, {integers.type} {canonical}, {integers.type} {{{end + 2}}}",
        f"bitcast {integers.type} {{{end + 4}}} to {s.type}",
    )
    return template(f"{s.name} {s.name} -> {s.name}", *choices, *steps)


def _choices(name: str, s: Shape) -> tuple[str, ...]:
    compare = f"fcmp {'olt' if name == 'min' else 'ogt'} {s.type}"
    choose = f"select <{s.count} x i1>"
    return (
        f"{compare} {{0}}, {{1}}",
        f"{choose} {{2}}, {s.type} {{0}}, {s.type} {{1}}",
        f"{compare} {{1}}, {{0}}",
        f"{choose} {{4}}, {s.type} {{1}}, {s.type} {{0}}",
    )


# --- the rest

_COMPARE = {"eq": "oeq", "ne": "une", "lt": "olt", "gt": "ogt", "le": "ole", "ge": "oge"}
_ROUND = {"ceil": "ceil", "floor": "floor", "trunc": "trunc", "nearest": "rint", "abs": "fabs"}
_ROOT = ("sqrt", "arithmetic.fence")


def _bind_shape(s: Shape) -> None:
    unary, binary = f"{s.name} -> {s.name}", f"{s.name} {s.name} -> {s.name}"
    integers = BITS[s].integers
    for name, predicate in _COMPARE.items():
        steps = (f"fcmp {predicate} {s.type} {{0}}, {{1}}", f"sext <{s.count} x i1> {{2}} to {integers.type}")
        bind(f"{s.name}.{name}", template(f"{s.name} {s.name} -> {integers.name}", *steps))
    bind(f"{s.name}.neg", template(unary, f"fneg {s.type} {{0}}"))
    for name, function in _ROUND.items():
        bind(f"{s.name}.{name}", template(unary, f"call {s.type} @llvm.{function}.{s.suffix}({s.type} {{0}})"))
    # The fence keeps LLVM from taking a root for `x < 0 ? NaN : root`: see the scalar one.
    root = (f"call {s.type} @llvm.{function}.{s.suffix}({s.type} {{{i}}})" for i, function in enumerate(_ROOT))
    bind(f"{s.name}.sqrt", template(unary, *root))
    for name in ("add", "sub", "mul", "div"):
        bind(f"{s.name}.{name}", _arithmetic(name, s))
    for name in ("min", "max"):
        bind(f"{s.name}.{name}", min_max(name, s, _choices(name, s)))
    for name, condition in (("pmin", "{1}, {0}"), ("pmax", "{0}, {1}")):
        choice = f"select <{s.count} x i1> {{2}}, {s.type} {{1}}, {s.type} {{0}}"
        bind(f"{s.name}.{name}", template(binary, f"fcmp olt {s.type} {condition}", choice))


# --- between the widths

_WITH_ZEROS = "<4 x i32> <i32 0, i32 1, i32 2, i32 3>"
_DEMOTE = (
    "fptrunc <2 x double> {0} to <2 x float>",
    f"shufflevector <2 x float> {{1}}, <2 x float> zeroinitializer, {_WITH_ZEROS}",
)
_demote = template("f64x2 -> f32x4", *_DEMOTE)


def _lower_demote(f: Emitter, imm: None) -> None:
    """LLVM may fold this to what was promoted, so it is made quiet."""
    _demote(f, imm)
    push_vector(f, F32X4.type, quiet(f, F32X4, pop_vector(f, F32X4.type)))


_PROMOTE = (
    "shufflevector <4 x float> {0}, <4 x float> poison, <2 x i32> <i32 0, i32 1>",
    "fpext <2 x float> {1} to <2 x double>",
)

for _s in FLOAT_SHAPES:
    _bind_shape(_s)
bind("f32x4.demote_f64x2_zero", _lower_demote)
bind("f64x2.promote_low_f32x4", template("f32x4 -> f64x2", *_PROMOTE))
