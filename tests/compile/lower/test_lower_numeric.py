"""Literals and the ranges of float-to-integer conversions."""

from __future__ import annotations

import struct

import pytest

from wasmjit.compile.lower.numeric import _range_bounds, f32_literal, f64_literal, v128_literal


def double_of(literal: str) -> float:
    (value,) = struct.unpack(">d", bytes.fromhex(literal[2:]))
    assert isinstance(value, float)
    return value


def test_float_literals_keep_every_bit() -> None:
    assert f32_literal(0x3F800000) == "0x3FF0000000000000"
    assert f32_literal(0x80000000) == "0x8000000000000000"
    assert f32_literal(0x00000001) == f64_literal(0x36A0000000000000)  # a denormal
    assert f32_literal(0x7FA00000) == "bitcast (i32 2141192192 to float)"  # signalling
    assert f64_literal(0x7FF4000000000000) == "0x7FF4000000000000"


def test_vector_literal_is_little_endian() -> None:
    assert v128_literal(bytes(range(16))) == "<i64 506097522914230528, i64 1084818905618843912>"


@pytest.mark.parametrize("source", ["float", "double"])
@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("signed", [False, True])
def test_the_bounds_of_truncation_are_tight(source: str, bits: int, signed: bool) -> None:
    """The next float inside each bound truncates into range, the bound itself does not."""
    below, above = (double_of(b) for b in _range_bounds(source, bits, signed))
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
    assert int(below) < low
    assert int(above) > high
    assert low <= int(following(below, source, up=True))
    assert int(following(above, source, up=False)) <= high


def following(value: float, source: str, *, up: bool) -> float:
    """The neighbour of a float in its own format."""
    code = "f" if source == "float" else "d"
    integer = "i" if source == "float" else "q"
    (bits,) = struct.unpack(f"<{integer}", struct.pack(f"<{code}", value))
    step = 1 if (value > 0) == up else -1
    (result,) = struct.unpack(f"<{code}", struct.pack(f"<{integer}", bits + step))
    assert isinstance(result, float)
    return result
