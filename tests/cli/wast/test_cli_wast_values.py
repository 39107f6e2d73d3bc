import struct

import pytest

from wasmjit.cli.wast.values import ExternObject, Value, lower_argument, matches, show_pattern, show_result
from wasmjit.wasm.types import EXTERNREF, F32, F64, FUNCREF, I32, I64, V128, ValType


def i32(value: int) -> bytes:
    return struct.pack("<I", value & 0xFFFF_FFFF)


@pytest.mark.parametrize(
    ("value", "type", "bits"),
    [
        ({"type": "i32", "value": "-1"}, I32, b"\xff" * 4),
        ({"type": "i32", "value": "4294967295"}, I32, b"\xff" * 4),
        ({"type": "i64", "value": "1"}, I64, b"\1" + bytes(7)),
        ({"type": "f32", "value": "1065353216"}, F32, struct.pack("<f", 1.0)),
        ({"type": "f64", "value": "4607182418800017408"}, F64, struct.pack("<d", 1.0)),
        ({"type": "v128", "lane_type": "i16", "value": ["-1", *"1234567"]}, V128, struct.pack("<8h", -1, *range(1, 8))),
        ({"type": "v128", "lane_type": "i8", "value": ["255"] * 16}, V128, b"\xff" * 16),
    ],
)
def test_lower_numbers(value: Value, type: ValType, bits: bytes) -> None:
    assert lower_argument(value, type) == bits


def test_lower_references() -> None:
    assert lower_argument({"type": "externref", "value": "7"}, EXTERNREF) == ExternObject("7")
    for pattern in ({"type": "externref", "value": "null"}, {"type": "refnull"}):
        assert lower_argument(pattern, EXTERNREF) is None  # type: ignore[arg-type]
    assert lower_argument({"type": "funcref", "value": "null"}, FUNCREF) is None


@pytest.mark.parametrize(
    ("value", "type"),
    [
        ({"type": "i64", "value": "1"}, I32),
        ({"type": "externref", "value": "1"}, FUNCREF),
        ({"type": "i32", "value": ["1"]}, I32),
        ({"type": "f32", "value": "1"}, I32),
    ],
)
def test_lower_refuses_other_types(value: Value, type: ValType) -> None:
    with pytest.raises(ValueError, match=r"type|lanes"):
        lower_argument(value, type)


CANONICAL, NEGATIVE, QUIET, SIGNALING = 0x7FC0_0000, 0xFFC0_0000, 0x7FC0_0001, 0x7FA0_0000


@pytest.mark.parametrize(
    ("bits", "canonical", "arithmetic"),
    [
        (CANONICAL, True, True),
        (NEGATIVE, True, True),
        (QUIET, False, True),
        (SIGNALING, False, False),
        (0x7F80_0000, False, False),  # infinity
        (0x3F80_0000, False, False),
    ],
)
def test_nan_patterns(bits: int, canonical: bool, arithmetic: bool) -> None:
    assert matches({"type": "f32", "value": "nan:canonical"}, F32, i32(bits)) is canonical
    assert matches({"type": "f32", "value": "nan:arithmetic"}, F32, i32(bits)) is arithmetic


def test_nan_patterns_of_f64() -> None:
    canonical, quiet = struct.pack("<Q", 0xFFF8 << 48), struct.pack("<Q", (0x7FF8 << 48) + 1)
    assert matches({"type": "f64", "value": "nan:canonical"}, F64, canonical)
    assert not matches({"type": "f64", "value": "nan:canonical"}, F64, quiet)
    assert matches({"type": "f64", "value": "nan:arithmetic"}, F64, quiet)


def test_floats_are_compared_by_bits() -> None:
    minus_zero = str(1 << 31)
    assert matches({"type": "f32", "value": minus_zero}, F32, i32(1 << 31))
    assert not matches({"type": "f32", "value": "0"}, F32, i32(1 << 31))
    assert matches({"type": "f32", "value": str(SIGNALING)}, F32, i32(SIGNALING))


def test_lanes() -> None:
    pattern: Value = {"type": "v128", "lane_type": "f32", "value": ["nan:canonical", "0", "1065353216", "0"]}
    assert matches(pattern, V128, struct.pack("<IIfI", NEGATIVE, 0, 1.0, 0))
    assert not matches(pattern, V128, struct.pack("<IIfI", QUIET, 0, 1.0, 0))
    assert not matches(pattern, V128, struct.pack("<IIfI", NEGATIVE, 0, 1.0, 1))
    assert not matches({**pattern, "value": ["0", "0"]}, V128, bytes(16))


def test_either() -> None:
    pattern: Value = {"type": "either", "values": [{"type": "i32", "value": "1"}, {"type": "i32", "value": "2"}]}
    assert [matches(pattern, I32, i32(n)) for n in range(4)] == [False, True, True, False]


def test_references() -> None:
    anything = object()
    assert matches({"type": "refnull"}, FUNCREF, None)
    assert matches({"type": "externref", "value": "null"}, EXTERNREF, None)
    assert matches({"type": "externref", "value": "3"}, EXTERNREF, ExternObject("3"))
    assert not matches({"type": "externref", "value": "3"}, EXTERNREF, ExternObject("4"))
    assert not matches({"type": "externref", "value": "3"}, EXTERNREF, None)
    assert matches({"type": "funcref"}, FUNCREF, anything)
    assert not matches({"type": "funcref"}, FUNCREF, None)
    assert not matches({"type": "externref"}, FUNCREF, anything)
    assert not matches({"type": "refnull"}, FUNCREF, anything)


def test_type_must_be_right() -> None:
    assert not matches({"type": "i32", "value": "0"}, F32, bytes(4))
    assert not matches({"type": "i32", "value": "0"}, I32, None)


def test_show() -> None:
    assert show_pattern({"type": "v128", "lane_type": "i8", "value": ["1", "2"]}) == "v128 i8 1 2"
    assert show_pattern({"type": "either", "values": [{"type": "i32", "value": "1"}, {"type": "refnull"}]}) == (
        "either i32 1 or refnull"
    )
    assert show_result(I32, b"\xff" * 4) == "i32 -1"
    assert show_result(F32, i32(CANONICAL)) == "f32 2143289344"
    assert show_result(FUNCREF, None) == "funcref null"
    assert show_result(V128, bytes([1] + [0] * 15)) == "v128 i32 1 0 0 0"
