"""How a debugger finds the caller of a frame: `.debug_frame` sections (DWARF 5, 6.4)."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from wasmjit.compile.platform import Platform
from wasmjit.compile.unwind import Saved

_DEF_CFA, _DEF_CFA_REGISTER, _DEF_CFA_OFFSET = 0x0C, 0x0D, 0x0E
_ADVANCE, _OFFSET, _OFFSET_EXTENDED = 0x40, 0x80, 0x05

_AT_ENTRY = {62: (16, 7, 8), 183: (30, 31, 0)}
"""By e_machine: the registers of return address and stack pointer, how far the frame's address is above the latter."""

_PUSH, _PROLOGUE = b"\x55", b"\x55\x48\x89\xe5"
"""`push %rbp; mov %rsp, %rbp`, how functions begin on x86-64 (and in no way on ARM64)."""


class Frame(NamedTuple):
    """A function: address, size and first bytes of its code, and what it saves."""

    start: int
    size: int
    code: bytes
    saved: Saved


def _uleb(value: int) -> bytes:
    data = bytearray()
    while value > 0x7F:
        data.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*data, value])


def _record(contents: bytes) -> bytes:
    padded = contents + bytes(-(len(contents) + 4) % 8)  # no operation
    return struct.pack("<I", len(padded)) + padded


def _offset(register: int, words: int) -> bytes:
    if register < 64:
        return bytes([_OFFSET | register]) + _uleb(words)
    return bytes([_OFFSET_EXTENDED]) + _uleb(register) + _uleb(words)


def _instructions(frame: Frame, platform: Platform) -> Iterator[bytes]:
    """Frames with frame pointers, from behind the prologue on, if that is the usual one; else from the start."""
    return_register, _, _ = _AT_ENTRY[platform.elf_machine]
    pointer, cfa = platform.frame_register, frame.saved.cfa
    if frame.code.startswith(_PROLOGUE):
        yield bytes([_ADVANCE | len(_PUSH), _DEF_CFA_OFFSET]) + _uleb(16) + _offset(pointer, 2)
        yield bytes([_ADVANCE | len(_PROLOGUE) - len(_PUSH)])
    yield bytes([_DEF_CFA]) + _uleb(pointer) + _uleb(cfa)
    yield _offset(pointer, cfa // 8)
    yield _offset(return_register, cfa // 8 - 1)
    for register, words in zip(platform.saved_registers, frame.saved.words, strict=False):
        if words:
            yield _offset(register, words)


def frame_section(frames: Iterable[Frame], platform: Platform) -> bytes:
    """The section for functions at their addresses."""
    return_register, stack, distance = _AT_ENTRY[platform.elf_machine]
    entry = bytes([_DEF_CFA]) + _uleb(stack) + _uleb(distance)
    if distance:
        entry += _offset(return_register, distance // 8)
    common = struct.pack("<IBB", 0xFFFFFFFF, 1, 0) + bytes([1, 0x78, return_register]) + entry  # factors 1 and -8
    records = [_record(common)]
    for frame in frames:
        place = struct.pack("<IQQ", 0, frame.start, frame.size)
        records.append(_record(place + b"".join(_instructions(frame, platform))))
    return b"".join(records)
