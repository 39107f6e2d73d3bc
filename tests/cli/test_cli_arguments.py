import math
import struct

import pytest

from wasmjit.cli.arguments import format_result, parse_value
from wasmjit.wasm.types import EXTERNREF, F32, F64, FUNCREF, I32, I64, V128, ValType


@pytest.mark.parametrize(
    ("type", "text", "value"),
    [
        (I32, "42", 42),
        (I32, "-1", -1),
        (I32, "0xffffffff", 0xFFFF_FFFF),
        (I64, "-0x10", -16),
        (I64, "18446744073709551615", (1 << 64) - 1),
        (F32, "1.5", 1.5),
        (F64, "-inf", -math.inf),
        (F64, "0x1.8p1", 3.0),
        (F64, "-0x1p-1", -0.5),
        (V128, "0x000102030405060708090a0b0c0d0e0f", bytes(range(16))),
        (FUNCREF, "null", None),
        (EXTERNREF, "null", None),
    ],
)
def test_parse(type: ValType, text: str, value: object) -> None:
    assert parse_value(type, text) == value


@pytest.mark.parametrize("text", ["nan", "-nan"])
def test_parse_nan(text: str) -> None:
    value = parse_value(F32, text)
    assert isinstance(value, float)
    assert math.isnan(value)


@pytest.mark.parametrize(
    ("type", "text"),
    [
        (I32, "4294967296"),
        (I32, "-2147483649"),
        (I32, "1.5"),
        (I32, ""),
        (I64, "ten"),
        (F64, "one"),
        (V128, "0x00"),
        (V128, "g" * 32),
        (FUNCREF, "1"),
    ],
)
def test_parse_refuses(type: ValType, text: str) -> None:
    with pytest.raises(ValueError, match=f"is not of type {type}"):
        parse_value(type, text)


def as_f32(value: float) -> float:
    return float(struct.unpack("<f", struct.pack("<f", value))[0])


@pytest.mark.parametrize(
    ("type", "value", "text"),
    [
        (I32, -1, "-1"),
        (F64, 0.1, "0.1"),
        (F32, as_f32(0.1), "0.1"),
        (F32, as_f32(16777217.0), "16777216.0"),
        (F32, as_f32(3.4028234e38), "3.4028235e+38"),
        (F32, -0.0, "-0.0"),
        (F32, math.inf, "inf"),
        (F64, math.nan, "nan"),
        (V128, bytes(range(16)), "0x000102030405060708090a0b0c0d0e0f"),
        (EXTERNREF, None, "null"),
        (EXTERNREF, "x", "x"),
    ],
)
def test_format(type: ValType, value: object, text: str) -> None:
    assert format_result(type, value) == text


@pytest.mark.parametrize("bits", [0x3DCCCCCD, 0x7F7FFFFF, 0x00000001, 0x4B800001, 0x3F9D70A4])
def test_f32_reads_back(bits: int) -> None:
    value = float(struct.unpack("<f", struct.pack("<I", bits))[0])
    text = format_result(F32, value)
    assert struct.pack("<f", float(text)) == struct.pack("<I", bits)
