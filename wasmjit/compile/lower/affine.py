"""i32 values as sums: a constant and multiples of what locals hold when an iteration of a loop begins.

All arithmetic is modulo 2^32, as in wasm: an `Affine` says exactly which i32 a value is, whatever wraps on the way.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias


def wrap(value: int) -> int:
    """The signed i32 that equals `value` modulo 2^32."""
    return (value + 0x8000_0000 & 0xFFFF_FFFF) - 0x8000_0000


class Affine(NamedTuple):
    """`const` + the sum of factor * local over `terms`, (local, factor) ascending; no factor is 0."""

    const: int
    terms: tuple[tuple[int, int], ...] = ()


class Condition(NamedTuple):
    """A comparison of i32 values: `op` is the mnemonic's without its type, `lt_s` for example."""

    op: str
    left: Affine
    right: Affine


Value: TypeAlias = Affine | Condition | None
"""What is known of an operand; None is nothing."""

NEGATED = {"eq": "ne", "ne": "eq"}
for _less, _not_less in (("lt_s", "ge_s"), ("lt_u", "ge_u"), ("gt_s", "le_s"), ("gt_u", "le_u")):
    NEGATED[_less], NEGATED[_not_less] = _not_less, _less


def combine(left: Affine, right: Affine, factor: int) -> Affine:
    """`left` + `factor` * `right`."""
    terms = dict(left.terms)
    for x, k in right.terms:
        terms[x] = terms.get(x, 0) + factor * k
    kept = sorted((x, wrap(k)) for x, k in terms.items() if wrap(k))
    return Affine(wrap(left.const + factor * right.const), tuple(kept))


def negated(condition: Condition) -> Condition:
    """The opposite comparison."""
    return Condition(NEGATED[condition.op], condition.left, condition.right)


def as_condition(value: Value) -> Condition | None:
    """The comparison that says whether an i32 operand is not zero."""
    return Condition("ne", value, Affine(0)) if isinstance(value, Affine) else value


def arithmetic(op: str, left: Value, right: Value) -> Value:
    """The result of an i32 instruction with two operands, its mnemonic without the type."""
    if not isinstance(left, Affine) or not isinstance(right, Affine):
        return None
    if op == "add":
        return combine(left, right, 1)
    if op == "sub":
        return combine(left, right, -1)
    if op in NEGATED:
        return Condition(op, left, right)
    if op == "mul" and not left.terms:
        left, right = right, left
    if right.terms:
        return None
    if op == "mul":
        return combine(Affine(0), left, right.const)
    if op == "shl":
        return combine(Affine(0), left, 1 << (right.const & 31))
    if op == "or" and _low_bits_clear(left, right.const):
        return combine(left, right, 1)
    return None


def _low_bits_clear(value: Affine, bits: int) -> bool:
    """Whether none of `bits` can be set in a value, so that `or` is an addition."""
    mask = (1 << bits.bit_length()) - 1
    return bits >= 0 and not value.const & mask and not any(k & mask for _, k in value.terms)
