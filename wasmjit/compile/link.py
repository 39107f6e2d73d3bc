"""Objects that LLVM made of a module's functions, linked to packs: whatever does not depend on an address is done."""

from __future__ import annotations

import struct
from types import ModuleType

from wasmjit.compile.debug_section import save_debug_sections
from wasmjit.compile.elf import SHN_UNDEF, STB_LOCAL, STT_FUNC, ElfObject
from wasmjit.compile.layout import Layout, Linker, relocations_for
from wasmjit.compile.pack import CodePack, function_lists
from wasmjit.compile.platform import current_platform, mapping, platform_of
from wasmjit.compile.unwind import attach_records, unwind_records
from wasmjit.errors import InternalError

_FAR = 1 << 62  # the address of what is outside, while linking: whatever cannot go through the table is refused
_MASK = (1 << 64) - 1
_DISTANCE_BYTES = 4


def funcidx_of(symbol: str) -> int | None:
    """The function that a symbol belongs to, None for any other symbol.

    The lowering calls function 12 `f12`, and code that goes on at its third loop `osr12.2`.
    """
    if symbol.startswith("osr"):
        return int(symbol[3:].partition(".")[0])
    return int(symbol[1:]) if symbol[:1] == "f" and symbol[1:].isdigit() else None


def link_object(data: bytes | memoryview) -> CodePack:
    """The pack of a relocatable object. Raises InternalError for one that is damaged or for an unknown processor."""
    elf = ElfObject(data)
    platform = platform_of(elf.machine)
    if platform is None:
        raise InternalError(f"object for an unknown processor (ELF machine {elf.machine})")
    arch = relocations_for(elf.machine)
    layout = Layout(elf, arch, platform.pack_align)
    if layout.size > layout.data:
        raise InternalError("generated code has data to write to")
    image, fixups = _link(elf, layout, arch)
    functions = [
        (layout.places[symbol.section] + symbol.value, symbol.size, funcidx)
        for symbol in elf.symbols
        if symbol.type == STT_FUNC and symbol.section in layout.places
        if (funcidx := funcidx_of(symbol.name)) is not None
    ]
    debug = save_debug_sections(elf, layout.places)
    attach_records(image, unwind_records(elf, layout.places, platform), platform.pack_align)
    ranges = [(0, len(image), 0, len(debug))]
    return CodePack(bytes(image), fixups, function_lists(functions), ranges, lambda: debug)


Offsets = dict[str, list[int]]
ImageParts = tuple[bytes, int, int, dict[str, int], Offsets, Offsets, list[tuple[int, int, str]], bytes]


def link_parts(data: bytes | memoryview) -> ImageParts:
    """What image.py loads of an object: bytes, where text and constants end, symbols, fixups, calls of what is outside,
    functions (start, size, name), ascending, and records for exceptions.

    Raises InternalError for an object that is damaged or for another processor.
    """
    elf = ElfObject(data)
    platform = current_platform()
    if elf.machine != platform.elf_machine:
        raise InternalError(f"object for another processor (ELF machine {elf.machine})")
    arch = relocations_for(elf.machine)
    layout = Layout(elf, arch, mapping.PAGE_BYTES)
    image, fixups = _link(elf, layout, arch)
    symbols = {
        symbol.name: layout.places[symbol.section] + symbol.value
        for symbol in elf.symbols
        if symbol.binding != STB_LOCAL and symbol.section in layout.places
    }
    functions = sorted(
        (layout.places[symbol.section] + symbol.value, symbol.size, symbol.name)
        for symbol in elf.symbols
        if symbol.type == STT_FUNC and symbol.section in layout.places
    )
    records = unwind_records(elf, layout.places, platform)
    calls = _calls(elf, layout, arch)
    return bytes(image), layout.text_bytes, layout.data, symbols, fixups, calls, functions, records


def _calls(elf: ElfObject, layout: Layout, arch: ModuleType) -> Offsets:
    """Where symbols of other objects are called by their distance, which is 32 bits, counted from their end."""
    calls: Offsets = {}
    for index, place in layout.places.items():
        for offset, info, addend in elf.relocations(index):
            symbol = elf.symbols[info >> 32]
            if info & 0xFFFFFFFF == arch.CALL and symbol.section == SHN_UNDEF and addend == -_DISTANCE_BYTES:
                calls.setdefault(symbol.name, []).append(place + offset)
    return calls


def _link(elf: ElfObject, layout: Layout, arch: ModuleType) -> tuple[bytearray, dict[str, list[int]]]:
    """An image for address 0, and its fixups."""
    image = bytearray(layout.size)
    for index, place in layout.places.items():
        section = elf.sections[index]
        image[place : place + len(section.data)] = section.data
    Linker(image, 0, elf, layout, arch, lambda _: _FAR).link()
    return image, _fixups(image, elf, layout, arch)


def _fixups(image: bytearray, elf: ElfObject, layout: Layout, arch: ModuleType) -> dict[str, list[int]]:
    """The words that depend on addresses; what is in them is changed to what has to be added to."""
    fixups: dict[str, list[int]] = {}

    def fix(symbol: int, offset: int) -> None:
        name = elf.symbols[symbol].name if elf.symbols[symbol].section == SHN_UNDEF else ""
        if name:
            (word,) = struct.unpack_from("<Q", image, offset)
            struct.pack_into("<Q", image, offset, word - _FAR & _MASK)
        fixups.setdefault(name, []).append(offset)

    for symbol, slot in layout.got.items():
        fix(symbol, slot)
    for index, place in layout.places.items():
        for offset, info, _ in elf.relocations(index):
            if info & 0xFFFFFFFF == arch.ABSOLUTE:
                fix(info >> 32, place + offset)
    for offsets in fixups.values():
        offsets.sort()
    return fixups
