"""Directories: fd_readdir, fd_prestat_get, fd_prestat_dir_name."""

from __future__ import annotations

from wasmjit.runtime.wasi import rights
from wasmjit.runtime.wasi.errno import Errno, WasiError
from wasmjit.runtime.wasi.layout import DIRENT, PREOPENTYPE_DIR, PRESTAT
from wasmjit.runtime.wasi.memory import U32, check_span, span, write_bytes
from wasmjit.runtime.wasi.registry import wasi
from wasmjit.runtime.wasi.state import State


@wasi("fd_readdir", "i32 i32 i32 i64 i32 -> i32")
def fd_readdir(state: State, memory: memoryview, fd: int, buffer: int, buffer_len: int, cookie: int, used: int) -> None:
    """Write directory entries from `cookie` on (0: from the start) until the buffer is full, and the bytes used.

    Each is a record with the cookie of the next, followed by its name. The last may be cut off; less than the whole
    buffer means that there are no more.

    * EBADF: no such descriptor
    * ENOTDIR: not a directory
    * ENOTCAPABLE: the guest has given up the right to read it
    * EFAULT: a pointer or the buffer is outside of memory
    """
    directory = state.fds.directory(fd, rights.FD_READDIR)
    target = span(memory, buffer, buffer_len)
    check_span(memory, used, 4)
    data = bytearray()
    for following, entry in enumerate(directory.entries(cookie), cookie + 1):
        data += DIRENT.pack(following, entry.ino, len(entry.name), entry.filetype) + entry.name
        if len(data) >= buffer_len:
            break
    size = min(len(data), buffer_len)
    target[:size] = data[:size]
    U32.pack_into(memory, used, size)


def _preopen_name(state: State, fd: int) -> bytes:
    name = state.fds.get(fd).preopen_name
    if name is None:
        raise WasiError(Errno.BADF)
    return name


@wasi("fd_prestat_get", "i32 i32 -> i32")
def fd_prestat_get(state: State, memory: memoryview, fd: int, result: int) -> None:
    """Write what was opened in advance as `fd`: a directory (0), and the length of its name.

    * EBADF: nothing was; the guest's C library looks from 3 upwards until it gets this
    * EFAULT: `result` is outside of memory
    """
    PRESTAT.pack_into(memory, result, PREOPENTYPE_DIR, len(_preopen_name(state, fd)))


@wasi("fd_prestat_dir_name", "i32 i32 i32 -> i32")
def fd_prestat_dir_name(state: State, memory: memoryview, fd: int, buffer: int, size: int) -> None:
    """Write the guest's path of a preopened directory, without NUL.

    * EBADF: not a preopened directory
    * ENAMETOOLONG: it has more than `size` bytes
    * EFAULT: the buffer is outside of memory
    """
    name = _preopen_name(state, fd)
    if len(name) > size:
        raise WasiError(Errno.NAMETOOLONG)
    write_bytes(memory, buffer, name)
