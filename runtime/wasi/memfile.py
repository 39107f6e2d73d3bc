"""Open files of trees in memory."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import NamedTuple

from wasmjit.runtime.wasi import rights
from wasmjit.runtime.wasi.descriptor import Descriptor
from wasmjit.runtime.wasi.errno import Errno, WasiError
from wasmjit.runtime.wasi.layout import FDFLAGS_APPEND, FDFLAGS_NONBLOCK, FILETYPE_REGULAR_FILE, NOW, Filestat, Times
from wasmjit.runtime.wasi.memory import OFFSET_MAX
from wasmjit.runtime.wasi.memtree import FileNode, Node, Volume

_CHANGEABLE = FDFLAGS_APPEND | FDFLAGS_NONBLOCK


class Mount(NamedTuple):
    """How one guest sees a volume: device number, and the guest's real time clock."""

    volume: Volume
    dev: int
    now: Callable[[], int]


def set_node_times(node: Node, times: Times, now: int) -> None:
    """Set the times of a node."""
    with node.volume.lock:
        node.atim = node.atim if times.atim is None else now if times.atim == NOW else times.atim
        node.mtim = node.mtim if times.mtim is None else now if times.mtim == NOW else times.mtim
        node.ctim = now


class MemoryFile(Descriptor):
    """A file of a tree in memory, open for reading, and for writing if `writable`."""

    __slots__ = ("_flags", "_mount", "_node", "_position", "_writable")
    filetype = FILETYPE_REGULAR_FILE

    def __init__(self, node: FileNode, mount: Mount, base: int, flags: int, *, writable: bool) -> None:
        super().__init__(base & rights.FILE)
        self._node = node
        self._mount = mount
        self._flags = flags
        self._writable = writable
        self._position = 0

    def flags(self) -> int:
        """What it was opened with, or what was set."""
        return self._flags

    def set_flags(self, flags: int) -> None:
        """APPEND and NONBLOCK can change. ENOTSUP for the rest."""
        if (flags ^ self._flags) & ~_CHANGEABLE:
            raise WasiError(Errno.NOTSUP)
        self._flags = flags

    def stat(self) -> Filestat:
        """Its attributes."""
        with self._mount.volume.lock:
            return self._node.stat(self._mount.dev)

    def set_times(self, times: Times) -> None:
        """Set its times."""
        set_node_times(self._node, times, self._mount.now())

    def set_size(self, size: int) -> None:
        """Cut or extend it. EINVAL if it is not open for writing, ENOSPC."""
        if not self._writable:
            raise WasiError(Errno.INVAL)
        with self._mount.volume.lock:
            self._node.resize(size)
            self._node.changed(self._mount.now())

    def allocate(self, offset: int, size: int) -> None:
        """Extend it by zeros if it ends before. EINVAL, EFBIG, ENOSPC, EBADF if it is not open for writing."""
        if not size:
            raise WasiError(Errno.INVAL)
        if not self._writable:
            raise WasiError(Errno.BADF)
        if offset + size > OFFSET_MAX:
            raise WasiError(Errno.FBIG)
        with self._mount.volume.lock:
            if offset + size > self._node.size:
                self._node.resize(offset + size)
                self._node.changed(self._mount.now())

    def advise(self, offset: int, size: int, advice: int) -> None:
        """Memory needs no advice."""

    def sync(self, *, data_only: bool) -> None:
        """There is no disk."""

    def preadv(self, buffers: Sequence[memoryview], offset: int) -> int:
        """Copy from `offset` on, until the buffers are full or the file ends."""
        node, done = self._node, 0
        with node.volume.lock, memoryview(node.data) as data:
            for buffer in buffers:
                chunk = data[offset + done : offset + done + len(buffer)]
                buffer[: len(chunk)] = chunk
                done += len(chunk)
            if done and node.atim <= node.mtim:  # as "relatime" does
                node.atim = self._mount.now()
        return done

    def readv(self, buffers: Sequence[memoryview]) -> int:
        """Read at the position and advance it."""
        with self._mount.volume.lock:
            count = self.preadv(buffers, self._position)
            self._position += count
            return count

    def pwritev(self, buffers: Sequence[memoryview], offset: int) -> int:
        """Write at `offset`; with APPEND at the end all the same, as Linux does. EFBIG, ENOSPC."""
        with self._mount.volume.lock:
            return self._write(buffers, offset)[1]

    def writev(self, buffers: Sequence[memoryview]) -> int:
        """Write at the position, or with APPEND at the end, and advance it. EFBIG, ENOSPC."""
        with self._mount.volume.lock:
            start, count = self._write(buffers, self._position)
            if count:
                self._position = start + count
            return count

    def _write(self, buffers: Sequence[memoryview], offset: int) -> tuple[int, int]:
        """Where it was written and how much."""
        node, count = self._node, sum(map(len, buffers))
        if self._flags & FDFLAGS_APPEND:
            offset = node.size
        if not count:
            return offset, 0
        if offset + count > OFFSET_MAX:
            raise WasiError(Errno.FBIG)
        if offset + count > node.size:
            node.resize(offset + count)
        at = offset
        for buffer in buffers:
            node.data[at : at + len(buffer)] = buffer
            at += len(buffer)
        node.changed(self._mount.now())
        return offset, count

    def seek(self, offset: int, whence: int) -> int:
        """Move the position. EINVAL if it would be negative, EOVERFLOW beyond what files can have."""
        with self._mount.volume.lock:
            origin = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._node.size}[whence]
            if origin + offset > OFFSET_MAX:
                raise WasiError(Errno.OVERFLOW)
            if origin + offset < 0:
                raise WasiError(Errno.INVAL)
            self._position = origin + offset
            return self._position

    def readable_bytes(self) -> int:
        """What is left."""
        return max(self._node.size - self._position, 0)
