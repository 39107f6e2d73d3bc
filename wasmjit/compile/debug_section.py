"""Debug sections of a loaded object: they are not part of its image, and hardly ever read."""

from __future__ import annotations

import marshal
from array import array
from collections.abc import Mapping
from functools import cached_property

from wasmjit.compile.elf import RELA, SHT_RELA, ElfObject


class DebugSection:
    """A section's bytes, and what its relocated fields stand for. Nothing is decoded before it is asked for."""

    def __init__(self, data: bytes, relocations: bytes, symbols: array[int]) -> None:
        self.data = data
        self._relocations = relocations
        self._symbols = symbols

    @cached_property
    def values(self) -> dict[int, int]:
        """The relocated fields by their offset: image offsets, or offsets in another debug section."""
        symbols = self._symbols
        return {
            offset: symbols[info >> 32] + addend & 0xFFFFFFFFFFFFFFFF
            for offset, info, addend in RELA.iter_unpack(self._relocations)
        }

    def field(self, offset: int, size: int) -> int:
        """The integer of `size` bytes at `offset`, relocated."""
        value = self.values.get(offset)
        return int.from_bytes(self.data[offset : offset + size], "little") if value is None else value


def debug_sections(elf: ElfObject, places: Mapping[int, int]) -> dict[str, DebugSection]:
    """All debug sections by name; `places` has the image offsets of the sections that are loaded."""
    relocations = {section.info: bytes(section.data) for section in elf.sections if section.type == SHT_RELA}
    symbols = array("Q", [places.get(symbol.section, 0) + symbol.value for symbol in elf.symbols])
    return {
        section.name: DebugSection(bytes(section.data), relocations.get(index, b""), symbols)
        for index, section in enumerate(elf.sections)
        if section.name.startswith(".debug_") and section.name != ".debug_frame"
    }


def save_debug_sections(elf: ElfObject, places: Mapping[int, int]) -> bytes:
    """The debug sections as bytes, for `load_debug_sections`."""
    sections = debug_sections(elf, places)
    symbols = next(iter(sections.values()))._symbols.tobytes() if sections else b""
    contents = [(name, section.data, section._relocations) for name, section in sections.items()]
    return marshal.dumps((symbols, contents), 4)


def load_debug_sections(data: bytes | memoryview) -> dict[str, DebugSection]:
    """What `save_debug_sections` saved. The bytes must have been checked."""
    symbols, contents = marshal.loads(data)
    words = array("Q", symbols)
    return {name: DebugSection(section, relocations, words) for name, section, relocations in contents}
