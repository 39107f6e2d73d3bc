"""What a guest's file descriptor can stand for: the operations, and how those that make no sense fail.

The kinds are in hostfile.py, hostdir.py, stream.py and socket.py. A kind implements what it can do; the rest
fails here, as it would in the same place on the host.
"""

from __future__ import annotations

import os

from wasmjit.light import NoReturn, Sequence
from wasmjit.runtime.wasi import rights
from wasmjit.runtime.wasi.errno import Errno, WasiError
from wasmjit.runtime.wasi.layout import FILETYPE_DIRECTORY, FILETYPE_UNKNOWN, DirEntry, Filestat, Times


class Descriptor:
    """Base of all kinds. `base` and `inheriting` are its rights (rights.py)."""

    __slots__ = ("base", "inheriting")
    filetype = FILETYPE_UNKNOWN

    def __init__(self, base: int, inheriting: int = 0) -> None:
        self.base = base
        self.inheriting = inheriting

    def refuse(self, missing: int) -> NoReturn:
        """Raise the error for lacking the rights `missing`: what its kind can't do, or EBADF or ENOTCAPABLE."""
        if missing & rights.DIRECTORY_ONLY:
            raise WasiError(Errno.NOTDIR)
        if missing & rights.SOCKET_ONLY:
            raise WasiError(Errno.NOTSOCK)
        if missing & (rights.FD_READ | rights.FD_WRITE):
            raise WasiError(Errno.BADF)
        raise WasiError(Errno.NOTCAPABLE)

    @property
    def visible_base(self) -> int:
        """The base rights that the guest is told."""
        return self.base

    @property
    def preopen_name(self) -> bytes | None:
        """Guest path of a preopened directory, None for everything else."""
        return None

    def close(self) -> None:
        """Let go of what the host has for it. Afterwards nothing else is called."""

    def flags(self) -> int:
        """Its FDFLAGS."""
        return 0

    def set_flags(self, flags: int) -> None:
        """Change its FDFLAGS. ENOTSUP where it can't."""
        if flags != self.flags():
            raise WasiError(Errno.NOTSUP)

    def stat(self) -> Filestat:
        """Its attributes."""
        return Filestat(filetype=self.filetype)

    def set_times(self, times: Times) -> None:
        """Set access and modification times."""
        raise WasiError(Errno.INVAL)

    def set_size(self, size: int) -> None:
        """Truncate or extend, to `size` bytes."""
        raise WasiError(Errno.INVAL)

    def readv(self, buffers: Sequence[memoryview]) -> int:
        """Read at the position, advance it, return the number of bytes; 0 at the end."""
        raise WasiError(Errno.BADF)

    def writev(self, buffers: Sequence[memoryview]) -> int:
        """Write at the position, advance it, return the number of bytes."""
        raise WasiError(Errno.BADF)

    def preadv(self, buffers: Sequence[memoryview], offset: int) -> int:
        """Read at `offset`; the position stays."""
        raise WasiError(Errno.SPIPE)

    def pwritev(self, buffers: Sequence[memoryview], offset: int) -> int:
        """Write at `offset`; the position stays."""
        raise WasiError(Errno.SPIPE)

    def seek(self, offset: int, whence: int) -> int:
        """Move the position by `os.SEEK_*`, return the new one."""
        raise WasiError(Errno.SPIPE)

    def advise(self, offset: int, size: int, advice: int) -> None:
        """Hint at the access to come (`os.POSIX_FADV_*`)."""
        raise WasiError(Errno.SPIPE)

    def allocate(self, offset: int, size: int) -> None:
        """Make sure that there is space for a range, extend the file if it ends before."""
        raise WasiError(Errno.SPIPE)

    def sync(self, *, data_only: bool) -> None:
        """Have everything written reach the disk."""
        raise WasiError(Errno.INVAL)

    def poll_fd(self) -> int | None:
        """Host descriptor to wait for; None if it is always ready."""
        return None

    def readable_bytes(self) -> int:
        """How much a read would give now, as far as known."""
        return 0


class Directory(Descriptor):
    """A directory. Paths are relative to it and never lead out of it.

    Rights were checked by the caller. `path` is what the guest gave: bytes without NUL.
    """

    __slots__ = ("_preopen_name", "_snapshot", "read_only")
    filetype = FILETYPE_DIRECTORY

    def __init__(self, base: int, inheriting: int, *, read_only: bool, preopen_name: bytes | None = None) -> None:
        mask = rights.READ_ONLY if read_only else -1
        super().__init__(base & rights.DIRECTORY & mask, inheriting & rights.INHERITING & mask)
        self.read_only = read_only
        self._preopen_name = preopen_name
        self._snapshot: list[DirEntry] | None = None

    def refuse(self, missing: int) -> NoReturn:
        """EISDIR for what needs a file, EPERM for what would change a read-only tree, or ENOTCAPABLE."""
        if missing & rights.FILE_ONLY:
            raise WasiError(Errno.ISDIR)
        if missing & rights.SOCKET_ONLY:
            raise WasiError(Errno.NOTSOCK)
        raise WasiError(Errno.PERM if self.read_only and missing & ~rights.READ_ONLY else Errno.NOTCAPABLE)

    @property
    def preopen_name(self) -> bytes | None:
        """Guest path if it is preopened."""
        return self._preopen_name

    def entries(self, start: int) -> list[DirEntry]:
        """The entries from cookie `start` on.

        Cookies count entries of a snapshot taken when reading from 0, so that they stay valid while names come
        and go; as after `rewinddir`, changes are seen when reading starts again.
        """
        if start == 0 or self._snapshot is None:
            self._snapshot = self.read_entries()
        return self._snapshot[start:]

    def read_entries(self) -> list[DirEntry]:
        """All entries now, `.` and `..` first."""
        raise WasiError(Errno.NOTSUP)

    def open_at(self, path: bytes, opening: Opening) -> Descriptor:
        """Open a file or directory below."""
        raise WasiError(Errno.NOTSUP)

    def stat_at(self, path: bytes, *, follow: bool) -> Filestat:
        """Attributes of what is at `path`, or of the link that is there."""
        raise WasiError(Errno.NOTSUP)

    def set_times_at(self, path: bytes, times: Times, *, follow: bool) -> None:
        """Set the times of what is at `path`, or of the link that is there."""
        raise WasiError(Errno.NOTSUP)

    def mkdir(self, path: bytes) -> None:
        """Create a directory."""
        raise WasiError(Errno.NOTSUP)

    def rmdir(self, path: bytes) -> None:
        """Remove an empty directory."""
        raise WasiError(Errno.NOTSUP)

    def unlink(self, path: bytes) -> None:
        """Remove a name that is not a directory's."""
        raise WasiError(Errno.NOTSUP)

    def readlink(self, path: bytes) -> bytes:
        """Target of a symbolic link."""
        raise WasiError(Errno.NOTSUP)

    def symlink(self, target: bytes, path: bytes) -> None:
        """Create a symbolic link at `path`."""
        raise WasiError(Errno.NOTSUP)

    def rename(self, path: bytes, other: Directory, new_path: bytes) -> None:
        """Move to `new_path` below `other`."""
        raise WasiError(Errno.XDEV)

    def link(self, path: bytes, other: Directory, new_path: bytes) -> None:
        """Make a hard link at `new_path` below `other`; a symbolic link itself is linked, not what it names."""
        raise WasiError(Errno.XDEV)


class Opening:
    """How to open: what `path_open` asks for, already limited to what the directory can give."""

    __slots__ = ("base", "fdflags", "follow", "inheriting", "oflags")

    def __init__(self, oflags: int, fdflags: int, *, follow: bool, base: int, inheriting: int) -> None:
        self.oflags = oflags
        self.fdflags = fdflags
        self.follow = follow
        self.base = base
        self.inheriting = inheriting

    @property
    def access(self) -> int:
        """`os.O_RDONLY`, `O_WRONLY` or `O_RDWR`, from the rights asked for."""
        if not self.base & rights.FD_WRITE:
            return os.O_RDONLY
        return os.O_RDWR if self.base & rights.FD_READ else os.O_WRONLY
