"""Where the sections of a relocatable object go in an image, and the relocations of that image.

An image has three parts, each from a page of its own if it is loaded as it is, so that no page is ever writable and
executable: text and the stubs for calls that reach far (read, execute); constants and the global offset table (read);
data (read, write).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from types import ModuleType

from wasmjit.compile.elf import (
    SHF_ALLOC,
    SHF_EXECINSTR,
    SHF_TLS,
    SHF_WRITE,
    SHN_ABS,
    SHN_LORESERVE,
    SHN_UNDEF,
    ElfObject,
    Section,
    Symbol,
)
from wasmjit.compile.platform import mapping
from wasmjit.compile.unwind import UNWIND_SECTIONS
from wasmjit.errors import InternalError

_RELOCATIONS = {62: "relocate_x86_64", 183: "relocate_aarch64"}  # by e_machine

_TEXT, _CONSTANTS, _DATA = range(3)
_PERSONALITY = ".data.DW.ref."  # a pointer to the function that would interpret the unwind tables
_GOT_SLOT_BYTES = 8


@cache  # at the interpreter's end nothing can be imported any more
def relocations_for(machine: int) -> ModuleType:
    """The module that knows the relocations of an ELF machine."""
    return import_module(f"wasmjit.compile.{_RELOCATIONS[machine]}")


def _part_of(section: Section) -> int | None:
    """The part of the image that a section belongs to, None if it is not loaded."""
    if not section.flags & SHF_ALLOC or not section.size or section.name in UNWIND_SECTIONS:
        return None
    if section.name.startswith(_PERSONALITY):
        return None
    if section.flags & SHF_TLS:
        raise InternalError("thread-local storage in an object")
    if section.flags & SHF_EXECINSTR:
        return _TEXT
    if section.flags & SHF_WRITE and not section.name.startswith(".data.rel.ro"):
        return _DATA
    return _CONSTANTS


def _round(size: int, boundary: int) -> int:
    return -(-size // boundary) * boundary


class Layout:
    """Where everything goes in the image of an object. Offsets in the image.

    The parts start at multiples of `boundary` bytes.
    """

    def __init__(self, elf: ElfObject, arch: ModuleType, boundary: int = mapping.PAGE_BYTES) -> None:
        self.places: dict[int, int] = {}  # by section number
        self._parts = [_part_of(section) for section in elf.sections]
        undefined = [i for i, symbol in enumerate(elf.symbols) if symbol.section == SHN_UNDEF and symbol.name]
        in_got = sorted({*undefined, *self._wanted_in_got(elf, arch)})

        end = self._place(elf, _TEXT, 0)
        self.stubs = {symbol: end + arch.STUB_BYTES * i for i, symbol in enumerate(undefined)}
        self.text_bytes = _round(end + arch.STUB_BYTES * len(undefined), boundary)
        end = -(-self._place(elf, _CONSTANTS, self.text_bytes) // _GOT_SLOT_BYTES) * _GOT_SLOT_BYTES
        self.got = {symbol: end + _GOT_SLOT_BYTES * i for i, symbol in enumerate(in_got)}
        self.data = _round(end + _GOT_SLOT_BYTES * len(in_got), boundary)
        self.size = _round(self._place(elf, _DATA, self.data), boundary)

    def _place(self, elf: ElfObject, part: int, end: int) -> int:
        """Give the sections of a part their places from `end` on; the new end, aligned for stubs."""
        for index, section in enumerate(elf.sections):
            if self._parts[index] == part:
                end = -(-end // max(section.align, 1)) * max(section.align, 1)
                self.places[index] = end
                end += section.size
        return -(-end // 8) * 8

    def _wanted_in_got(self, elf: ElfObject, arch: ModuleType) -> Iterator[int]:
        kinds = arch.GOT_KINDS
        for index, part in enumerate(self._parts):
            if part is not None:
                yield from (info >> 32 for _, info, _ in elf.relocations(index) if info & 0xFFFFFFFF in kinds)


class Linker:
    """Applies the relocations of one object to its image."""

    def __init__(
        self,
        image: bytearray,
        base: int,
        elf: ElfObject,
        layout: Layout,
        arch: ModuleType,
        resolve: Callable[[str], int],
    ) -> None:
        self._image, self._base, self._elf, self._layout, self._arch = image, base, elf, layout, arch
        self._resolve = resolve
        self._targets = [self._target(symbol) for symbol in elf.symbols]

    def _target(self, symbol: Symbol) -> int:
        if symbol.section in self._layout.places:
            return self._base + self._layout.places[symbol.section] + symbol.value
        if symbol.section == SHN_UNDEF:
            return self._resolve(symbol.name) if symbol.name else 0
        if SHN_LORESERVE <= symbol.section != SHN_ABS:
            raise InternalError(f"symbol {symbol.name!r} is of an unsupported kind")
        return symbol.value  # absolute, or in a section that is not loaded, where nothing refers to it

    def link(self) -> None:
        """Fill the GOT and the stubs, then apply everything."""
        for symbol, slot in self._layout.got.items():
            struct.pack_into("<Q", self._image, slot, self._targets[symbol])
        calls = self._write_stubs()
        got = {symbol: self._base + slot for symbol, slot in self._layout.got.items()}
        for index, place in self._layout.places.items():
            relocations = self._elf.relocations(index)
            self._arch.apply(self._image, self._base, place, relocations, self._targets, calls, got)

    def _write_stubs(self) -> list[int]:
        """What to call for each symbol: itself, or its stub if it is too far away."""
        calls = self._targets.copy()
        low, high = self._base, self._base + self._layout.size
        for symbol, stub in self._layout.stubs.items():
            self._arch.write_stub(self._image, stub, low, low + self._layout.got[symbol])
            if not self._arch.reaches(low, high, calls[symbol]):
                calls[symbol] = low + stub
        return calls
