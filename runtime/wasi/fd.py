"""Reading, writing and positions: fd_read, fd_write, fd_pread, fd_pwrite, fd_seek, fd_tell, and what is done to a
descriptor as a whole: fd_close, fd_renumber, fd_sync, fd_datasync, fd_advise, fd_allocate.

Errors that all of them share:

* EBADF: no such descriptor
* EFAULT: a pointer or buffer is outside of memory
* ENOTCAPABLE: the guest has given up the right to do this
* whatever the host answers, for example EIO, ENOSPC, EAGAIN
"""

from __future__ import annotations

import os

from wasmjit.runtime.wasi import rights
from wasmjit.runtime.wasi.errno import Errno, WasiError
from wasmjit.runtime.wasi.memory import U32, U64, check_offset, check_span, read_iovecs, signed
from wasmjit.runtime.wasi.registry import PREVIEW_0, PREVIEW_1, wasi
from wasmjit.runtime.wasi.state import State

_WHENCE = (os.SEEK_SET, os.SEEK_CUR, os.SEEK_END)
_WHENCE_0 = (os.SEEK_CUR, os.SEEK_END, os.SEEK_SET)
_ADVICE = (
    os.POSIX_FADV_NORMAL,
    os.POSIX_FADV_SEQUENTIAL,
    os.POSIX_FADV_RANDOM,
    os.POSIX_FADV_WILLNEED,
    os.POSIX_FADV_DONTNEED,
    os.POSIX_FADV_NOREUSE,
)


@wasi("fd_read", "i32 i32 i32 i32 -> i32")
def fd_read(state: State, memory: memoryview, fd: int, iovs: int, iovs_len: int, size: int) -> None:
    """Read at the position into buffers, and write the number of bytes; 0 is the end.

    * EBADF: not open for reading
    * EISDIR: a directory
    """
    entry = state.fds.get(fd, rights.FD_READ)
    buffers = read_iovecs(memory, iovs, iovs_len)
    check_span(memory, size, 4)
    U32.pack_into(memory, size, entry.readv(buffers))


@wasi("fd_write", "i32 i32 i32 i32 -> i32")
def fd_write(state: State, memory: memoryview, fd: int, iovs: int, iovs_len: int, size: int) -> None:
    """Write buffers at the position (at the end, with APPEND), and write the number of bytes taken.

    * EBADF: not open for writing
    * EISDIR: a directory
    * EPIPE: nobody reads the other end
    """
    entry = state.fds.get(fd, rights.FD_WRITE)
    buffers = read_iovecs(memory, iovs, iovs_len)
    check_span(memory, size, 4)
    U32.pack_into(memory, size, entry.writev(buffers))


@wasi("fd_pread", "i32 i32 i32 i64 i32 -> i32")
def fd_pread(state: State, memory: memoryview, fd: int, iovs: int, iovs_len: int, offset: int, size: int) -> None:
    """Read at `offset` into buffers without moving the position, and write the number of bytes.

    * EBADF: not open for reading
    * EISDIR: a directory
    * ESPIPE: it has no positions
    * EINVAL: `offset` is beyond what files can have
    """
    entry = state.fds.get(fd, rights.FD_READ)
    buffers = read_iovecs(memory, iovs, iovs_len)
    check_span(memory, size, 4)
    U32.pack_into(memory, size, entry.preadv(buffers, check_offset(offset)))


@wasi("fd_pwrite", "i32 i32 i32 i64 i32 -> i32")
def fd_pwrite(state: State, memory: memoryview, fd: int, iovs: int, iovs_len: int, offset: int, size: int) -> None:
    """Write buffers at `offset` without moving the position, and write the number of bytes taken.

    * EBADF: not open for writing
    * EISDIR: a directory
    * ESPIPE: it has no positions
    * EINVAL: `offset` is beyond what files can have
    """
    entry = state.fds.get(fd, rights.FD_WRITE)
    buffers = read_iovecs(memory, iovs, iovs_len)
    check_span(memory, size, 4)
    U32.pack_into(memory, size, entry.pwritev(buffers, check_offset(offset)))


def _seek(state: State, memory: memoryview, fd: int, delta: int, whence: int, position: int) -> None:
    """Move the position of `fd` and write the new one."""
    needed = rights.FD_TELL if not delta and whence == os.SEEK_CUR else rights.FD_SEEK
    entry = state.fds.get(fd)
    if not entry.base & rights.FD_SEEK:
        entry = state.fds.get(fd, needed)
    check_span(memory, position, 8)
    U64.pack_into(memory, position, entry.seek(signed(delta), whence))


def _host_whence(whence: int, table: tuple[int, ...]) -> int:
    if whence >= len(table):
        raise WasiError(Errno.INVAL)
    return table[whence]


@wasi("fd_seek", "i32 i64 i32 i32 -> i32", modules=(PREVIEW_1,))
def fd_seek(state: State, memory: memoryview, fd: int, delta: int, whence: int, position: int) -> None:
    """Move the position, from the start (0), from where it is (1) or from the end (2); write the new one.

    * EINVAL: another `whence`, or the position would be negative
    * EISDIR: a directory
    * ESPIPE: it has no positions
    """
    _seek(state, memory, fd, delta, _host_whence(whence, _WHENCE), position)


@wasi("fd_seek", "i32 i64 i32 i32 -> i32", modules=(PREVIEW_0,))
def fd_seek_0(state: State, memory: memoryview, fd: int, delta: int, whence: int, position: int) -> None:
    """`fd_seek` of preview 0: from where it is (0), from the end (1) or from the start (2)."""
    _seek(state, memory, fd, delta, _host_whence(whence, _WHENCE_0), position)


@wasi("fd_tell", "i32 i32 -> i32")
def fd_tell(state: State, memory: memoryview, fd: int, position: int) -> None:
    """Write the position.

    * EISDIR: a directory
    * ESPIPE: it has no positions
    """
    _seek(state, memory, fd, 0, os.SEEK_CUR, position)


@wasi("fd_close", "i32 -> i32", memory=False)
def fd_close(state: State, fd: int) -> None:
    """Close it. Standard streams and what the embedder passed in are only closed for the guest."""
    state.fds.close(fd)


@wasi("fd_renumber", "i32 i32 -> i32", memory=False)
def fd_renumber(state: State, fd: int, to: int) -> None:
    """Move descriptor `fd` to the number `to`, closing what was there; both have to be open."""
    state.fds.renumber(fd, to)


@wasi("fd_sync", "i32 -> i32", memory=False)
def fd_sync(state: State, fd: int) -> None:
    """Have data and attributes reach the disk.

    * EINVAL: it is nothing that could
    """
    state.fds.get(fd, rights.FD_SYNC).sync(data_only=False)


@wasi("fd_datasync", "i32 -> i32", memory=False)
def fd_datasync(state: State, fd: int) -> None:
    """Have data reach the disk.

    * EINVAL: it is nothing that could
    """
    state.fds.get(fd, rights.FD_DATASYNC).sync(data_only=True)


@wasi("fd_advise", "i32 i64 i64 i32 -> i32", memory=False)
def fd_advise(state: State, fd: int, offset: int, size: int, advice: int) -> None:
    """Hint at the access to come: normal, sequential, random, will need, don't need, no reuse (0-5).

    * EINVAL: another advice, or a range beyond what files can have
    * EISDIR: a directory
    * ESPIPE: it has no positions
    """
    entry = state.fds.get(fd, rights.FD_ADVISE)
    if advice >= len(_ADVICE):
        raise WasiError(Errno.INVAL)
    entry.advise(check_offset(offset), check_offset(size), _ADVICE[advice])


@wasi("fd_allocate", "i32 i64 i64 -> i32", memory=False)
def fd_allocate(state: State, fd: int, offset: int, size: int) -> None:
    """Reserve space for a range of the file, which grows if it ends before.

    * EINVAL: the range is empty or beyond what files can have
    * EISDIR: a directory
    * ESPIPE: it has no positions
    * EFBIG, ENOSPC: too large
    """
    state.fds.get(fd, rights.FD_ALLOCATE).allocate(check_offset(offset), check_offset(size))
