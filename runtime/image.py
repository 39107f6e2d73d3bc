"""What a module's active data segments make of a memory, kept as a file in memory that instances map copy-on-write.

So an instance costs the same whatever data its module has: a page is copied when it is first written to.
"""

from __future__ import annotations

import mmap
import os

from wasmjit.limits import PAGE_SIZE
from wasmjit.wasm.module import DataSegment, Module
from wasmjit.wasm.opcodes import CODE_BY_NAME

MIN_BYTES = 32 << 10
"""Less data is copied in the time that mapping takes."""

_LITERALS = {CODE_BY_NAME["i32.const"]: (1 << 32) - 1, CODE_BY_NAME["i64.const"]: (1 << 64) - 1}


class MemoryImage:
    """The start of a memory: `size_bytes`, whole pages of 64 KiB or up to the memory's end, in the file `fd`."""

    __slots__ = ("fd", "size_bytes")

    def __init__(self, size_bytes: int, pieces: list[tuple[int, memoryview]]) -> None:
        self.size_bytes = size_bytes
        self.fd = os.memfd_create("wasmjit-data", os.MFD_CLOEXEC)
        os.ftruncate(self.fd, size_bytes)
        with mmap.mmap(self.fd, size_bytes) as contents:
            for offset, data in pieces:
                contents[offset : offset + len(data)] = data

    def __del__(self) -> None:
        os.close(self.fd)


def build_images(module: Module, data: memoryview) -> dict[int, MemoryImage] | None:
    """Images by memory index, which stand for all active segments; None if those can't be known in advance.

    That takes memories of the module's own, literal offsets, and segments that fit; and a system that can do it.
    """
    pieces: dict[int, list[tuple[int, memoryview]]] = {}
    total = 0
    for segment in module.datas:
        if segment.mode == "active":
            offset = _offset(module, segment)
            if offset is None:
                return None
            pieces.setdefault(segment.memidx, []).append((offset, data[segment.start : segment.end]))
            total += segment.end - segment.start
    if total < MIN_BYTES or not hasattr(os, "memfd_create"):
        return None
    try:
        return {memidx: _image(parts) for memidx, parts in pieces.items() if any(len(part) for _, part in parts)}
    except OSError:
        return None


def _offset(module: Module, segment: DataSegment) -> int | None:
    """Where a segment goes, if that is the same in all instances and inside the memory."""
    if segment.memidx < module.num_imported_memories or segment.at is None or len(segment.at) != 1:
        return None
    code, literal, _ = segment.at[0]
    if code not in _LITERALS:
        return None
    offset: int = literal & _LITERALS[code]
    type = module.memories[segment.memidx]
    fits = offset + segment.end - segment.start <= type.limits.min << type.page_size_log2
    return offset if fits else None


def _image(pieces: list[tuple[int, memoryview]]) -> MemoryImage:
    end = max(offset + len(data) for offset, data in pieces)
    return MemoryImage(-(-end // PAGE_SIZE) * PAGE_SIZE, pieces)
