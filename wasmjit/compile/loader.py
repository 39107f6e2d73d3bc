"""Loading relocatable objects into the arena.

An object becomes an image of three parts, each from a page of its own, so that no page is ever writable and executable:
text and the stubs for calls that reach far (read, execute); constants and the global offset table (read); data (read,
write). Relocations are applied to a copy, which is then put in place.
"""

from __future__ import annotations

import ctypes
import struct
import weakref
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import cache, cached_property
from importlib import import_module
from types import ModuleType

from wasmjit.compile.arena import Arena, process_arena
from wasmjit.compile.elf import (
    SHF_ALLOC,
    SHF_EXECINSTR,
    SHF_TLS,
    SHF_WRITE,
    SHN_ABS,
    SHN_LORESERVE,
    SHN_UNDEF,
    STB_LOCAL,
    STT_FUNC,
    ElfObject,
    Section,
    Symbol,
)
from wasmjit.compile.platform import current_platform, mapping
from wasmjit.compile.platform.executable import make_executable
from wasmjit.compile.process_symbols import process_symbol
from wasmjit.compile.unwind import UNWIND_SECTIONS, process_unwinder, unwind_records, unwind_table
from wasmjit.errors import InternalError
from wasmjit.light import TYPE_CHECKING

if TYPE_CHECKING:
    from wasmjit.compile.debug import DebugInformation
    from wasmjit.compile.inlines import InlinedCall

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


class LoadedObject:
    """An object in memory, ready to be called. Its pages are given back when this is collected.

    `start` and `end` bound the image; `symbols` has the addresses of all global symbols that the object defines.
    Undefined symbols are asked of `resolve`, which returns an address or raises.
    """

    def __init__(
        self,
        data: bytes | memoryview,
        resolve: Callable[[str], int] = process_symbol,
        *,
        arena: Arena | None = None,
    ) -> None:
        elf = ElfObject(data)
        if elf.machine != current_platform().elf_machine:
            raise InternalError(f"object for another processor (ELF machine {elf.machine})")
        arch = relocations_for(elf.machine)
        layout = Layout(elf, arch)
        home = arena or process_arena()
        self.start = home.allocate(layout.size) if layout.size else home.start
        self.end = self.start + layout.size
        self._data = data
        self._places = layout.places
        if layout.size:
            weakref.finalize(self, home.release, self.start, layout.size).atexit = False
            if self.start in process_arena():
                unwinder = process_unwinder(process_arena)
                unwinder.add(self)  # of two finalisers the later one runs first
                weakref.finalize(self, unwinder.forget, self.start, layout.size).atexit = False
        self.symbols = {
            symbol.name: self.start + layout.places[symbol.section] + symbol.value
            for symbol in elf.symbols
            if symbol.binding != STB_LOCAL and symbol.section in layout.places
        }
        self._functions = [
            (layout.places[symbol.section] + symbol.value, symbol.size, symbol.name)
            for symbol in elf.symbols
            if symbol.type == STT_FUNC and symbol.section in layout.places
        ]
        self._function_starts: list[int] | None = None
        self._sections = elf, layout.places
        self._load(elf, layout, arch, resolve)

    def _load(self, elf: ElfObject, layout: Layout, arch: ModuleType, resolve: Callable[[str], int]) -> None:
        if not layout.size:
            return
        image = bytearray(layout.size)
        for index, place in layout.places.items():
            section = elf.sections[index]
            image[place : place + len(section.data)] = section.data
        Linker(image, self.start, elf, layout, arch, resolve).link()
        mapping.protect(self.start, layout.size, mapping.READ_WRITE)
        ctypes.memmove(self.start, (ctypes.c_char * layout.size).from_buffer(image), layout.size)
        if layout.text_bytes:
            make_executable(self.start, layout.text_bytes)
        if layout.data > layout.text_bytes:
            mapping.protect(self.start + layout.text_bytes, layout.data - layout.text_bytes, mapping.READ)

    def unwind_table(self) -> bytes:
        """What unwind_ir.py needs to let exceptions pass."""
        return unwind_table(self.start, [(0, unwind_records(ElfObject(self._data), self._places, current_platform()))])

    @property
    def functions(self) -> list[tuple[int, int, str]]:
        """Address, size and name of each function."""
        return [(self.start + start, size, name) for start, size, name in self._functions]

    def function_at(self, pc: int) -> str | None:
        """Name of the function whose code holds address `pc`."""
        if self._function_starts is None:
            self._functions.sort()
            self._function_starts = [start for start, _, _ in self._functions]
        offset = pc - self.start
        index = bisect_right(self._function_starts, offset) - 1
        if index < 0:
            return None
        start, size, name = self._functions[index]
        return name if offset < start + size else None

    def line_at(self, pc: int) -> int | None:
        """Line of the instruction that holds address `pc`, None where it has none."""
        return self._debug.line_at(pc - self.start)

    def inlined_at(self, pc: int) -> list[InlinedCall]:
        """The inlined calls that the instruction that holds address `pc` is part of, innermost first."""
        return self._debug.inlined_at(pc - self.start)

    @cached_property
    def _debug(self) -> DebugInformation:
        from wasmjit.compile.debug import DebugInformation
        from wasmjit.compile.debug_section import debug_sections

        return DebugInformation(debug_sections(*self._sections))


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
