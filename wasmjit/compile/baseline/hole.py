"""Holes: numbers in a stencil that are known only when it is used.

To LLVM a hole is the address of an external symbol, which is *absolute*: a number from a range, known to the linker.
So it becomes an immediate operand or a displacement, even in position independent code, and LLVM concludes nothing
from it but its range. Relocations then tell where it is in the code.
"""

from __future__ import annotations

_RANGES = {
    "K": (-(1 << 31), 1 << 31),  # a constant of 64 bits that is its low half with the sign extended
    "K.32": (0, 1 << 32),  # one of 32 bits
    "K.8": (0, 1 << 7),  # the count of a shift
    "N.32": (0, 1 << 32),
    "W": (-1, -1),
    "W2": (-1, -1),
}
_OFFSET = (0, 1 << 31)
_RANGES |= dict.fromkeys("SDOGNFM", _OFFSET)
"""Symbols with their ranges; from -1 to -1 is any number. What is behind a dot tells apart those of one name."""

JUMP_TABLE = "Q"

_FIRST_METADATA = 100


def declarations() -> str:
    """The symbols, as LLVM IR."""
    lines = [f"@{JUMP_TABLE} = external hidden global i8\n"]
    for number, (symbol, (low, high)) in enumerate(_RANGES.items(), _FIRST_METADATA):
        lines.append(f'@"{symbol}" = external hidden global i8, !absolute_symbol !{number}\n')
        lines.append(f"!{number} = !{{i64 {low}, i64 {high}}}\n")
    return "".join(lines)


def hole_name(symbol: str) -> str:
    """The name of the hole that a symbol stands for."""
    return symbol.partition(".")[0]


class Hole(int):
    """A hole where the lowering expects a number: it can be written into IR, and have a number added."""

    symbol: str
    addend: int

    def __new__(cls, symbol: str, addend: int = 0) -> Hole:
        """`symbol` is one of those above."""
        self = super().__new__(cls, 1)
        self.symbol, self.addend = symbol, addend
        return self

    def __add__(self, number: int) -> Hole:
        return Hole(self.symbol, self.addend + number)

    def __mul__(self, number: int) -> int:
        raise TypeError("a hole cannot be multiplied")

    def __rmul__(self, number: int) -> int:
        raise TypeError("a hole cannot be multiplied")

    def __str__(self) -> str:
        return self.text("i64")

    def __format__(self, spec: str) -> str:
        return self.text("i64")

    def text(self, type: str) -> str:
        """The constant expression of that integer type."""
        address = f'@"{self.symbol}"'
        if self.addend:
            address = f"getelementptr (i8, ptr {address}, i64 {self.addend})"
        return f"ptrtoint (ptr {address} to {type})"


class ScaledHole(Hole):
    """An index that is never used but for its product with a size; the hole is that product."""

    def __rmul__(self, number: int) -> int:
        return Hole(self.symbol)
