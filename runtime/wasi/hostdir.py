"""Directories of the host, preopened ones and those opened below them.

Every operation starts at the directory's own descriptor. What follows links goes through the resolver as a whole;
everything else opens the parent through the resolver and then acts on one plain name in it, without following, so
that the kernel never walks a path of the guest's on its own. In particular it gets no trailing slash, which would
make it follow a link after all.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from wasmjit.runtime.wasi.descriptor import Descriptor, Directory, Opening
from wasmjit.runtime.wasi.errno import Errno, WasiError
from wasmjit.runtime.wasi.hostfile import HostFile, filestat_of, to_host_flags
from wasmjit.runtime.wasi.layout import (
    FILETYPE_DIRECTORY,
    FILETYPE_REGULAR_FILE,
    FILETYPE_SYMBOLIC_LINK,
    OFLAGS_CREAT,
    OFLAGS_DIRECTORY,
    OFLAGS_EXCL,
    OFLAGS_TRUNC,
    DirEntry,
    Filestat,
    Times,
    filetype_of,
)
from wasmjit.runtime.wasi.resolve import ENTER, Resolver, exists, opened, split_path
from wasmjit.runtime.wasi.syscalls import O_PATH, set_times_at, set_times_of_fd, set_times_of_path_fd

_OFLAGS = (
    (OFLAGS_CREAT, os.O_CREAT),
    (OFLAGS_DIRECTORY, os.O_DIRECTORY),
    (OFLAGS_EXCL, os.O_EXCL),
    (OFLAGS_TRUNC, os.O_TRUNC),
)
_DOTS = (b".", b"..")


class HostDirectory(Directory):
    """A directory of the host; owns its descriptor `fd`."""

    __slots__ = ("fd", "resolver")

    def __init__(
        self,
        fd: int,
        resolver: Resolver,
        base: int,
        inheriting: int,
        *,
        read_only: bool = False,
        preopen_name: bytes | None = None,
    ) -> None:
        super().__init__(base, inheriting, read_only=read_only, preopen_name=preopen_name)
        self.fd = fd
        self.resolver = resolver

    def __del__(self) -> None:
        if getattr(self, "fd", -1) >= 0:
            with suppress(OSError):
                self.close()

    def close(self) -> None:
        """Close the host's descriptor."""
        fd, self.fd = self.fd, -1
        os.close(fd)

    def stat(self) -> Filestat:
        """`fstat`."""
        return filestat_of(os.fstat(self.fd))

    def set_times(self, times: Times) -> None:
        """`futimens`."""
        set_times_of_fd(self.fd, times)

    def set_flags(self, flags: int) -> None:
        """Flags mean nothing on a directory; any are taken."""

    def sync(self, *, data_only: bool) -> None:
        """`fsync`: names created and removed reach the disk."""
        os.fsync(self.fd)

    def read_entries(self) -> list[DirEntry]:
        """All entries now, sorted. `..` has the directory's own inode: the one above may be none of the guest's."""
        own = os.fstat(self.fd).st_ino
        found = [DirEntry(name, own, FILETYPE_DIRECTORY) for name in _DOTS]
        with os.scandir(self.fd) as entries:
            found += sorted(DirEntry(os.fsencode(e.name), e.inode(), _entry_type(e)) for e in entries)
        return found

    def open_at(self, path: bytes, opening: Opening) -> Descriptor:
        """Open or create; see `path_open` for the errors."""
        flags = os.O_NOCTTY | to_host_flags(opening.fdflags) | opening.access
        for wasi_flag, host_flag in _OFLAGS:
            if opening.oflags & wasi_flag:
                flags |= host_flag
        if not opening.follow:
            flags |= os.O_NOFOLLOW
        return self._descriptor(self.resolver(self.fd, path, flags, 0o666), opening)

    def _descriptor(self, fd: int, opening: Opening) -> Descriptor:
        mode = os.fstat(fd).st_mode
        if not stat.S_ISDIR(mode):
            return HostFile(fd, filetype_of(mode), opening.base)
        return HostDirectory(fd, self.resolver, opening.base, opening.inheriting, read_only=self.read_only)

    @contextmanager
    def _parent(self, path: bytes) -> Iterator[int]:
        """The host descriptor of the directory `path`; of this one if it is empty."""
        if path:
            with opened(self.resolver, self.fd, path, ENTER) as fd:
                yield fd
        else:
            yield self.fd

    @contextmanager
    def _entry(self, path: bytes, dots: Errno) -> Iterator[tuple[int, bytes, bool]]:
        """Parent descriptor, name in it, whether slashes follow. Error `dots` if the name is `.` or `..`."""
        parent, name, slashed = split_path(path)
        if name in _DOTS:
            with opened(self.resolver, self.fd, path, ENTER):
                raise WasiError(dots)
        with self._parent(parent) as fd:
            yield fd, name, slashed

    def _is_plain(self, path: bytes) -> bool:
        """Whether the path ends in a name, which then can be looked at without following it."""
        return not path.endswith(b"/") and split_path(path)[1] not in _DOTS

    def stat_at(self, path: bytes, *, follow: bool) -> Filestat:
        """`fstat` of what the resolver finds, or fstatat without following."""
        if follow or not self._is_plain(path):
            flags = O_PATH | os.O_DIRECTORY if path.endswith(b"/") else O_PATH
            with opened(self.resolver, self.fd, path, flags) as fd:
                return filestat_of(os.fstat(fd))
        with self._entry(path, Errno.INVAL) as (fd, name, _):
            return filestat_of(os.stat(name, dir_fd=fd, follow_symlinks=False))

    def set_times_at(self, path: bytes, times: Times, *, follow: bool) -> None:
        """`utimensat`: on what the resolver finds, or without following."""
        if follow or not self._is_plain(path):
            self._set_times_followed(path, times)
        else:
            with self._entry(path, Errno.INVAL) as (fd, name, _):
                set_times_at(fd, name, times)

    def _set_times_followed(self, path: bytes, times: Times) -> None:
        with opened(self.resolver, self.fd, path, O_PATH) as fd:
            try:
                return set_times_of_path_fd(fd, times)
            except OSError as error:
                if error.errno != errno.EINVAL:
                    raise
        with opened(self.resolver, self.fd, path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY) as fd:
            set_times_of_fd(fd, times)

    def mkdir(self, path: bytes) -> None:
        """`mkdirat`. Slashes after the name are fine."""
        with self._entry(path, Errno.EXIST) as (fd, name, _):
            os.mkdir(name, dir_fd=fd)

    def rmdir(self, path: bytes) -> None:
        """`unlinkat` with AT_REMOVEDIR. EINVAL for `.`, ENOTEMPTY for `..`."""
        dots = Errno.NOTEMPTY if split_path(path)[1] == b".." else Errno.INVAL
        with self._entry(path, dots) as (fd, name, _):
            os.rmdir(name, dir_fd=fd)

    def unlink(self, path: bytes) -> None:
        """`unlinkat`. With a slash after the name it can only fail: EISDIR, ENOTDIR or ENOENT."""
        with self._entry(path, Errno.ISDIR) as (fd, name, slashed):
            if slashed:
                mode = os.stat(name, dir_fd=fd, follow_symlinks=False).st_mode
                raise WasiError(Errno.ISDIR if stat.S_ISDIR(mode) else Errno.NOTDIR)
            os.unlink(name, dir_fd=fd)

    def readlink(self, path: bytes) -> bytes:
        """`readlinkat`. EINVAL if it is no link."""
        with self._entry(path, Errno.INVAL) as (fd, name, slashed):
            if slashed:
                raise WasiError(Errno.INVAL)
            return os.readlink(name, dir_fd=fd)

    def symlink(self, target: bytes, path: bytes) -> None:
        """`symlinkat`."""
        with self._entry(path, Errno.EXIST) as (fd, name, slashed):
            if slashed:
                _refuse_slash(fd, name)
            os.symlink(target, name, dir_fd=fd)

    def rename(self, path: bytes, other: Directory, new_path: bytes) -> None:
        """`renameat`. With a slash after either name only a directory can be moved. EXDEV between kinds."""
        if not isinstance(other, HostDirectory):
            raise WasiError(Errno.XDEV)
        with (
            self._entry(path, Errno.BUSY) as (fd, name, slashed),
            other._entry(new_path, Errno.BUSY) as (new_fd, new_name, new_slashed),
        ):
            if slashed or new_slashed:
                mode = os.stat(name, dir_fd=fd, follow_symlinks=False).st_mode
                if not stat.S_ISDIR(mode):
                    raise WasiError(Errno.NOTDIR)
            os.rename(name, new_name, src_dir_fd=fd, dst_dir_fd=new_fd)

    def link(self, path: bytes, other: Directory, new_path: bytes) -> None:
        """`linkat`, without following. EPERM for a directory. EXDEV between kinds."""
        if not isinstance(other, HostDirectory):
            raise WasiError(Errno.XDEV)
        with (
            self._entry(path, Errno.PERM) as (fd, name, slashed),
            other._entry(new_path, Errno.EXIST) as (new_fd, new_name, new_slashed),
        ):
            if slashed:
                raise WasiError(Errno.NOTDIR)
            if new_slashed:
                _refuse_slash(new_fd, new_name)
            os.link(name, new_name, src_dir_fd=fd, dst_dir_fd=new_fd, follow_symlinks=False)


def _refuse_slash(dir_fd: int, name: bytes) -> None:
    """Fail for a slash after the name of something to be created that is no directory: EEXIST or ENOENT."""
    raise WasiError(Errno.EXIST if exists(name, dir_fd) else Errno.NOENT)


def _entry_type(entry: os.DirEntry[str]) -> int:
    if entry.is_symlink():
        return FILETYPE_SYMBOLIC_LINK
    if entry.is_file(follow_symlinks=False):
        return FILETYPE_REGULAR_FILE
    if entry.is_dir(follow_symlinks=False):
        return FILETYPE_DIRECTORY
    try:
        return filetype_of(entry.stat(follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return 0
