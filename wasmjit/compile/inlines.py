"""Which calls LLVM inlined where: DW_TAG_inlined_subroutine of .debug_info, DWARF 4 section 3.3.8, as LLVM writes it.

The lowering asks for version 4 (lower/unit.py) and for line tables alone, so that there are few kinds of entries: the
unit, functions, and the inlined calls inside them. Like everywhere in debug information of ours, "lines" are byte
offsets in the wasm module.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeAlias

from wasmjit.compile.debug_section import DebugSection
from wasmjit.compile.lines import read_leb128
from wasmjit.errors import InternalError

_SUBPROGRAM, _INLINED_SUBROUTINE = 0x2E, 0x1D  # DW_TAG_*
_NAME, _LOW_PC, _HIGH_PC, _ORIGIN, _RANGES, _CALL_LINE = 0x03, 0x11, 0x12, 0x31, 0x55, 0x59  # DW_AT_*
_FORM_ADDR, _FORM_UDATA, _FORM_FLAG_PRESENT = 0x01, 0x0F, 0x19
_FORM_BYTES = {_FORM_ADDR: 8, 0x05: 2, 0x06: 4, 0x07: 8, 0x0B: 1, 0x0E: 4, 0x13: 4, 0x17: 4, _FORM_FLAG_PRESENT: 0}
"""Sizes of addr, data2, data4, data8, data1, strp, ref4, sec_offset, flag_present."""

_HEADER_BYTES = 11
_LAST_ADDRESS = 0xFFFFFFFFFFFFFFFF

_Shape: TypeAlias = tuple[int, list[tuple[int, int]]]
"""Of entries (section 7.5.3): tag, then attribute and form of each field."""
_Function: TypeAlias = "tuple[int, list[_Range]]"
"""Where its code starts, and the ranges of its inlined calls, outer before inner."""


class InlinedCall(NamedTuple):
    """A function that was inlined, and the line of the call that it replaces: None where LLVM does not say."""

    callee: str
    line: int | None


class _Range(NamedTuple):
    """Code of an inlined call."""

    start: int
    end: int
    origin: int
    line: int


class InlineTable:
    """Inlined calls by address: for the `sections` of one object. Nothing is decoded before the first `lookup`."""

    def __init__(self, sections: Mapping[str, DebugSection]) -> None:
        self._sections = sections
        self._functions: list[_Function] | None = None
        self._names: dict[int, int] = {}

    def lookup(self, address: int) -> list[InlinedCall]:
        """The inlined calls that the instruction at `address` is part of, innermost first."""
        if self._functions is None:
            self._functions = self._decode()
        index = bisect_right(self._functions, address, key=lambda function: function[0]) - 1
        ranges = self._functions[index][1] if index >= 0 else []
        inside = [r for r in ranges if r.start <= address < r.end]
        return [InlinedCall(self._name(r.origin), r.line or None) for r in reversed(inside)]

    def _name(self, origin: int) -> str:
        """Name of the function that is described at `origin` in .debug_info."""
        strings, start = self._sections[".debug_str"].data, self._names[origin]
        return strings[start : strings.index(0, start)].decode()

    def _decode(self) -> list[_Function]:
        """All functions with inlined calls, by address."""
        functions: list[_Function] = []
        if ".debug_info" not in self._sections:
            return functions
        try:
            self._read_units(functions)
        except (IndexError, KeyError, ValueError) as error:
            raise InternalError(f"damaged debug information: {error!r}") from error
        return sorted(functions, key=lambda function: function[0])

    def _read_units(self, functions: list[_Function]) -> None:
        base, ranges = 0, list[_Range]()
        for offset, tag, fields in _entries(self._sections[".debug_info"], self._sections[".debug_abbrev"].data):
            if tag == _INLINED_SUBROUTINE:
                origin, line = fields[_ORIGIN], fields.get(_CALL_LINE, 0)
                ranges += [_Range(start, end, origin, line) for start, end in self._ranges(fields, base)]
            elif tag == _SUBPROGRAM:
                if _NAME in fields:
                    self._names[offset] = fields[_NAME]
                ranges = []
                functions += [(start, ranges) for start, _ in self._ranges(fields, base)]
            else:
                base = fields.get(_LOW_PC, 0)

    def _ranges(self, fields: Mapping[int, int], base: int) -> Iterator[tuple[int, int]]:
        """Start and end of each piece of code that an entry is about; `base` is its unit's."""
        if _RANGES in fields:
            yield from _range_list(self._sections[".debug_ranges"], fields[_RANGES], base)
        elif _LOW_PC in fields:
            yield fields[_LOW_PC], fields[_LOW_PC] + fields[_HIGH_PC]


def _range_list(section: DebugSection, offset: int, base: int) -> Iterator[tuple[int, int]]:
    """A range list (section 2.17.3): pairs relative to `base`, which ends where both are 0."""
    values = section.values
    while True:
        start, end = section.field(offset, 8), section.field(offset + 8, 8)
        if start == _LAST_ADDRESS:
            base = end
        elif offset in values:
            yield start, end
        elif start or end:
            yield base + start, base + end
        elif offset + 8 <= len(section.data):
            return
        else:
            raise IndexError(offset)
        offset += 16


def _entries(info: DebugSection, abbreviations: bytes) -> Iterator[tuple[int, int, dict[int, int]]]:
    """All entries in their order, parents before children, each with its offset, tag and fields."""
    data, unit = info.data, 0
    while unit < len(data):
        end = unit + 4 + info.field(unit, 4)
        if info.field(unit + 4, 2) != 4:
            raise InternalError("debug information of another version than DWARF 4")
        known = _abbreviations(abbreviations, info.field(unit + 6, 4))
        at = unit + _HEADER_BYTES
        while at < end:
            start = at
            code, at = read_leb128(data, at)
            if code:
                tag, attributes = known[code]
                fields, at = _fields(info, at, unit, attributes)
                yield start, tag, fields
        unit = end


def _fields(info: DebugSection, at: int, unit: int, attributes: list[tuple[int, int]]) -> tuple[dict[int, int], int]:
    """The fields of an entry by attribute, and the offset after them. References are offsets in the section."""
    fields: dict[int, int] = {}
    for attribute, form in attributes:
        if form == _FORM_UDATA:
            fields[attribute], at = read_leb128(info.data, at)
        else:
            size = _FORM_BYTES[form]
            fields[attribute] = info.field(at, size)
            at += size
    if _ORIGIN in fields:
        fields[_ORIGIN] += unit
    return fields, at


def _abbreviations(data: bytes, at: int) -> dict[int, _Shape]:
    """The shapes of a unit's entries by their code."""
    table: dict[int, _Shape] = {}
    code, at = read_leb128(data, at)
    while code:
        tag, at = read_leb128(data, at)
        at += 1  # whether it has children: the order of the entries says enough
        attributes: list[tuple[int, int]] = []
        while True:
            attribute, at = read_leb128(data, at)
            form, at = read_leb128(data, at)
            if not form:
                break
            attributes.append((attribute, form))
        table[code] = tag, attributes
        code, at = read_leb128(data, at)
    return table
