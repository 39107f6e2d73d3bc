"""A stand-in for a guest: some memory, and the host calls made from Python as the engine would make them."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from wasmjit.runtime.wasi import Wasi, WasiConfig
from wasmjit.runtime.wasi.errno import Errno

MEMORY_BYTES = 1 << 17
RESULT = 8  # where results are put
IOVECS = 0x100
PATHS = 0x1000  # two paths, PATH_ROOM bytes each
PATH_ROOM = 0x2000
BUFFER = 0x8000
ALL = (1 << 64) - 1


class FakeMemory:
    """What host calls use of a MemoryInstance."""

    def __init__(self) -> None:
        self.bytes = bytearray(MEMORY_BYTES)

    def view(self) -> memoryview:
        return memoryview(self.bytes)


class Guest:
    """A caller of host calls. `call` passes raw numbers; the rest puts arguments into memory first.

    What can be compared with an `Errno` is the errno; where a call gives something back, `self.result(...)` reads it.
    """

    def __init__(self, wasi: Wasi, module: str = "wasi_snapshot_preview1") -> None:
        self.wasi = wasi
        self.module = module
        self.memory = FakeMemory()
        self.exports = {"memory": self.memory}
        self.functions = wasi.functions()

    def call(self, name: str, *args: int) -> Errno:
        type, function = self.functions[self.module, name]
        assert len(args) == len(type.params), name
        return Errno(function(self, *map(_signed, args, type.params)))

    # memory

    def put(self, offset: int, data: bytes) -> None:
        self.memory.bytes[offset : offset + len(data)] = data

    def get(self, offset: int, size: int) -> bytes:
        return bytes(self.memory.bytes[offset : offset + size])

    def result(self, format: str = "I") -> Any:
        """What is at RESULT: one number, or a tuple."""
        values = struct.unpack_from(f"<{format}", self.memory.bytes, RESULT)
        return values[0] if len(values) == 1 else values

    def path(self, path: str | bytes, which: int = 0) -> tuple[int, int]:
        """Pointer and length of a path put into memory."""
        data = path.encode() if isinstance(path, str) else path
        assert len(data) <= PATH_ROOM
        self.put(PATHS + which * PATH_ROOM, data)
        return PATHS + which * PATH_ROOM, len(data)

    def iovecs(self, *lengths: int) -> tuple[int, int]:
        """Pointer and count of iovecs for adjacent buffers of those lengths at BUFFER."""
        offset = BUFFER
        for i, length in enumerate(lengths):
            self.put(IOVECS + 8 * i, struct.pack("<II", offset, length))
            offset += length
        return IOVECS, len(lengths)

    # calls

    def open(
        self,
        path: str | bytes,
        fd: int = 3,
        *,
        oflags: int = 0,
        fdflags: int = 0,
        follow: bool = True,
        base: int = ALL & ~(1 << 6),
        inheriting: int = ALL,
    ) -> Errno | int:
        """path_open: the descriptor, or the errno. For reading; `base=ALL` asks for writing too."""
        pointer, length = self.path(path)
        errno = self.call("path_open", fd, int(follow), pointer, length, oflags, base, inheriting, fdflags, RESULT)
        return errno if errno else int(self.result())

    def create(self, path: str, content: bytes = b"", fd: int = 3) -> int:
        """A file open for reading and writing, positioned at its end."""
        opened = self.open(path, fd, oflags=1, base=ALL)
        assert not isinstance(opened, Errno), opened
        if content:
            assert self.write(opened, content) == len(content)
        return opened

    def write(self, fd: int, data: bytes) -> Errno | int:
        """fd_write of one buffer: the bytes taken, or the errno."""
        self.put(BUFFER, data)
        errno = self.call("fd_write", fd, *self.iovecs(len(data)), RESULT)
        return errno if errno else int(self.result())

    def read(self, fd: int, size: int = 1000) -> Errno | bytes:
        """fd_read into one buffer: the bytes, or the errno."""
        errno = self.call("fd_read", fd, *self.iovecs(size), RESULT)
        return errno if errno else self.get(BUFFER, self.result())

    def seek(self, fd: int, delta: int, whence: int) -> Errno | int:
        errno = self.call("fd_seek", fd, delta, whence, RESULT)
        return errno if errno else int(self.result("Q"))

    def stat(self, path: str | bytes, fd: int = 3, *, follow: bool = False) -> Errno | tuple[int, ...]:
        """path_filestat_get: (dev, ino, filetype, nlink, size, atim, mtim, ctim), or the errno."""
        errno = self.call("path_filestat_get", fd, int(follow), *self.path(path), RESULT)
        return errno if errno else self.result("QQB7xQQQQQ")

    def fdstat(self, fd: int) -> Errno | tuple[int, ...]:
        """fd_fdstat_get: (filetype, flags, base, inheriting), or the errno."""
        errno = self.call("fd_fdstat_get", fd, RESULT)
        return errno if errno else self.result("BxH4xQQ")

    def mkdir(self, path: str | bytes, fd: int = 3) -> Errno:
        return self.call("path_create_directory", fd, *self.path(path))

    def rmdir(self, path: str | bytes, fd: int = 3) -> Errno:
        return self.call("path_remove_directory", fd, *self.path(path))

    def unlink(self, path: str | bytes, fd: int = 3) -> Errno:
        return self.call("path_unlink_file", fd, *self.path(path))

    def symlink(self, target: str | bytes, path: str | bytes, fd: int = 3) -> Errno:
        return self.call("path_symlink", *self.path(target), fd, *self.path(path, 1))

    def readlink(self, path: str | bytes, fd: int = 3, size: int = 100) -> Errno | bytes:
        errno = self.call("path_readlink", fd, *self.path(path), BUFFER, size, RESULT)
        return errno if errno else self.get(BUFFER, self.result())

    def rename(self, old: str | bytes, new: str | bytes, fd: int = 3, new_fd: int = 3) -> Errno:
        return self.call("path_rename", fd, *self.path(old), new_fd, *self.path(new, 1))

    def link(self, old: str | bytes, new: str | bytes, fd: int = 3, new_fd: int = 3, lookup: int = 0) -> Errno:
        return self.call("path_link", fd, lookup, *self.path(old), new_fd, *self.path(new, 1))

    def set_times(self, path: str | bytes, atim: int, mtim: int, flags: int, *, follow: bool = False) -> Errno:
        return self.call("path_filestat_set_times", 3, int(follow), *self.path(path), atim, mtim, flags)

    def entries(self, fd: int, size: int = 4096, cookie: int = 0) -> list[tuple[bytes, int, int]]:
        """fd_readdir: (name, filetype, cookie of the next) of the entries that are complete."""
        assert self.call("fd_readdir", fd, BUFFER, size, cookie, RESULT) == Errno.SUCCESS
        data, found = self.get(BUFFER, self.result()), []
        while len(data) >= 24:
            following, _, length, filetype = struct.unpack_from("<QQIB", data)
            if len(data) < 24 + length:
                break
            found.append((data[24 : 24 + length], filetype, following))
            data = data[24 + length :]
        return found


def _signed(value: int, type: object) -> int:
    """As the engine passes it."""
    bits = 32 if str(type) == "i32" else 64
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


@pytest.fixture
def make_guest() -> Iterator[Callable[..., Guest]]:
    """Fixture: makes guests from the settings of a `WasiConfig`, with quiet standard streams."""
    made: list[Wasi] = []

    def make(module: str = "wasi_snapshot_preview1", **settings: Any) -> Guest:
        quiet = {"stdin": b"", "stdout": lambda data: None, "stderr": lambda data: None}
        wasi = Wasi(WasiConfig(**{**quiet, **settings}))
        made.append(wasi)
        return Guest(wasi, module)

    yield make
    for wasi in made:
        wasi.close()


@pytest.fixture(params=["openat2", "walk"])
def resolver(request: pytest.FixtureRequest) -> str:
    """Fixture: both ways of resolving paths."""
    return str(request.param)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Fixture: an empty folder to preopen, with something outside of it that must stay as it is."""
    (tmp_path / "secret").write_text("secret")
    folder = tmp_path / "root"
    folder.mkdir()
    return folder


@pytest.fixture
def guest(make_guest: Callable[..., Guest], resolver: str, root: Path) -> Guest:
    """Fixture: a guest with `root` as descriptor 3, `/`."""
    return make_guest(dirs={"/": root}, resolver=resolver)


@pytest.fixture
def open_fds() -> Callable[[], int]:
    """Fixture: counts the descriptors that this process has open."""
    return lambda: len(os.listdir("/proc/self/fd"))
