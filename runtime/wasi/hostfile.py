"""Open files, pipes and devices of the host.

`HostFile` owns its descriptor. `InheritedFile` only borrows one that the embedder goes on using: closing forgets it,
and since file status flags are shared with everybody who has it, O_NONBLOCK is imitated, not set.
"""

from __future__ import annotations

import os
import sys

from wasmjit.light import Sequence
from wasmjit.runtime.wasi import rights
from wasmjit.runtime.wasi.descriptor import Descriptor
from wasmjit.runtime.wasi.errno import Errno, WasiError
from wasmjit.runtime.wasi.layout import (
    FDFLAGS_APPEND,
    FDFLAGS_DSYNC,
    FDFLAGS_NONBLOCK,
    FDFLAGS_RSYNC,
    FDFLAGS_SYNC,
    FILETYPE_CHARACTER_DEVICE,
    FILETYPE_REGULAR_FILE,
    Filestat,
    Times,
    filetype_of,
)
from wasmjit.runtime.wasi.waiting import POLLIN, POLLOUT, wait_for, wait_if_limited

_HOST_FLAGS = (
    (FDFLAGS_APPEND, os.O_APPEND),
    (FDFLAGS_DSYNC, os.O_DSYNC),
    (FDFLAGS_NONBLOCK, os.O_NONBLOCK),
    (FDFLAGS_RSYNC, getattr(os, "O_RSYNC", os.O_SYNC)),
    (FDFLAGS_SYNC, os.O_SYNC),
)
_CHANGEABLE = FDFLAGS_APPEND | FDFLAGS_NONBLOCK


def to_host_flags(fdflags: int) -> int:
    """FDFLAGS as `os.O_*` flags."""
    host = 0
    for wasi_flag, host_flag in _HOST_FLAGS:
        if fdflags & wasi_flag:
            host |= host_flag
    return host


def from_host_flags(host: int) -> int:
    """`os.O_*` flags as FDFLAGS."""
    return sum(wasi_flag for wasi_flag, host_flag in _HOST_FLAGS if host & host_flag == host_flag)


def _status_flags(fd: int) -> int:
    from fcntl import F_GETFL, fcntl

    return fcntl(fd, F_GETFL)


def filestat_of(result: os.stat_result) -> Filestat:
    """A host `stat_result` as WASI attributes; times before 1970 are given as 1970."""
    return Filestat(
        result.st_dev,
        result.st_ino,
        filetype_of(result.st_mode),
        result.st_nlink,
        result.st_size,
        max(result.st_atime_ns, 0),
        max(result.st_mtime_ns, 0),
        max(result.st_ctime_ns, 0),
    )


def filestat_of_fd(fd: int) -> Filestat:
    """The attributes of an open host file."""
    return filestat_of(os.fstat(fd))


def waiting_bytes(fd: int) -> int:
    """What waits to be read in a pipe, terminal or socket; 0 where the host can't tell."""
    from fcntl import ioctl
    from termios import FIONREAD

    try:
        waiting = ioctl(fd, FIONREAD, bytes(4))
    except OSError:
        return 0
    return int.from_bytes(waiting, sys.byteorder)


class HostFile(Descriptor):
    """A host descriptor that is not a directory, closed with this object."""

    __slots__ = ("fd", "filetype")

    def __init__(self, fd: int, filetype: int, base: int) -> None:
        super().__init__(base & rights.FILE)
        self.fd = fd
        self.filetype = filetype

    def __del__(self) -> None:
        if getattr(self, "fd", -1) >= 0:
            try:
                self.close()
            except OSError:
                return

    def close(self) -> None:
        """Close the host's descriptor."""
        fd, self.fd = self.fd, -1
        os.close(fd)

    @property
    def visible_base(self) -> int:
        """A terminal shows no right to seek: that is how guests recognise one."""
        if self.filetype == FILETYPE_CHARACTER_DEVICE and os.isatty(self.fd):
            return self.base & ~rights.SEEKING
        return self.base

    def flags(self) -> int:
        """FDFLAGS as the host has them."""
        return from_host_flags(_status_flags(self.fd))

    def set_flags(self, flags: int) -> None:
        """APPEND and NONBLOCK can change. ENOTSUP for the rest."""
        if (flags ^ self.flags()) & ~_CHANGEABLE:
            raise WasiError(Errno.NOTSUP)
        kept = _status_flags(self.fd) & ~to_host_flags(_CHANGEABLE)
        from fcntl import F_SETFL, fcntl

        fcntl(self.fd, F_SETFL, kept | to_host_flags(flags & _CHANGEABLE))

    def stat(self) -> Filestat:
        """`fstat`."""
        return filestat_of_fd(self.fd)

    def set_times(self, times: Times) -> None:
        """`futimens`."""
        from wasmjit.runtime.wasi.syscalls import set_times_of_fd

        set_times_of_fd(self.fd, times)

    def set_size(self, size: int) -> None:
        """`ftruncate`."""
        os.ftruncate(self.fd, size)

    def readv(self, buffers: Sequence[memoryview]) -> int:
        """`readv`, straight into the buffers."""
        if self.filetype != FILETYPE_REGULAR_FILE:
            wait_if_limited(self.fd, POLLIN)
        return os.readv(self.fd, buffers)

    def writev(self, buffers: Sequence[memoryview]) -> int:
        """`writev`, straight from the buffers."""
        if self.filetype != FILETYPE_REGULAR_FILE:
            wait_if_limited(self.fd, POLLOUT)
        return os.writev(self.fd, buffers)

    def preadv(self, buffers: Sequence[memoryview], offset: int) -> int:
        """`preadv`."""
        return os.preadv(self.fd, buffers, offset)

    def pwritev(self, buffers: Sequence[memoryview], offset: int) -> int:
        """`pwritev`."""
        return os.pwritev(self.fd, buffers, offset)

    def seek(self, offset: int, whence: int) -> int:
        """`lseek`."""
        return os.lseek(self.fd, offset, whence)

    def advise(self, offset: int, size: int, advice: int) -> None:
        """`posix_fadvise`."""
        os.posix_fadvise(self.fd, offset, size, advice)

    def allocate(self, offset: int, size: int) -> None:
        """`posix_fallocate`."""
        os.posix_fallocate(self.fd, offset, size)

    def sync(self, *, data_only: bool) -> None:
        """`fdatasync` or fsync."""
        if data_only:
            os.fdatasync(self.fd)
        else:
            os.fsync(self.fd)

    def poll_fd(self) -> int | None:
        """The descriptor, but for regular files: they never make anybody wait."""
        return None if self.filetype == FILETYPE_REGULAR_FILE else self.fd

    def readable_bytes(self) -> int:
        """What is left of a regular file, or waits in a pipe or terminal."""
        if self.filetype == FILETYPE_REGULAR_FILE:
            return max(os.fstat(self.fd).st_size - os.lseek(self.fd, 0, os.SEEK_CUR), 0)
        return waiting_bytes(self.fd)


class InheritedFile(HostFile):
    """A borrowed descriptor: one of the process's standard streams, or one that the embedder gave."""

    __slots__ = ("nonblock", "owner")

    def __init__(self, fd: int, base: int, owner: object = None) -> None:
        super().__init__(fd, filetype_of(os.fstat(fd).st_mode), base)
        self.nonblock = False
        self.owner = owner  # whose descriptor it is; kept alive with this

    def close(self) -> None:
        """Forget it. The embedder's descriptor stays open."""
        self.fd = -1

    def flags(self) -> int:
        """Those of the host, and NONBLOCK if the guest has set it."""
        return super().flags() | (FDFLAGS_NONBLOCK if self.nonblock else 0)

    def set_flags(self, flags: int) -> None:
        """Only NONBLOCK can be set, and only for the guest. ENOTSUP for the rest."""
        if (flags ^ self.flags()) & ~FDFLAGS_NONBLOCK:
            raise WasiError(Errno.NOTSUP)
        self.nonblock = bool(flags & FDFLAGS_NONBLOCK)

    def readv(self, buffers: Sequence[memoryview]) -> int:
        """`readv`. EAGAIN if the guest does not want to wait."""
        if self.nonblock:
            self._expect(POLLIN)
        return super().readv(buffers)

    def writev(self, buffers: Sequence[memoryview]) -> int:
        """`writev`. EAGAIN if the guest does not want to wait."""
        if self.nonblock:
            self._expect(POLLOUT)
        return super().writev(buffers)

    def _expect(self, event: int) -> None:
        if not wait_for(self.fd, event, 0):
            raise WasiError(Errno.AGAIN)
