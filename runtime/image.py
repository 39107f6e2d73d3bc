"""What a module's active data segments make of a memory, kept as a file in memory that instances map copy-on-write.

So an instance costs the same whatever data its module has: a page is copied when it is first written to.
"""

from __future__ import annotations

import mmap
import os

from wasmjit.light import TYPE_CHECKING
from wasmjit.limits import PAGE_SIZE
from wasmjit.runtime.datas import DataRuns
from wasmjit.runtime.raw import address_of
from wasmjit.wasm.constcodes import I32_CONST, I64_CONST
from wasmjit.wasm.module import DataSegment, Module

if TYPE_CHECKING:
    from wasmjit.abi.native import NativeSupport


MIN_BYTES = 32 << 10
"""Less data is copied in the time that mapping takes."""

_LITERALS = {I32_CONST: (1 << 32) - 1, I64_CONST: (1 << 64) - 1}


class MemoryImage:
    """The start of a memory: `size_bytes`, whole pages of 64 KiB or up to the memory's end, in the file `fd`."""

    __slots__ = ("fd", "size_bytes")

    def __init__(self, size_bytes: int) -> None:
        self.size_bytes = size_bytes
        self.fd = os.memfd_create("wasmjit-data", os.MFD_CLOEXEC)
        os.ftruncate(self.fd, size_bytes)

    def __del__(self) -> None:
        os.close(self.fd)


class _Extents:
    """What active segments write to: the end for each memory, and the bytes of all."""

    def __init__(self) -> None:
        self.ends: dict[int, int] = {}
        self.total = 0

    def add(self, memidx: int, size: int, end: int) -> None:
        """Count a segment, or several."""
        self.total += size
        if size:
            self.ends[memidx] = max(self.ends.get(memidx, 0), end)


def build_images(
    module: Module, datas: DataRuns, data: memoryview, native: NativeSupport
) -> dict[int, MemoryImage] | None:
    """Images by memory index, which stand for all active segments; None if those can't be known in advance.

    That takes memories of the module's own, literal offsets, and segments that fit; and a system that can do it.
    """
    extents = _extents(module, datas)
    if extents is None or extents.total < MIN_BYTES or not hasattr(os, "memfd_create"):
        return None
    try:
        images = {memidx: MemoryImage(-(-end // PAGE_SIZE) * PAGE_SIZE) for memidx, end in extents.ends.items()}
        for memidx, image in images.items():
            with mmap.mmap(image.fd, image.size_bytes) as contents:
                _fill(contents, memidx, datas, data, native)
        return images
    except OSError:
        return None


def _extents(module: Module, datas: DataRuns) -> _Extents | None:
    """None if a segment may go elsewhere in another instance, or outside of its memory."""
    extents = _Extents()
    for run in datas.runs:
        segment = datas.others.get(run.start)
        if segment is None:
            memidx, (size, end) = 0, datas.extent(run)
        elif segment.at is None:
            continue
        else:
            offset = _offset(segment)
            if offset is None:
                return None
            size = segment.end - segment.start
            memidx, end = segment.memidx, offset + size
        if memidx < module.num_imported_memories or end > _least_bytes(module, memidx):
            return None
        extents.add(memidx, size, end)
    return extents


def _least_bytes(module: Module, memidx: int) -> int:
    type = module.memories[memidx]
    return type.limits.min << type.page_size_log2


def _offset(segment: DataSegment) -> int | None:
    """Where a segment goes, if that is the same in all instances."""
    if segment.at is None or len(segment.at) != 1:
        return None
    code, literal, _ = segment.at[0]
    return literal & _LITERALS[code] if code in _LITERALS else None


def _fill(contents: mmap.mmap, memidx: int, datas: DataRuns, data: memoryview, native: NativeSupport) -> None:
    """Write what segments write to one memory, in their order."""
    address, size = address_of(memoryview(contents)), len(contents)
    for run in datas.runs:
        segment = datas.others.get(run.start)
        if segment is None:
            if memidx == 0:
                datas.copy(native, run, address, size)
        elif segment.memidx == memidx and segment.at is not None:
            offset = _offset(segment) or 0
            contents[offset : offset + segment.end - segment.start] = data[segment.start : segment.end]
