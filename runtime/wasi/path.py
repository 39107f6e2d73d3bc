"""Everything that takes a path: path_*.

A path is relative to an open directory and can't lead out of it. Errors that all of these calls share:

* EBADF: no such descriptor
* ENOTDIR: it, or something on the way, is not a directory
* ENOTCAPABLE: the guest has given up the right to do this
* EFAULT: a pointer, path or buffer is outside of memory
* EPERM: the path is absolute, or leads out of the directory by `..` or a symbolic link; or the directory was
  opened read-only and the call would change something
* EILSEQ: the path is not UTF-8
* EINVAL: it has a NUL
* ENAMETOOLONG: it, or a name in it, is too long
* ENOENT: it is empty, or something on the way does not exist
* ELOOP: too many symbolic links on the way
* whatever the host answers, for example EACCES, EIO, ENOSPC
"""

from __future__ import annotations

from wasmjit.runtime.wasi import rights
from wasmjit.runtime.wasi.descriptor import Opening
from wasmjit.runtime.wasi.errno import Errno, WasiError
from wasmjit.runtime.wasi.fdstat import times_to_set, write_filestat, write_filestat_0
from wasmjit.runtime.wasi.layout import (
    LOOKUP_SYMLINK_FOLLOW,
    OFLAGS_CREAT,
    OFLAGS_DIRECTORY,
    OFLAGS_TRUNC,
    Filestat,
)
from wasmjit.runtime.wasi.memory import U32, check_span, span
from wasmjit.runtime.wasi.registry import PREVIEW_0, PREVIEW_1, wasi
from wasmjit.runtime.wasi.state import State

PATH_MAX = 4095  # bytes, as on Linux
_OFLAGS = 0x0F
_FDFLAGS = 0x1F


def read_path(memory: memoryview, pointer: int, size: int) -> bytes:
    """The path at `pointer`. EFAULT, EILSEQ, EINVAL, ENAMETOOLONG."""
    view = span(memory, pointer, size)
    if size > PATH_MAX:
        raise WasiError(Errno.NAMETOOLONG)
    path = bytes(view)
    try:
        path.decode()
    except UnicodeDecodeError:
        raise WasiError(Errno.ILSEQ) from None
    if b"\0" in path:
        raise WasiError(Errno.INVAL)
    return path


def _follows(flags: int) -> bool:
    """Whether a link at the end of the path is followed. EINVAL for unknown lookup flags."""
    if flags & ~LOOKUP_SYMLINK_FOLLOW:
        raise WasiError(Errno.INVAL)
    return bool(flags)


@wasi("path_open", "i32 i32 i32 i32 i32 i64 i64 i32 i32 -> i32")
def path_open(
    state: State,
    memory: memoryview,
    fd: int,
    lookup: int,
    path: int,
    path_len: int,
    oflags: int,
    base: int,
    inheriting: int,
    fdflags: int,
    result: int,
) -> None:
    """Open or create a file, or open a directory, and write the new descriptor: the lowest free number.

    `oflags`: create (1), fail if it is no directory (2), fail if it exists (4), truncate (8). It is open for reading
    and writing as `base` asks for FD_READ and FD_WRITE; of all rights asked for it gets those that the directory
    passes on.

    * EEXIST: it should not exist
    * EISDIR: writing to a directory, or creating something with a slash after its name
    * ELOOP: it is a symbolic link and `lookup` does not say to follow it
    * EMFILE: too many open descriptors
    * ENOENT: it does not exist and is not to be created
    * ENOTDIR: it should be a directory
    * EINVAL: creating a directory, or unknown flags
    """
    directory = state.fds.directory(fd, _needed_to_open(oflags))
    name = read_path(memory, path, path_len)
    follow = _follows(lookup)
    if oflags & ~_OFLAGS or fdflags & ~_FDFLAGS:
        raise WasiError(Errno.INVAL)
    if base & rights.FD_WRITE and not directory.inheriting & rights.FD_WRITE:
        raise WasiError(Errno.PERM if directory.read_only else Errno.NOTCAPABLE)
    granted = directory.inheriting
    opening = Opening(oflags, fdflags, follow=follow, base=base & granted, inheriting=inheriting & granted)
    check_span(memory, result, 4)
    state.fds.reserve()
    U32.pack_into(memory, result, state.fds.add(directory.open_at(name, opening)))


def _needed_to_open(oflags: int) -> int:
    if oflags & OFLAGS_CREAT and oflags & OFLAGS_DIRECTORY:
        raise WasiError(Errno.INVAL)
    needed = rights.PATH_OPEN
    if oflags & OFLAGS_CREAT:
        needed |= rights.PATH_CREATE_FILE
    if oflags & OFLAGS_TRUNC:
        needed |= rights.PATH_FILESTAT_SET_SIZE
    return needed


def _filestat(state: State, memory: memoryview, fd: int, lookup: int, path: int, path_len: int) -> Filestat:
    directory = state.fds.directory(fd, rights.PATH_FILESTAT_GET)
    return directory.stat_at(read_path(memory, path, path_len), follow=_follows(lookup))


@wasi("path_filestat_get", "i32 i32 i32 i32 i32 -> i32", modules=(PREVIEW_1,))
def path_filestat_get(
    state: State, memory: memoryview, fd: int, lookup: int, path: int, path_len: int, result: int
) -> None:
    """Write the attributes of what is at a path, of a symbolic link itself unless `lookup` says to follow it.

    * EINVAL: unknown lookup flags
    """
    write_filestat(memory, result, _filestat(state, memory, fd, lookup, path, path_len))


@wasi("path_filestat_get", "i32 i32 i32 i32 i32 -> i32", modules=(PREVIEW_0,))
def path_filestat_get_0(
    state: State, memory: memoryview, fd: int, lookup: int, path: int, path_len: int, result: int
) -> None:
    """`path_filestat_get` of preview 0."""
    write_filestat_0(memory, result, _filestat(state, memory, fd, lookup, path, path_len))


@wasi("path_filestat_set_times", "i32 i32 i32 i32 i64 i64 i32 -> i32")
def path_filestat_set_times(
    state: State, memory: memoryview, fd: int, lookup: int, path: int, path_len: int, atim: int, mtim: int, flags: int
) -> None:
    """Set the times of what is at a path; see `fd_filestat_set_times`.

    * EINVAL: unknown lookup flags, both flags of one time, or other flags
    """
    directory = state.fds.directory(fd, rights.PATH_FILESTAT_SET_TIMES)
    name = read_path(memory, path, path_len)
    directory.set_times_at(name, times_to_set(atim, mtim, flags), follow=_follows(lookup))


@wasi("path_create_directory", "i32 i32 i32 -> i32")
def path_create_directory(state: State, memory: memoryview, fd: int, path: int, path_len: int) -> None:
    """Create a directory.

    * EEXIST: there is something with that name
    """
    state.fds.directory(fd, rights.PATH_CREATE_DIRECTORY).mkdir(read_path(memory, path, path_len))


@wasi("path_remove_directory", "i32 i32 i32 -> i32")
def path_remove_directory(state: State, memory: memoryview, fd: int, path: int, path_len: int) -> None:
    """Remove an empty directory.

    * ENOTDIR: it is none
    * ENOTEMPTY: it is not empty, or the path ends in `..`
    * EINVAL: the path ends in `.`
    """
    state.fds.directory(fd, rights.PATH_REMOVE_DIRECTORY).rmdir(read_path(memory, path, path_len))


@wasi("path_unlink_file", "i32 i32 i32 -> i32")
def path_unlink_file(state: State, memory: memoryview, fd: int, path: int, path_len: int) -> None:
    """Remove a name of a file, or a symbolic link.

    * EISDIR: a directory
    * ENOTDIR: a slash follows, and it is no directory
    """
    state.fds.directory(fd, rights.PATH_UNLINK_FILE).unlink(read_path(memory, path, path_len))


@wasi("path_readlink", "i32 i32 i32 i32 i32 i32 -> i32")
def path_readlink(
    state: State, memory: memoryview, fd: int, path: int, path_len: int, buffer: int, size: int, used: int
) -> None:
    """Write the target of a symbolic link, cut off after `size` bytes, and the bytes used.

    * EINVAL: it is no link
    * EPERM: the target is absolute: something of the host's
    """
    directory = state.fds.directory(fd, rights.PATH_READLINK)
    name = read_path(memory, path, path_len)
    target = span(memory, buffer, size)
    check_span(memory, used, 4)
    link = directory.readlink(name)
    if link.startswith(b"/"):
        raise WasiError(Errno.PERM)
    count = min(len(link), size)
    target[:count] = link[:count]
    U32.pack_into(memory, used, count)


@wasi("path_symlink", "i32 i32 i32 i32 i32 -> i32")
def path_symlink(
    state: State, memory: memoryview, target: int, target_len: int, fd: int, path: int, path_len: int
) -> None:
    """Create a symbolic link at `path`. The target need not exist.

    * EEXIST: there is something with that name
    * EPERM: the target is absolute
    """
    directory = state.fds.directory(fd, rights.PATH_SYMLINK)
    link = read_path(memory, target, target_len)
    name = read_path(memory, path, path_len)
    if link.startswith(b"/"):
        raise WasiError(Errno.PERM)
    directory.symlink(link, name)


@wasi("path_link", "i32 i32 i32 i32 i32 i32 i32 -> i32")
def path_link(
    state: State,
    memory: memoryview,
    old_fd: int,
    lookup: int,
    old_path: int,
    old_len: int,
    new_fd: int,
    new_path: int,
    new_len: int,
) -> None:
    """Give a file another name. A symbolic link is linked itself.

    * EEXIST: there is something with the new name
    * EINVAL: `lookup` asks to follow links, which can't be had, or unknown flags
    * EPERM: a directory
    * EXDEV: the names are on different file systems
    """
    source = state.fds.directory(old_fd, rights.PATH_LINK_SOURCE)
    target = state.fds.directory(new_fd, rights.PATH_LINK_TARGET)
    old, new = read_path(memory, old_path, old_len), read_path(memory, new_path, new_len)
    if lookup:
        raise WasiError(Errno.INVAL)
    source.link(old, target, new)


@wasi("path_rename", "i32 i32 i32 i32 i32 i32 -> i32")
def path_rename(
    state: State,
    memory: memoryview,
    old_fd: int,
    old_path: int,
    old_len: int,
    new_fd: int,
    new_path: int,
    new_len: int,
) -> None:
    """Move or rename, replacing what has the new name: a file by a file, an empty directory by a directory.

    * EBUSY: a path ends in `.` or `..`
    * EINVAL: into a directory below itself
    * EISDIR, ENOTDIR: one is a directory and the other is not
    * ENOTEMPTY: the directory to replace is not empty
    * EXDEV: the names are on different file systems
    """
    source = state.fds.directory(old_fd, rights.PATH_RENAME_SOURCE)
    target = state.fds.directory(new_fd, rights.PATH_RENAME_TARGET)
    old, new = read_path(memory, old_path, old_len), read_path(memory, new_path, new_len)
    source.rename(old, target, new)
