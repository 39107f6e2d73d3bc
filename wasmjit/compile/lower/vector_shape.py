"""What all vector lowering shares: lane shapes, v128 operands, and handlers made from IR templates.

On the operand stack every v128 is a `<2 x i64>`. An instruction works on lanes, so it casts its operands to its shape
and the result back. `Vector` saves most of the first kind: it remembers which typed value it is the cast of.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from wasmjit.compile.lower.emitter import Emitter
from wasmjit.compile.lower.registry import HANDLERS, Handler, bind
from wasmjit.wasm.opcodes import CODE_BY_NAME

V128_TYPE = "<2 x i64>"


@dataclass(frozen=True, slots=True)
class Shape:
    """Lanes of a v128 (spec 2.3.8): `type` is LLVM's vector, `lane` its element, `suffix` as intrinsics spell it."""

    name: str
    lane: str
    bits: int
    count: int
    type: str
    suffix: str

    def splat(self, value: int) -> str:
        """A constant with every lane `value`; integer shapes only."""
        return f"splat ({self.lane} {value})"

    def broadcast(self, scalar: str) -> tuple[str, str]:
        """Two steps that spread a scalar; in the second `{}` is the first one's result."""
        return (
            f"insertelement {self.type} poison, {self.lane} {scalar}, i64 0",
            f"shufflevector {self.type} {{}}, {self.type} poison, <{self.count} x i32> zeroinitializer",
        )


def _shape(name: str, lane: str) -> Shape:
    bits, count = (int(part) for part in name[1:].split("x"))
    return Shape(name, lane, bits, count, f"<{count} x {lane}>", f"v{count}{name[0]}{bits}")


I8X16, I16X8 = _shape("i8x16", "i8"), _shape("i16x8", "i16")
I32X4, I64X2 = _shape("i32x4", "i32"), _shape("i64x2", "i64")
F32X4, F64X2 = _shape("f32x4", "float"), _shape("f64x2", "double")
INTEGER_SHAPES = (I8X16, I16X8, I32X4, I64X2)
FLOAT_SHAPES = (F32X4, F64X2)
VECTOR_TYPES = {"v128": V128_TYPE} | {s.name: s.type for s in (*INTEGER_SHAPES, *FLOAT_SHAPES)}
"""LLVM's type of an operand that is to be seen as lanes of a shape, or as plain bits."""


class Vector(str):
    """A v128 operand that is a cast of `value`, of LLVM type `type`: whoever wants that type needs no second cast.

    The cast follows `value` directly, so `value` is in scope wherever the operand is.
    """

    __slots__ = ("type", "value")

    type: str
    value: str


def pop_vector(f: Emitter, type: str) -> str:
    """Take a v128 operand as an LLVM vector type of 128 bits."""
    operand = f.stack.pop()
    if type == V128_TYPE:
        return operand
    if isinstance(operand, Vector) and operand.type == type:
        return operand.value
    return f.emit(f"bitcast {V128_TYPE} {operand} to {type}")


def push_vector(f: Emitter, type: str, value: str) -> None:
    """Push an LLVM vector of 128 bits as a v128 operand."""
    if type == V128_TYPE:
        f.stack.append(value)
        return
    operand = Vector(f.emit(f"bitcast {type} {value} to {V128_TYPE}"))
    operand.type, operand.value = type, value
    f.stack.append(operand)


def literal_bytes(operand: str) -> bytes | None:
    """The 16 bytes of a v128 operand that is a literal, else None."""
    if operand == "zeroinitializer":
        return bytes(16)
    match = _V128_LITERAL.fullmatch(operand)
    if match is None:
        return None
    return b"".join((int(half) & _MASK64).to_bytes(8, "little") for half in match.groups())


_MASK64 = 0xFFFF_FFFF_FFFF_FFFF
_V128_LITERAL = re.compile(r"<i64 (-?\d+), i64 (-?\d+)>")


# --- templates

_INTRINSIC = re.compile(r"call (?P<result>.+?) (?P<name>@llvm\.[\w.]+)\((?P<arguments>.*)\)")
_TYPE = re.compile(r"<[^>]+>|\w+")


def declarations(steps: Sequence[str]) -> tuple[str, ...]:
    """Declarations of the intrinsics that IR steps call; an argument is `TYPE OPERAND`, without commas in it."""
    found = (match for step in steps if (match := _INTRINSIC.fullmatch(step)))
    return tuple(f"declare {m['result']} {m['name']}({_argument_types(m['arguments'])})" for m in found)


def _argument_types(arguments: str) -> str:
    return ", ".join(match[0] for a in arguments.split(", ") if (match := _TYPE.match(a)))


def template(signature: str, *steps: str) -> Handler:
    """A handler from IR text.

    `signature` is like `i8x16 i32 -> i8x16`: shapes (popped as LLVM vectors of that shape) and scalars; the result may
    be `i1`, a condition. Each step is an instruction with a result; `{0}`, `{1}` ... are the operands in order, then
    the results of the steps before, `{imm}` the immediate. The last step's result is the instruction's.
    """
    params, _, result = signature.partition(" -> ")
    types = [VECTOR_TYPES.get(param) for param in reversed(params.split())]
    declared = declarations(steps)
    result_type = VECTOR_TYPES.get(result)

    def lower(f: Emitter, imm: object) -> None:
        for declaration in declared:
            f.declare(declaration)
        values = [f.stack.pop() if type is None else pop_vector(f, type) for type in types]
        values.reverse()
        for step in steps:
            values.append(f.emit(step.format(*values, imm=imm)))
        if result_type is not None:
            push_vector(f, result_type, values[-1])
        elif result == "i1":
            f.push_condition(values[-1])
        else:
            f.stack.append(values[-1])

    return lower


def prefer(arch: str, feature: str, mnemonic: str, handler: Handler) -> None:
    """Let `handler` lower a mnemonic for targets of an architecture that have a feature ("": all of them)."""
    general = HANDLERS[CODE_BY_NAME[mnemonic]]

    def lower(f: Emitter, imm: object) -> None:
        fits = f.target_arch == arch and (not feature or feature in f.target_features)
        (handler if fits else general)(f, imm)

    bind(mnemonic, lower)
