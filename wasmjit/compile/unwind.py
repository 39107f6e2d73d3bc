"""Tables for throwing (unwind_ir.py), made from what LLVM writes into objects when an exception first comes through.

Three sections tell what is needed: `.eh_frame` where each function saves registers, `.gcc_except_table` which calls
have landing pads, `.llvm_stackmaps` how large the frames of functions with handlers are. (DWARF 5, 6.4; Linux Standard
Base, 10.6; Itanium C++ ABI; LLVM, "Stack maps and patch points".)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from wasmjit.compile.elf import ElfObject
from wasmjit.compile.platform import Platform
from wasmjit.compile.unwinder import COUNTS, FUNCTION, HEADER, MAX_SAVED, SITE, TRAILER
from wasmjit.light import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    pass

UNWIND_SECTIONS = (".eh_frame", ".gcc_except_table", ".llvm_stackmaps")


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


def _near_frame(saved: Saved) -> tuple[int, list[int]]:
    """An address above the frame pointer, in bytes, and how many words below it registers are, 0 if not saved: small
    numbers, while arguments on the stack may lie between the registers and the canonical frame address.
    """
    skipped = min(min(filter(None, saved.words), default=1) - 1, saved.cfa // 8)
    return saved.cfa - 8 * skipped, [max(word - skipped, 0) for word in saved.words]


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
        base, words = _near_frame(f.saved)
        saved = bytes(words).ljust(MAX_SAVED, b"\0")
        end = begin + f.size
        records.append(FUNCTION.pack(begin, end, len(sites), len(f.sites), max(frame, 0), 0, saved, base, 0))
        sites.extend(SITE.pack(begin + a, begin + b, begin + pad) for a, b, pad in sorted(f.sites))
    return b"".join([COUNTS.pack(len(records), len(sites)), *records, *sites])


def frame_records(size: int, saved: Saved) -> bytes:
    """The records of a piece of code that is one function without handlers, which saves this in its frame."""
    words = bytes(saved.words).ljust(MAX_SAVED, b"\0")
    return COUNTS.pack(1, 0) + FUNCTION.pack(0, size, 0, 0, 0, 0, words, saved.cfa, 0)


def table_frames(table: bytes) -> dict[int, Saved]:
    """What the functions of a table save, by their addresses."""
    start, count = HEADER.unpack_from(table)
    records = FUNCTION.iter_unpack(table[HEADER.size : HEADER.size + FUNCTION.size * count])
    return {start + begin: Saved(cfa, tuple(saved)) for begin, _, _, _, _, _, saved, cfa, _ in records}


def attach_records(image: bytearray, records: bytes, align: int) -> None:
    """Put records behind a piece of code, where they stay with it; its end becomes a multiple of `align`."""
    offset = len(image)
    image += records
    image += bytes(-(len(image) + TRAILER.size) % align)
    image += TRAILER.pack(offset, len(records))
