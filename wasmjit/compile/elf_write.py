"""Writing ELF files (64-bit, little-endian): symbols of machine code for debuggers, and a library to hold two."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from wasmjit.compile.elf import FILE_HEADER, SECTION_HEADER, STT_FUNC, SYMBOL

ET_EXEC, ET_DYN = 2, 3
SHT_PROGBITS, SHT_SYMTAB, SHT_STRTAB, SHT_HASH, SHT_DYNAMIC, SHT_NOBITS, SHT_DYNSYM = 1, 2, 3, 5, 6, 8, 11
PT_LOAD, PT_DYNAMIC, PT_GNU_STACK = 1, 2, 0x6474E551
PF_EXECUTE, PF_WRITE, PF_READ = 1, 2, 4
STT_OBJECT = 1
STB_GLOBAL = 1

_SEGMENT = struct.Struct("<IIQQQQQQ")
_IDENT = b"\x7fELF\2\1\1".ljust(16, b"\0")


class NewSection(NamedTuple):
    """A section. One with an address and with data is in the file at that place, any other after the one before it.

    `size` is that of a section without data.
    """

    name: str
    type: int
    flags: int = 0
    address: int = 0
    data: bytes = b""
    link: int = 0
    info: int = 0
    entry_bytes: int = 0
    size: int = 0


class NewSymbol(NamedTuple):
    """A global symbol: its address, in a section by number. `type` is STT_FUNC or STT_OBJECT."""

    name: str
    address: int
    size: int
    section: int
    type: int = STT_FUNC


class Segment(NamedTuple):
    """Bytes of the file, which are mapped at the address that is their place."""

    type: int
    flags: int
    start: int
    end: int
    align: int


HEADERS_BYTES = FILE_HEADER.size
"""What is in front of the segments' headers."""
SEGMENT_BYTES = _SEGMENT.size


def symbol_tables(symbols: Iterable[NewSymbol]) -> tuple[bytes, bytes]:
    """Contents of a symbol table, whose first entry is the null symbol, and of its strings."""
    strings = bytearray(b"\0")
    entries = [bytes(SYMBOL.size)]
    for symbol in symbols:
        info = STB_GLOBAL << 4 | symbol.type
        entries.append(SYMBOL.pack(len(strings), info, 0, symbol.section, symbol.address, symbol.size))
        strings += symbol.name.encode(errors="replace") + b"\0"
    return b"".join(entries), bytes(strings)


def write_elf(kind: int, machine: int, sections: Sequence[NewSection], segments: Sequence[Segment] = ()) -> bytes:
    """A file of these sections, numbered from 1, and one with their names behind them."""
    names = b"\0" + b"".join(section.name.encode() + b"\0" for section in sections) + b".shstrtab\0"
    all_sections = [*sections, NewSection(".shstrtab", SHT_STRTAB, data=names)]
    image = bytearray(FILE_HEADER.size)
    for segment in segments:
        size = segment.end - segment.start
        place = segment.start, segment.start, segment.start
        image += _SEGMENT.pack(segment.type, segment.flags, *place, size, size, segment.align)
    headers = [bytes(SECTION_HEADER.size)]
    for section in all_sections:
        at = section.address if section.address and section.data else -(-len(image) // 16) * 16
        image += bytes(at - len(image)) + section.data
        headers.append(_section_header(section, names, at))
    table = -(-len(image) // 8) * 8
    image += bytes(table - len(image)) + b"".join(headers)
    counts = FILE_HEADER.size, _SEGMENT.size, len(segments), SECTION_HEADER.size, len(headers), len(headers) - 1
    first = FILE_HEADER.size if segments else 0
    image[: FILE_HEADER.size] = FILE_HEADER.pack(_IDENT, kind, machine, 1, 0, first, table, 0, *counts)
    return bytes(image)


def _section_header(section: NewSection, names: bytes, at: int) -> bytes:
    name = names.index(b"\0" + section.name.encode() + b"\0") + 1
    size = section.size or len(section.data)
    fields = section.flags, section.address, at, size, section.link, section.info, 8, section.entry_bytes
    return SECTION_HEADER.pack(name, section.type, *fields)
