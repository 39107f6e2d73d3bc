"""Tables for throwing (unwind_ir.py), made from what LLVM writes into objects when an exception first comes through.

Three sections tell what is needed: `.eh_frame` where each function saves registers, `.gcc_except_table` which calls
have landing pads, `.llvm_stackmaps` how large the frames of functions with handlers are. (DWARF 5, 6.4; Linux Standard
Base, 10.6; Itanium C++ ABI; LLVM, "Stack maps and patch points".)
"""

from __future__ import annotations

import _thread
import ctypes
import struct
import threading
import weakref
from bisect import bisect_right, insort
from collections.abc import Callable, Iterable, Iterator, Mapping

from wasmjit.compile.elf import ElfObject
from wasmjit.compile.platform import Platform, mapping
from wasmjit.compile.unwind_ir import MAX_SAVED, UNWIND_PAGE_BITS
from wasmjit.light import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from wasmjit.compile.arena import Arena

UNWIND_SECTIONS = (".eh_frame", ".gcc_except_table", ".llvm_stackmaps")

_HEADER = struct.Struct("<QQ")
_COUNTS = struct.Struct("<II")
_TRAILER = struct.Struct("<II")
_FUNCTION = struct.Struct(f"<IIIIII{MAX_SAVED}sII")
_SITE = struct.Struct("<III")

_CFA_ADVANCE, _CFA_OFFSET, _CFA_RESTORE = 1, 2, 3  # in the two high bits
_CFA_DEF_CFA, _CFA_DEF_CFA_REGISTER, _CFA_DEF_CFA_OFFSET = 0x0C, 0x0D, 0x0E
_CFA_OPERANDS = {0x00: "", 0x02: "1", 0x03: "2", 0x04: "4", 0x05: "uu", 0x06: "u", 0x07: "u", 0x08: "u", 0x09: "uu"}
_CFA_OPERANDS |= {0x0A: "", 0x0B: "", 0x0C: "uu", 0x0D: "u", 0x0E: "u", 0x11: "us", 0x2D: "", 0x2E: "u"}


class Place(NamedTuple):
    """What a relocation refers to: a section by its number, and the offset in it."""

    section: int
    offset: int


class Saved(NamedTuple):
    """What a function saves: the canonical frame address above the frame pointer, in bytes, and for each of the
    platform's registers how many words below that address it is, 0 if it is not saved.
    """

    cfa: int
    words: tuple[int, ...]


# --- reading


def _uleb(data: memoryview, pos: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[pos]
        pos += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, pos


def _sleb_byte(byte: int) -> int:
    """A small signed number."""
    return (byte & 0x3F) - (byte & 0x40)


def _u32(data: memoryview, pos: int) -> int:
    return int.from_bytes(data[pos : pos + 4], "little")


def _read_saved(data: memoryview, pos: int, end: int, platform: Platform, unit_bytes: int) -> Saved:
    """Run the instructions of a frame description; registers stay saved from where they are saved on.

    Places are counted in units of `unit_bytes` below the canonical frame address.
    """
    words = dict.fromkeys(platform.saved_registers, 0)
    register, offset, cfa = -1, 0, 16
    while pos < end:
        code = data[pos]
        pos += 1
        kind = code >> 6
        if kind == _CFA_OFFSET:
            factored, pos = _uleb(data, pos)
            if code & 0x3F in words:
                words[code & 0x3F] = factored * unit_bytes // 8
            continue
        if kind in (_CFA_ADVANCE, _CFA_RESTORE):
            continue
        operands = []
        for operand in _CFA_OPERANDS[code]:
            value, pos = _uleb(data, pos) if operand in "us" else (0, pos + int(operand))
            operands.append(value)
        if code in (0x05, 0x11) and operands[0] in words:
            words[operands[0]] = operands[1] * unit_bytes // 8
        elif code == _CFA_DEF_CFA:
            register, offset = operands
        elif code == _CFA_DEF_CFA_REGISTER:
            register = operands[0]
        elif code == _CFA_DEF_CFA_OFFSET:
            offset = operands[0]
        if register == platform.frame_register:
            cfa = offset
    return Saved(cfa, tuple(words.values()))


def _read_sites(data: memoryview, pos: int) -> Iterator[tuple[int, int, int]]:
    """Begin, end and landing pad of each call site that has one, relative to the function (Itanium C++ ABI, LSDA)."""
    pos += 1  # the landing pads' base is the function's start
    types_encoding = data[pos]
    pos += 1
    if types_encoding != 0xFF:
        _, pos = _uleb(data, pos)
    pos += 1  # call sites are ULEB128
    size, pos = _uleb(data, pos)
    end = pos + size
    while pos < end:
        begin, pos = _uleb(data, pos)
        length, pos = _uleb(data, pos)
        pad, pos = _uleb(data, pos)
        _, pos = _uleb(data, pos)
        if pad:
            yield begin, begin + length, pad


class _Sections:
    """The unwind sections of an object with what their relocations refer to."""

    def __init__(self, elf: ElfObject) -> None:
        self._elf = elf
        self.numbers = {s.name: i for i, s in enumerate(elf.sections) if s.name in UNWIND_SECTIONS}

    def data(self, name: str) -> memoryview:
        """Contents of a section; empty if there is none."""
        number = self.numbers.get(name)
        return memoryview(b"") if number is None else self._elf.sections[number].data

    def relocations(self, name: str) -> dict[int, Place]:
        """By offset in the section."""
        number = self.numbers.get(name)
        if number is None:
            return {}
        symbols = self._elf.symbols
        return {
            offset: Place(symbols[info >> 32].section, symbols[info >> 32].value + addend)
            for offset, info, addend in self._elf.relocations(number)
        }

    def frame_sizes(self) -> dict[Place, int]:
        """Frame sizes in bytes, as LLVM counts them, of the functions that have stack maps."""
        data, places = self.data(".llvm_stackmaps"), self.relocations(".llvm_stackmaps")
        count = _u32(data, 4) if data else 0
        return {places[16 + 24 * i]: _u32(data, 24 + 24 * i) for i in range(count)}


class _Function(NamedTuple):
    start: Place
    size: int
    saved: Saved
    sites: list[tuple[int, int, int]]


class _Common(NamedTuple):
    """What descriptions of frames share: whether they tell of call sites, and in what units of bytes, downwards, they
    say where registers are saved.
    """

    has_lsda: bool
    unit_bytes: int


def _read_common(data: memoryview, start: int) -> _Common:
    augmentation = bytes(data[start + 9 : start + 14]).split(b"\0")[0]
    _, pos = _uleb(data, start + 9 + len(augmentation) + 1)  # the unit of code addresses
    return _Common(b"L" in augmentation, -_sleb_byte(data[pos]))


def _read_functions(sections: _Sections, platform: Platform) -> Iterator[_Function]:
    data, places = sections.data(".eh_frame"), sections.relocations(".eh_frame")
    tables = sections.data(".gcc_except_table")
    common: dict[int, _Common] = {}
    pos = 0
    while pos + 4 <= len(data):
        start, length = pos, _u32(data, pos)
        pos += 4 + length
        back = _u32(data, start + 4)
        if not length:
            continue
        if not back:
            common[start] = _read_common(data, start)
            continue
        has_lsda, unit_bytes = common[start + 4 - back]
        size = _u32(data, start + 12)
        extra, at = _uleb(data, start + 16)
        sites = list(_read_sites(tables, places[at].offset)) if has_lsda and at in places else []
        yield _Function(places[start + 8], size, _read_saved(data, at + extra, pos, platform, unit_bytes), sites)


# --- writing


def unwind_records(elf: ElfObject, places: Mapping[int, int], platform: Platform) -> bytes:
    """What a piece of code needs for exceptions to pass: its functions, but for those that save nothing and handle
    nothing, and their call sites, relative to its start. `places` are the offsets of the object's sections there.
    """
    sections = _Sections(elf)
    sizes = sections.frame_sizes()
    found = _read_functions(sections, platform)
    functions = [f for f in found if f.start.section in places and (f.sites or any(f.saved.words))]
    functions.sort(key=lambda f: places[f.start.section] + f.start.offset)
    records: list[bytes] = []
    sites: list[bytes] = []
    for f in functions:
        begin = places[f.start.section] + f.start.offset
        frame = platform.return_address_bytes + sizes.get(f.start, 0) - f.saved.cfa
        saved = bytes(f.saved.words).ljust(MAX_SAVED, b"\0")
        end = begin + f.size
        records.append(_FUNCTION.pack(begin, end, len(sites), len(f.sites), max(frame, 0), 0, saved, f.saved.cfa, 0))
        sites.extend(_SITE.pack(begin + a, begin + b, begin + pad) for a, b, pad in sorted(f.sites))
    return b"".join([_COUNTS.pack(len(records), len(sites)), *records, *sites])


def frame_records(size: int, saved: Saved) -> bytes:
    """The records of a piece of code that is one function without handlers, which saves this in its frame."""
    words = bytes(saved.words).ljust(MAX_SAVED, b"\0")
    return _COUNTS.pack(1, 0) + _FUNCTION.pack(0, size, 0, 0, 0, 0, words, saved.cfa, 0)


def unwind_table(start: int, pieces: Iterable[tuple[int, bytes | memoryview]]) -> bytes:
    """The table of code at an address, of pieces at ascending offsets with their records."""
    records: list[bytes] = []
    sites: list[bytes] = []
    for base, data in pieces:
        num_records, num_sites = _COUNTS.unpack_from(data)
        middle = _COUNTS.size + _FUNCTION.size * num_records
        for begin, end, first, *rest in _FUNCTION.iter_unpack(data[_COUNTS.size : middle]):
            records.append(_FUNCTION.pack(begin + base, end + base, first + len(sites), *rest))
        for site in _SITE.iter_unpack(data[middle : middle + _SITE.size * num_sites]):
            sites.append(_SITE.pack(*(offset + base for offset in site)))
    return b"".join([_HEADER.pack(start, len(records)), *records, *sites])


def table_frames(table: bytes) -> dict[int, Saved]:
    """What the functions of a table save, by their addresses."""
    start, count = _HEADER.unpack_from(table)
    records = _FUNCTION.iter_unpack(table[_HEADER.size : _HEADER.size + _FUNCTION.size * count])
    return {start + begin: Saved(cfa, tuple(saved)) for begin, _, _, _, _, _, saved, cfa, _ in records}


def attach_records(image: bytearray, records: bytes, align: int) -> None:
    """Put records behind a piece of code, where they stay with it; its end becomes a multiple of `align`."""
    offset = len(image)
    image += records
    image += bytes(-(len(image) + _TRAILER.size) % align)
    image += _TRAILER.pack(offset, len(records))


def attached_records(code: bytes | memoryview, start: int, end: int) -> bytes | memoryview:
    """The records behind the piece between `start` and `end`."""
    offset, size = _TRAILER.unpack_from(code, end - _TRAILER.size)
    return code[start + offset : start + offset + size]


class Code(Protocol):
    """Code in the arena."""

    start: int
    end: int

    def unwind_table(self) -> bytes:
        """What `unwind_table` makes of it."""


class Unwinder:
    """The tables of all objects in an arena, made when the machine code asks for them."""

    def __init__(self, arena: Arena) -> None:
        self._arena = arena
        size_bytes = mapping.round_to_pages(8 * (arena.size >> UNWIND_PAGE_BITS))
        self.pages = mapping.reserve(size_bytes)
        """Address of the table that leads from a page to the table of its object."""
        mapping.protect(self.pages, size_bytes, mapping.READ_WRITE)
        self._lock = threading.RLock()
        self._starts: list[int] = []
        self._objects: dict[int, weakref.ref[Code]] = {}
        self._tables: dict[int, ctypes.Array[ctypes.c_char]] = {}
        self._callback = ctypes.CFUNCTYPE(None, ctypes.c_uint64)(self._fill_uninterrupted)
        self.fill_address: int = ctypes.cast(self._callback, ctypes.c_void_p).value or 0

    def add(self, obj: Code) -> None:
        """Note an object."""
        with self._lock:
            insort(self._starts, obj.start)
            self._objects[obj.start] = weakref.ref(obj)

    def forget(self, start: int, size: int) -> None:
        """Forget the object at an address, before its pages are given back."""
        with self._lock:
            self._objects.pop(start, None)
            self._starts.remove(start)
            if self._tables.pop(start, None) is not None:
                self._set_pages(start, size, 0)

    def _set_pages(self, start: int, size: int, value: int) -> None:
        first = (start - self._arena.start) >> UNWIND_PAGE_BITS
        count = -(-size >> UNWIND_PAGE_BITS)
        (ctypes.c_uint64 * count).from_address(self.pages + 8 * first)[:] = [value] * count

    def _fill_uninterrupted(self, pc: int) -> None:
        """The machine code comes back until there is a table: what interrupts this is put off."""
        try:
            self.fill(pc)
        except KeyboardInterrupt:
            _thread.interrupt_main()

    def fill(self, pc: int) -> None:
        """Make the table of the object whose code is at `pc`."""
        with self._lock:
            start = self._starts[bisect_right(self._starts, pc) - 1]
            obj = self._objects[start]()
            contents = _HEADER.pack(start, 0) if obj is None else obj.unwind_table()
            table = self._tables[start] = ctypes.create_string_buffer(contents, len(contents))
            end = start + (1 << UNWIND_PAGE_BITS) if obj is None else obj.end
            self._set_pages(start, end - start, ctypes.addressof(table))


_unwinder: Unwinder | None = None
_unwinder_lock = threading.Lock()


def process_unwinder(make_arena: Callable[[], Arena]) -> Unwinder:
    """The tables for the arena of this process."""
    global _unwinder
    with _unwinder_lock:
        if _unwinder is None:
            _unwinder = Unwinder(make_arena())
        return _unwinder
