"""Relaxed vector instructions: the deterministic mode gives the results of the specification's profile of that name."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from wasmjit import Engine, Instance, Module, Store

WAT = """(module
  (func (export "madd") (param v128 v128 v128) (result v128)
    (f64x2.relaxed_madd (local.get 0) (local.get 1) (local.get 2)))
  (func (export "nmadd") (param v128 v128 v128) (result v128)
    (f64x2.relaxed_nmadd (local.get 0) (local.get 1) (local.get 2)))
  (func (export "dot") (param v128 v128) (result v128)
    (i16x8.relaxed_dot_i8x16_i7x16_s (local.get 0) (local.get 1)))
  (func (export "dot_add") (param v128 v128 v128) (result v128)
    (i32x4.relaxed_dot_i8x16_i7x16_add_s (local.get 0) (local.get 1) (local.get 2)))
  (func (export "laneselect") (param v128 v128 v128) (result v128)
    (i8x16.relaxed_laneselect (local.get 0) (local.get 1) (local.get 2)))
  (func (export "min") (param v128 v128) (result v128) (f32x4.relaxed_min (local.get 0) (local.get 1))))"""


@pytest.fixture(params=["0", "2"])
def exact(request: pytest.FixtureRequest) -> Instance:
    engine = Engine(opt=request.param, relaxed_simd_deterministic=True)
    return Instance(Store(engine), Module(engine, WAT))


def f64x2(*values: float) -> bytes:
    return struct.pack("<2d", *values)


def i8x16(*values: int) -> bytes:
    return struct.pack("<16b", *values, *[0] * (16 - len(values)))


def lanes(format: str, vector: bytes) -> tuple[Any, ...]:
    return struct.unpack(format, vector)


def test_multiply_and_add_round_twice(exact: Instance) -> None:
    x = 1 + 2.0**-30
    product = x * x  # 1 + 2^-29 + 2^-60, rounded
    args = f64x2(x, x), f64x2(x, 2), f64x2(-product, -2 * x)
    assert lanes("<2d", exact.madd(*args)) == (0, 0)
    args = f64x2(x, x), f64x2(x, 2), f64x2(product, 2 * x)
    assert lanes("<2d", exact.nmadd(*args)) == (0, 0)


def test_dot_products_are_signed_and_saturate(exact: Instance) -> None:
    left, right = i8x16(-128, -128, 127, 3), i8x16(-128, -128, -1, -2)
    assert lanes("<8h", exact.dot(left, right))[:2] == (32767, -127 - 6)
    added = struct.pack("<4i", 1, 2, 3, 4)
    assert lanes("<4i", exact.dot_add(left, right, added)) == (32767 - 133 + 1, 2, 3, 4)


def test_lanes_are_selected_bit_by_bit(exact: Instance) -> None:
    assert exact.laneselect(b"\xaa" * 16, b"\x55" * 16, b"\xf0" * 16) == b"\xa5" * 16


def test_minima_are_those_of_min(exact: Instance) -> None:
    zeros = exact.min(struct.pack("<4f", 0.0, -0.0, 1, 2), struct.pack("<4f", -0.0, 0.0, 2, 1))
    assert zeros == struct.pack("<4f", -0.0, -0.0, 1, 1)
