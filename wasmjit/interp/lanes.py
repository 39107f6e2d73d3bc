"""Vectors as lanes: v128 values are bytes of 16. The functions that translated code calls have the names of the
instructions, with underscores for dots; each takes and returns what the instruction does.
"""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import Any, NamedTuple, TypeAlias

Vector: TypeAlias = bytes
Function: TypeAlias = Callable[..., Any]


class Shape(NamedTuple):
    """An integer shape: `unsigned` and `signed` are its lanes."""

    name: str
    bits: int
    unsigned: Struct
    signed: Struct

    @property
    def mask(self) -> int:
        """All bits of a lane."""
        return (1 << self.bits) - 1

    def lanes(self, sign: str) -> Struct:
        """Its lanes for an instruction that ends in `_s` or `_u`."""
        return self.signed if sign == "s" else self.unsigned


def _shape(name: str, bits: int, count: int, letter: str) -> Shape:
    return Shape(name, bits, Struct(f"<{count}{letter.upper()}"), Struct(f"<{count}{letter}"))


I8X16 = _shape("i8x16", 8, 16, "b")
I16X8 = _shape("i16x8", 16, 8, "h")
I32X4 = _shape("i32x4", 32, 4, "i")
I64X2 = _shape("i64x2", 64, 2, "q")
INTEGERS = (I8X16, I16X8, I32X4, I64X2)
F32X4, F64X2 = Struct("<4f"), Struct("<2d")

MASK128 = (1 << 128) - 1


def as_int(vector: Vector) -> int:
    """All bits as one number."""
    return int.from_bytes(vector, "little")


def as_vector(bits: int) -> Vector:
    """The vector of 128 bits."""
    return bits.to_bytes(16, "little")
