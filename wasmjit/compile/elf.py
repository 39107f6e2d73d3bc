"""Relocatable ELF objects (64-bit, little-endian) as LLVM writes them: sections, symbols, relocations."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from wasmjit.errors import InternalError
from wasmjit.light import NamedTuple

SHT_SYMTAB = 2
SHT_RELA = 4
SHT_NOBITS = 8

SHF_WRITE = 0x1
SHF_ALLOC = 0x2
SHF_EXECINSTR = 0x4
SHF_TLS = 0x400

SHN_UNDEF = 0
SHN_LORESERVE = 0xFF00
SHN_ABS = 0xFFF1

STB_LOCAL = 0
STT_FUNC = 2

FILE_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
SECTION_HEADER = struct.Struct("<IIQQQQIIQQ")
SYMBOL = struct.Struct("<IBBHQQ")
RELA = struct.Struct("<QQq")

_IDENT = b"\x7fELF\x02\x01\x01"
_ET_REL = 1


class Section(NamedTuple):
    """A section header; `data` is empty for a section without bytes in the file."""

    name: str
    type: int
    flags: int
    size: int
    link: int
    info: int
    align: int
    data: memoryview


class Symbol(NamedTuple):
    """A symbol: `value` is an offset in section number `section` (SHN_UNDEF: defined elsewhere)."""

    name: str
    binding: int
    type: int
    section: int
    value: int
    size: int


class ElfObject:
    """An object file taken apart. Raises `InternalError` if it is not one of the expected kind."""

    def __init__(self, data: bytes | memoryview) -> None:
        self._data = memoryview(data)
        try:
            self._read()
        except (struct.error, IndexError, UnicodeDecodeError, ValueError) as error:
            raise InternalError(f"damaged object file: {error}") from error

    def _read(self) -> None:
        ident, kind, self.machine, _, _, _, table_offset, *_, count, names_index = FILE_HEADER.unpack_from(self._data)
        if ident[:7] != _IDENT or kind != _ET_REL:
            raise InternalError("not a relocatable object file")
        headers = [SECTION_HEADER.unpack_from(self._data, table_offset + SECTION_HEADER.size * i) for i in range(count)]
        names = self._section_data(headers[names_index])
        self.sections = [self._section(header, bytes(names)) for header in headers]
        self.symbols = self._read_symbols()

    def _section_data(self, header: tuple[int, ...]) -> memoryview:
        _, kind, _, _, offset, size, *_ = header
        if kind == SHT_NOBITS:
            return self._data[:0]
        if offset + size > len(self._data):
            raise InternalError("damaged object file: a section ends after the file")
        return self._data[offset : offset + size]

    def _section(self, header: tuple[int, ...], names: bytes) -> Section:
        name, kind, flags, _, _, size, link, info, align, _ = header
        return Section(_string(names, name), kind, flags, size, link, info, align, self._section_data(header))

    def _read_symbols(self) -> list[Symbol]:
        table = next((s for s in self.sections if s.type == SHT_SYMTAB), None)
        if table is None:
            return []
        strings = bytes(self.sections[table.link].data)
        return [
            Symbol(_string(strings, name), info >> 4, info & 15, section, value, size)
            for name, info, _, section, value, size in SYMBOL.iter_unpack(table.data)
        ]

    def relocations(self, index: int) -> Iterator[tuple[int, int, int]]:
        """Relocations of section number `index`: offset in it, info (symbol number << 32 | type), addend."""
        for section in self.sections:
            if section.type == SHT_RELA and section.info == index:
                yield from RELA.iter_unpack(section.data)


def _string(table: bytes, offset: int) -> str:
    return table[offset : table.index(0, offset)].decode()
