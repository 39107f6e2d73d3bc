"""i32 values as sums over locals."""

from __future__ import annotations

import pytest

from wasmjit.compile.lower.affine import Affine, Condition, arithmetic, as_condition, combine, negated, wrap

X, Y = Affine(0, ((0, 1),)), Affine(0, ((1, 1),))


def test_values_wrap() -> None:
    assert [wrap(v) for v in (0, -1, 1 << 31, (1 << 32) - 1, 1 << 32)] == [0, -1, -(1 << 31), -1, 0]


@pytest.mark.parametrize(
    ("op", "left", "right", "result"),
    [
        ("add", X, Affine(-8), Affine(-8, ((0, 1),))),
        ("add", X, Y, Affine(0, ((0, 1), (1, 1)))),
        ("sub", X, X, Affine(0)),
        ("sub", Affine(3), Y, Affine(3, ((1, -1),))),
        ("mul", Affine(24), X, Affine(0, ((0, 24),))),
        ("mul", X, Y, None),
        ("shl", Affine(1, ((1, 1),)), Affine(35), Affine(8, ((1, 8),))),
        ("shl", Affine(1), X, None),
        ("shl", X, Affine(31), Affine(0, ((0, -(1 << 31)),))),
        ("or", Affine(16, ((0, 16),)), Affine(15), Affine(31, ((0, 16),))),
        ("or", Affine(16, ((0, 8),)), Affine(15), None),
        ("or", Affine(16, ((0, 16),)), Affine(-1), None),
        ("and", X, Affine(1), None),
        ("lt_s", X, Y, Condition("lt_s", X, Y)),
        ("add", X, None, None),
        ("add", Condition("eq", X, Y), X, None),
    ],
)
def test_arithmetic(op: str, left: Affine, right: Affine, result: object) -> None:
    assert arithmetic(op, left, right) == result


def test_factors_wrap_too() -> None:
    assert combine(Affine(0, ((0, 1 << 30),)), Affine(0, ((0, 1 << 30),)), 3) == Affine(0)


def test_conditions() -> None:
    assert negated(Condition("le_u", X, Y)) == Condition("gt_u", X, Y)
    assert as_condition(X) == Condition("ne", X, Affine(0))
    assert as_condition(Condition("eq", X, Y)) == Condition("eq", X, Y)
    assert as_condition(None) is None
