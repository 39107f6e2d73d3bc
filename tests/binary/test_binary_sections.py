"""The layout of a module."""

from __future__ import annotations

from wasmjit.binary import list_sections


def test_sections(section, decoded):
    custom = b"\x00\x04\x01xyz"
    module = decoded(section(1, "60 00 00"), custom, section(5, "00 01"), b"\x0c\x01\x00", custom)
    sections = list(list_sections(module))
    assert [s.name for s in sections] == ["type", "custom", "memory", "data count", "custom"]
    assert [bytes(module.data[s.start : s.end]) for s in sections] == [
        b"\x01\x60\x00\x00",
        b"\x01xyz",
        b"\x01\x00\x01",
        b"\x00",
        b"\x01xyz",
    ]


def test_no_sections(decoded):
    assert list(list_sections(decoded())) == []
