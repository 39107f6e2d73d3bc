"""What is on the stack while a body is translated: Python expressions that have not been evaluated yet."""

from __future__ import annotations

from typing import NamedTuple

PURE = 0
READS_MEMORY = 1
READS_STATE = 2
"""A global or a table."""
TRAPS = 4

MASKS = {bits: (1 << bits) - 1 for bits in (8, 16, 32, 64)}

NO_NAMES: frozenset[str] = frozenset()


class Operand(NamedTuple):
    """An expression. `text` needs no parentheses round it; `depth` is how deeply its own are nested, 0 for an atom.

    An integer's value is `text` modulo two to its size; `low` and `high` bound what `text` is before that. `names` are
    the variables in it, `effects` says what it depends on. `offset` is that of the instruction that may trap.
    """

    text: str
    depth: int = 0
    names: frozenset[str] = NO_NAMES
    effects: int = PURE
    low: int = 0
    high: int = 0
    offset: int = 0

    @property
    def is_const(self) -> bool:
        """Whether it is a literal, of an integer or else of anything."""
        return not self.depth and not self.names

    def in_bits(self, bits: int) -> bool:
        """Whether the expression is the value already."""
        return self.low >= 0 and self.high <= MASKS[bits]


def literal(value: int) -> Operand:
    """An integer, as it is from 0 on."""
    return Operand(str(value), 0, NO_NAMES, PURE, value, value)


def combine(
    template: str, operands: list[Operand], low: int, high: int, effects: int = PURE, offset: int = 0
) -> Operand:
    """An expression of others: `template` has `{}` for each."""
    names = NO_NAMES
    depth = 0
    for operand in operands:
        names |= operand.names
        effects |= operand.effects
        depth = max(depth, operand.depth)
        offset = offset or operand.offset
    return Operand(template.format(*[o.text for o in operands]), depth + 1, names, effects, low, high, offset)


def masked(operand: Operand, bits: int) -> Operand:
    """The value itself, from 0 on."""
    if operand.in_bits(bits):
        return operand
    mask = MASKS[bits]
    if operand.is_const:
        return literal(operand.low & mask)
    return combine(f"({{}} & {mask})", [operand], 0, mask)


def signed(operand: Operand, bits: int) -> Operand:
    """The value as a signed number."""
    half = 1 << bits - 1
    if -half <= operand.low and operand.high < half:
        return operand
    operand = masked(operand, bits)
    if operand.is_const:
        number = operand.low
        number -= (number >> bits - 1) << bits
        return Operand(f"({number})", 0, NO_NAMES, PURE, number, number)
    return combine(f"(({{}} ^ {half}) - {half})", [operand], -half, half - 1)
