"""Attributes of descriptors: fd_fdstat_get, fd_fdstat_set_flags, fd_fdstat_set_rights, fd_filestat_get,
fd_filestat_set_size, fd_filestat_set_times.

Errors that all of them share:

* EBADF: no such descriptor
* EFAULT: a pointer is outside of memory
* ENOTCAPABLE: the guest has given up the right to do this
"""

from __future__ import annotations

from wasmjit.runtime.wasi import rights
from wasmjit.runtime.wasi.errno import Errno, WasiError
from wasmjit.runtime.wasi.layout import (
    FDSTAT,
    FILESTAT,
    FILESTAT_0,
    FSTFLAGS_ATIM,
    FSTFLAGS_ATIM_NOW,
    FSTFLAGS_MTIM,
    FSTFLAGS_MTIM_NOW,
    NOW,
    Filestat,
    Times,
)
from wasmjit.runtime.wasi.memory import U32_MAX, check_offset
from wasmjit.runtime.wasi.registry import PREVIEW_0, PREVIEW_1, wasi
from wasmjit.runtime.wasi.state import State

_FDFLAGS = 0x1F
_FSTFLAGS = 0x0F


@wasi("fd_fdstat_get", "i32 i32 -> i32")
def fd_fdstat_get(state: State, memory: memoryview, fd: int, result: int) -> None:
    """Write the file type, flags and rights of a descriptor."""
    entry = state.fds.get(fd)
    FDSTAT.pack_into(memory, result, entry.filetype, entry.flags(), entry.visible_base, entry.inheriting)


@wasi("fd_fdstat_set_flags", "i32 i32 -> i32", memory=False)
def fd_fdstat_set_flags(state: State, fd: int, flags: int) -> None:
    """Set APPEND (1) and NONBLOCK (4).

    * EINVAL: there are no such flags
    * ENOTSUP: DSYNC, RSYNC or SYNC would change, or this descriptor has no such flags
    """
    entry = state.fds.get(fd, rights.FD_FDSTAT_SET_FLAGS)
    if flags & ~_FDFLAGS:
        raise WasiError(Errno.INVAL)
    entry.set_flags(flags)


@wasi("fd_fdstat_set_rights", "i32 i64 i64 -> i32", memory=False)
def fd_fdstat_set_rights(state: State, fd: int, base: int, inheriting: int) -> None:
    """Give up rights.

    * ENOTCAPABLE: it has not had one of them
    """
    entry = state.fds.get(fd)
    if base & ~entry.base or inheriting & ~entry.inheriting:
        raise WasiError(Errno.NOTCAPABLE)
    entry.base = base
    entry.inheriting = inheriting


def write_filestat(memory: memoryview, result: int, stat: Filestat) -> None:
    """Write the record of preview 1."""
    FILESTAT.pack_into(memory, result, *stat)


def write_filestat_0(memory: memoryview, result: int, stat: Filestat) -> None:
    """Write the record of preview 0."""
    FILESTAT_0.pack_into(memory, result, *stat._replace(nlink=min(stat.nlink, U32_MAX)))


@wasi("fd_filestat_get", "i32 i32 -> i32", modules=(PREVIEW_1,))
def fd_filestat_get(state: State, memory: memoryview, fd: int, result: int) -> None:
    """Write the attributes of an open file."""
    write_filestat(memory, result, state.fds.get(fd, rights.FD_FILESTAT_GET).stat())


@wasi("fd_filestat_get", "i32 i32 -> i32", modules=(PREVIEW_0,))
def fd_filestat_get_0(state: State, memory: memoryview, fd: int, result: int) -> None:
    """`fd_filestat_get` of preview 0."""
    write_filestat_0(memory, result, state.fds.get(fd, rights.FD_FILESTAT_GET).stat())


@wasi("fd_filestat_set_size", "i32 i64 -> i32", memory=False)
def fd_filestat_set_size(state: State, fd: int, size: int) -> None:
    """Cut or extend a file.

    * EINVAL: not a regular file open for writing, or larger than files can be
    * EISDIR: a directory
    * EFBIG: larger than the host's files can be
    """
    state.fds.get(fd, rights.FD_FILESTAT_SET_SIZE).set_size(check_offset(size))


@wasi("fd_filestat_set_times", "i32 i64 i64 i32 -> i32", memory=False)
def fd_filestat_set_times(state: State, fd: int, atim: int, mtim: int, flags: int) -> None:
    """Set times, in ns since 1970: access (flag 1) or now (2), modification (4) or now (8).

    * EINVAL: both flags of one time, or other flags
    * EPERM: below a read-only directory
    """
    state.fds.get(fd, rights.FD_FILESTAT_SET_TIMES).set_times(times_to_set(atim, mtim, flags))


def times_to_set(atim: int, mtim: int, flags: int) -> Times:
    """What `flags` say about the times. EINVAL as above."""
    if flags & ~_FSTFLAGS:
        raise WasiError(Errno.INVAL)
    return Times(
        _time_to_set(atim, flags & FSTFLAGS_ATIM, flags & FSTFLAGS_ATIM_NOW),
        _time_to_set(mtim, flags & FSTFLAGS_MTIM, flags & FSTFLAGS_MTIM_NOW),
    )


def _time_to_set(time_ns: int, given: int, now: int) -> int | None:
    if given and now:
        raise WasiError(Errno.INVAL)
    if now:
        return NOW
    return time_ns if given else None
