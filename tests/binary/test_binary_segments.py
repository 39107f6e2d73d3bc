"""Element and data segments in all their forms."""

from __future__ import annotations

import pytest

from wasmjit.errors import LimitError, MalformedError
from wasmjit.wasm.module import DataSegment, ElementSegment, Instr
from wasmjit.wasm.types import EXTERNREF, FUNC, FUNCREF, ref_type

FIRST = 11
"""Offset of the first item of the first section."""


def at(offset):
    return (Instr(0x41, 0, FIRST + offset),)


def func_exprs(*offsets):
    return tuple((Instr(0xD2, 4, FIRST + offset),) for offset in offsets)


FUNCTIONS = ref_type(FUNC, False)


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("00 41 00 0b 02 04 80 01", ("active", FUNCTIONS, 0, at(1), (4, 128), None)),
        ("01 00 01 04", ("passive", FUNCTIONS, 0, None, (4,), None)),
        ("02 05 41 00 0b 00 01 04", ("active", FUNCTIONS, 5, at(2), (4,), None)),
        ("03 00 00", ("declarative", FUNCTIONS, 0, None, (), None)),
        ("04 41 00 0b 02 d2 04 0b d2 04 0b", ("active", FUNCREF, 0, at(1), None, func_exprs(5, 8))),
        ("05 64 70 00", ("passive", FUNCTIONS, 0, None, None, ())),
        ("05 6f 00", ("passive", EXTERNREF, 0, None, None, ())),
        ("06 05 41 00 0b 70 01 d2 04 0b", ("active", FUNCREF, 5, at(2), None, func_exprs(7))),
        ("87 00 70 01 d2 04 0b", ("declarative", FUNCREF, 0, None, None, func_exprs(4))),
    ],
)
def test_element_segments(section, decoded, item, expected):
    assert decoded(section(9, item)).elements == [ElementSegment(*expected, FIRST)]


@pytest.mark.parametrize(
    ("item", "message", "offset"),
    [
        ("08", "malformed elements segment kind", 0),
        ("01 01 00", "malformed element kind", 1),
        ("05 7f 00", "malformed reference type", 1),
        ("05 70 01 f3 00 0b", "illegal opcode f3", 3),
        ("00 41 00", "unexpected end of section or function", 3),
        ("01 00 09 00", "length out of bounds", 2),
    ],
)
def test_malformed_element_segments(section, decoded, item, message, offset):
    with pytest.raises(MalformedError) as caught:
        decoded(section(9, item))
    assert (caught.value.message, caught.value.offset) == (message, FIRST + offset)


def test_elements_over_the_limit(section, decoded, monkeypatch):
    monkeypatch.setattr("wasmjit.limits.MAX_SEGMENT_ELEMENTS", 3)
    assert decoded(section(9, "01 00 03 01 02 03")).elements[0].funcs == (1, 2, 3)
    with pytest.raises(LimitError, match="elements of a segment is 4"):
        decoded(section(9, "01 00 04 01 02 03 04"))


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("00 41 00 0b 03 61 62 63", ("active", 0, at(1), FIRST + 5, FIRST + 8)),
        ("01 02 61 62", ("passive", 0, None, FIRST + 2, FIRST + 4)),
        ("82 00 81 00 41 00 0b 00", ("active", 1, at(4), FIRST + 8, FIRST + 8)),
    ],
)
def test_data_segments(section, decoded, item, expected):
    assert decoded(section(11, item)).datas == [DataSegment(*expected, FIRST)]


@pytest.mark.parametrize(
    ("item", "message", "offset"),
    [
        ("03 00", "malformed data segment kind", 0),
        ("01 03 61 62", "unexpected end of section or function", 4),
        ("01 04 61 62", "length out of bounds", 1),
        ("01 01 61 62", "section size mismatch", -1),
    ],
)
def test_malformed_data_segments(section, decoded, item, message, offset):
    with pytest.raises(MalformedError) as caught:
        decoded(section(11, item))
    assert (caught.value.message, caught.value.offset) == (message, FIRST + offset)
