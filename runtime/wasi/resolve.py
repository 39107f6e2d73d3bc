"""Opening paths below a directory so that nothing outside of it can be reached, whatever the path says and whatever
happens to the tree meanwhile.

Two ways, same results: the kernel's own check (`openat2` with RESOLVE_BENEATH), and a walk that opens one component
at a time, never lets the kernel follow a symbolic link, and keeps a descriptor of every directory on the way so that
`..` goes back to where it came from. A path that leads out fails with EPERM.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from wasmjit.runtime.wasi.errno import Errno, WasiError
from wasmjit.runtime.wasi.syscalls import O_PATH, has_openat2, openat2_beneath

Resolver = Callable[[int, bytes, int, int], int]
"""`(directory, path, os.O_* flags, mode) -> host descriptor`. Without O_NOFOLLOW a link at the end is followed."""

ENTER = O_PATH | os.O_DIRECTORY
"""Flags to open a directory only in order to start from it."""

MAX_SYMLINKS = 40  # as Linux
MAX_DEPTH = 256  # directories held open by one walk
_ATTEMPTS = 16


def resolve_by_kernel(dir_fd: int, path: bytes, flags: int, mode: int = 0o666) -> int:
    """`Resolver` by openat2. Where the kernel can't decide because something keeps moving, it walks."""
    for _ in range(_ATTEMPTS):
        try:
            return openat2_beneath(dir_fd, path, flags, mode)
        except OSError as error:
            if error.errno == errno.EXDEV:
                raise WasiError(Errno.PERM) from None
            if error.errno not in (errno.EAGAIN, errno.EINTR):
                raise
    return resolve_by_walk(dir_fd, path, flags, mode)


def resolve_by_walk(dir_fd: int, path: bytes, flags: int, mode: int = 0o666) -> int:
    """`Resolver` component by component, for kernels without openat2."""
    walk = _Walk(dir_fd, path, flags | os.O_CLOEXEC, mode)
    try:
        return walk.run()
    finally:
        walk.close()


def default_resolver() -> Resolver:
    """The kernel's check where it has one."""
    return resolve_by_kernel if has_openat2() else resolve_by_walk


@contextmanager
def opened(resolver: Resolver, dir_fd: int, path: bytes, flags: int) -> Iterator[int]:
    """Open, and close at the end of the block."""
    fd = resolver(dir_fd, path, flags, 0)
    try:
        yield fd
    finally:
        os.close(fd)


class _Walk:
    """One walk. `pending` holds the components still to go, the next one last; `must_be_dir` says that something
    after the last one (a slash, `.`) asks for a directory.
    """

    def __init__(self, dir_fd: int, path: bytes, flags: int, mode: int) -> None:
        self.root = dir_fd
        self.held: list[int] = []  # the directories entered, ours to close
        self.flags = flags
        self.mode = mode
        self.links = 0
        self.pending: list[bytes] = []
        self.must_be_dir = False
        self.push(path)

    def close(self) -> None:
        for fd in self.held:
            os.close(fd)

    @property
    def here(self) -> int:
        return self.held[-1] if self.held else self.root

    def push(self, path: bytes) -> None:
        """Put the components of a path, the guest's or a link's target, in front of what is pending."""
        if not path:
            raise WasiError(Errno.NOENT)
        if path.startswith(b"/"):
            raise WasiError(Errno.PERM)
        parts = path.split(b"/")
        if not self.pending and parts[-1] in (b"", b"."):
            self.must_be_dir = True
        self.pending += [part for part in reversed(parts) if part not in (b"", b".")]

    def run(self) -> int:
        while self.pending:
            name = self.pending.pop()
            if name == b"..":
                self.leave()
            elif self.pending:
                self.enter(name)
            else:
                fd = self.open_last(name)
                if fd is not None:
                    return fd
        return os.open(b".", self.flags, self.mode, dir_fd=self.here)

    def leave(self) -> None:
        if not self.held:
            raise WasiError(Errno.PERM)
        os.close(self.held.pop())

    def enter(self, name: bytes) -> None:
        """Go into a directory, or put a link's target in its place."""
        if len(self.held) >= MAX_DEPTH:
            raise WasiError(Errno.NAMETOOLONG)
        try:
            fd = os.open(name, ENTER | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=self.here)
        except OSError as error:
            if not self.expand(name, error):
                raise
            return
        self.held.append(fd)

    def open_last(self, name: bytes) -> int | None:
        """Open the last component; None if it was a link whose target is pending now."""
        flags = self.flags | os.O_NOFOLLOW
        if self.must_be_dir:
            if flags & os.O_CREAT:
                raise WasiError(Errno.ISDIR)
            flags |= os.O_DIRECTORY
        try:
            fd = os.open(name, flags, self.mode, dir_fd=self.here)
        except OSError as error:
            if self.follows_last and self.expand(name, error):
                return None
            raise
        return fd if self.accepts(fd, name) else None

    @property
    def follows_last(self) -> bool:
        if self.flags & os.O_CREAT and self.flags & os.O_EXCL:
            return False
        return self.must_be_dir or not self.flags & os.O_NOFOLLOW

    def accepts(self, fd: int, name: bytes) -> bool:
        """Whether `fd` is not a link, which O_PATH opens as such, that should be followed; if it is, expand it."""
        if not O_PATH or not self.flags & O_PATH or not self.follows_last:
            return True
        if not stat.S_ISLNK(os.fstat(fd).st_mode):
            return True
        os.close(fd)
        error = OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        if not self.expand(name, error):  # it is something else by now
            raise error
        return False

    def expand(self, name: bytes, error: OSError) -> bool:
        """If opening failed because `name` is a link, make its target pending. ELOOP after too many."""
        if error.errno not in (errno.ELOOP, errno.ENOTDIR):
            return False
        try:
            target = os.readlink(name, dir_fd=self.here)
        except OSError:
            return False
        self.links += 1
        if self.links > MAX_SYMLINKS:
            raise WasiError(Errno.LOOP)
        self.push(target)
        return True


def split_path(path: bytes) -> tuple[bytes, bytes, bool]:
    """Parent path, last component, and whether slashes follow it. The parent is empty for the directory itself.

    EPERM for an absolute path, ENOENT for an empty one.
    """
    if path.startswith(b"/"):
        raise WasiError(Errno.PERM)
    if not path:
        raise WasiError(Errno.NOENT)
    stripped = path.rstrip(b"/")
    parent, slash, name = stripped.rpartition(b"/")
    return parent + slash, name, len(stripped) < len(path)


def exists(name: bytes, dir_fd: int) -> bool:
    """Whether the directory has the entry `name`, dangling links included."""
    with suppress(FileNotFoundError):
        os.stat(name, dir_fd=dir_fd, follow_symlinks=False)
        return True
    return False


def resolver_named(name: str) -> Resolver:
    """The one of `WasiConfig.resolver`."""
    return {"openat2": resolve_by_kernel, "walk": resolve_by_walk}.get(name) or default_resolver()
