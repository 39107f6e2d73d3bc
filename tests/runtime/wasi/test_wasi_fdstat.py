"""Attributes, flags and rights of descriptors."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wasmjit.runtime.wasi import rights
from wasmjit.runtime.wasi.errno import Errno

APPEND, DSYNC, NONBLOCK, RSYNC, SYNC = 1, 2, 4, 8, 16
DIRECTORY, REGULAR = 3, 4
RESULT = 8
END_OF_MEMORY = 1 << 17


def test_fdstat_of_a_directory(guest: Any) -> None:
    filetype, flags, base, inheriting = guest.fdstat(3)
    assert (filetype, flags) == (DIRECTORY, 0)
    assert base == rights.DIRECTORY
    assert inheriting == rights.INHERITING
    assert not base & (rights.FD_SEEK | rights.FD_READ | rights.FD_WRITE | rights.FD_FILESTAT_SET_SIZE)


def test_fdstat_of_a_file(guest: Any) -> None:
    fd = guest.create("f")
    filetype, flags, base, inheriting = guest.fdstat(fd)
    assert (filetype, flags, inheriting) == (REGULAR, 0, 0)
    assert base == rights.FILE


def test_a_descriptor_has_the_rights_that_were_asked_for(guest: Any) -> None:
    asked = rights.FD_READ | rights.FD_TELL | rights.PATH_OPEN
    guest.create("f")
    assert guest.fdstat(guest.open("f", base=asked))[2] == rights.FD_READ | rights.FD_TELL
    guest.mkdir("d")
    opened = guest.open("d", base=asked, inheriting=rights.FD_READ)
    assert guest.fdstat(opened)[2:] == (rights.PATH_OPEN, rights.FD_READ)


def test_rights_are_passed_on_and_never_grow(guest: Any) -> None:
    guest.mkdir("d")
    directory = guest.open("d", base=rights.DIRECTORY, inheriting=rights.FD_READ | rights.FD_SEEK)
    fd = guest.open("f", directory, oflags=1, base=rights.FILE & ~rights.FD_WRITE)
    assert guest.fdstat(fd)[2] == rights.FD_READ | rights.FD_SEEK
    assert guest.open("f", directory, base=rights.FD_WRITE) is Errno.NOTCAPABLE


def test_giving_up_rights(guest: Any) -> None:
    fd = guest.create("f", b"abc")
    kept = rights.FD_SEEK | rights.FD_TELL
    assert guest.call("fd_fdstat_set_rights", fd, kept, 0) == 0
    assert guest.fdstat(fd)[2:] == (kept, 0)
    assert guest.read(fd) is Errno.BADF
    assert guest.write(fd, b"x") is Errno.BADF
    assert guest.call("fd_sync", fd) is Errno.NOTCAPABLE
    assert guest.call("fd_filestat_get", fd, RESULT) is Errno.NOTCAPABLE
    assert guest.seek(fd, 0, 0) == 0
    assert guest.call("fd_fdstat_set_rights", fd, kept | rights.FD_READ, 0) is Errno.NOTCAPABLE
    assert guest.call("fd_fdstat_set_rights", fd, kept, 1) is Errno.NOTCAPABLE
    assert guest.call("fd_fdstat_set_rights", 99, 0, 0) is Errno.BADF


def test_a_directory_without_rights(guest: Any) -> None:
    assert guest.call("fd_fdstat_set_rights", 3, 0, 0) == 0
    refused = [
        guest.open("f"),
        guest.mkdir("d"),
        guest.rmdir("d"),
        guest.unlink("f"),
        guest.stat("f"),
        guest.readlink("f"),
        guest.symlink("f", "l"),
        guest.link("f", "l"),
        guest.rename("f", "l"),
        guest.set_times("f", 0, 0, 1),
        guest.call("fd_readdir", 3, 0, 0, 0, RESULT),
        guest.call("fd_filestat_get", 3, RESULT),
    ]
    assert refused == [Errno.NOTCAPABLE] * len(refused)


def test_telling_the_position_needs_less_than_moving_it(guest: Any) -> None:
    guest.create("f", b"abc")
    fd = guest.open("f", base=rights.FD_TELL)
    assert guest.seek(fd, 0, 1) == 0
    assert guest.call("fd_tell", fd, RESULT) == 0
    assert guest.seek(fd, 1, 1) is Errno.NOTCAPABLE
    assert guest.seek(fd, 0, 0) is Errno.NOTCAPABLE
    fd = guest.open("f", base=rights.FD_SEEK)
    assert guest.call("fd_tell", fd, RESULT) == 0


def test_truncating_needs_a_right_on_the_directory(guest: Any, root: Path) -> None:
    guest.create("f", b"abc")
    base = rights.DIRECTORY & ~rights.PATH_FILESTAT_SET_SIZE
    assert guest.call("fd_fdstat_set_rights", 3, base, rights.INHERITING) == 0
    assert guest.open("f", oflags=8) is Errno.NOTCAPABLE
    assert (root / "f").read_bytes() == b"abc"


@pytest.mark.parametrize(
    ("opened", "shown"), [(APPEND, APPEND), (NONBLOCK, NONBLOCK), (SYNC, DSYNC | RSYNC | SYNC), (DSYNC, DSYNC)]
)
def test_flags_of_opening_are_shown(guest: Any, opened: int, shown: int) -> None:
    fd = guest.open("f", oflags=1, fdflags=opened, base=(1 << 64) - 1)
    assert guest.fdstat(fd)[1] == shown


def test_flags_can_change(guest: Any, root: Path) -> None:
    fd = guest.create("f", b"abc")
    assert guest.call("fd_fdstat_set_flags", fd, APPEND | NONBLOCK) == 0
    assert guest.fdstat(fd)[1] == APPEND | NONBLOCK
    guest.seek(fd, 0, 0)
    guest.write(fd, b"def")
    assert guest.call("fd_fdstat_set_flags", fd, 0) == 0
    assert guest.fdstat(fd)[1] == 0
    guest.seek(fd, 0, 0)
    guest.write(fd, b"X")
    assert (root / "f").read_bytes() == b"Xbcdef"
    assert guest.call("fd_fdstat_set_flags", fd, SYNC) is Errno.NOTSUP
    assert guest.call("fd_fdstat_set_flags", fd, 32) is Errno.INVAL
    assert guest.call("fd_fdstat_set_flags", 99, 0) is Errno.BADF
    assert guest.call("fd_fdstat_set_flags", 3, 0) == 0


def test_filestat(guest: Any, root: Path) -> None:
    fd = guest.create("f", b"abc")
    os.link(root / "f", root / "other")
    assert guest.call("fd_filestat_get", fd, RESULT) == 0
    host = (root / "f").stat()
    expected = (host.st_dev, host.st_ino, REGULAR, 2, 3, host.st_atime_ns, host.st_mtime_ns, host.st_ctime_ns)
    assert guest.result("QQB7xQQQQQ") == expected
    assert guest.call("fd_filestat_get", 3, RESULT) == 0
    assert guest.result("QQB7xQQQQQ")[1:3] == (root.stat().st_ino, DIRECTORY)
    assert guest.call("fd_filestat_get", fd, END_OF_MEMORY - 63) is Errno.FAULT
    assert guest.call("fd_filestat_get", fd, END_OF_MEMORY - 64) == 0


def test_filestat_of_preview_0(make_guest: Callable[..., Any], root: Path) -> None:
    guest = make_guest("wasi_unstable", dirs={"/": root})
    fd = guest.create("f", b"abc")
    host = (root / "f").stat()
    expected = (host.st_dev, host.st_ino, REGULAR, 1, 3, host.st_atime_ns, host.st_mtime_ns, host.st_ctime_ns)
    assert guest.call("fd_filestat_get", fd, RESULT) == 0
    assert guest.result("QQB3xIQQQQ") == expected
    assert guest.call("path_filestat_get", 3, 0, *guest.path("f"), RESULT) == 0
    assert guest.result("QQB3xIQQQQ") == expected


def test_set_size(guest: Any, root: Path) -> None:
    fd = guest.create("f", b"abcdef")
    assert guest.call("fd_filestat_set_size", fd, 2) == 0
    assert (root / "f").read_bytes() == b"ab"
    assert guest.call("fd_filestat_set_size", fd, 4) == 0
    assert (root / "f").read_bytes() == b"ab\0\0"
    assert guest.call("fd_filestat_set_size", 3, 0) is Errno.ISDIR
    assert guest.call("fd_filestat_set_size", 99, 0) is Errno.BADF
    readable = guest.open("f", base=rights.FD_READ | rights.FD_FILESTAT_SET_SIZE)
    assert guest.call("fd_filestat_set_size", readable, 0) is Errno.INVAL


ATIM, ATIM_NOW, MTIM, MTIM_NOW = 1, 2, 4, 8


def test_set_times(guest: Any, root: Path) -> None:
    fd = guest.create("f")

    def times() -> tuple[int, int]:
        host = (root / "f").stat()
        return host.st_atime_ns, host.st_mtime_ns

    assert guest.call("fd_filestat_set_times", fd, 1_000_000_001, 2_000_000_002, ATIM | MTIM) == 0
    assert times() == (1_000_000_001, 2_000_000_002)
    assert guest.call("fd_filestat_set_times", fd, 5, 6, MTIM) == 0
    assert times() == (1_000_000_001, 6)
    assert guest.call("fd_filestat_set_times", fd, 5, 6, 0) == 0
    assert times() == (1_000_000_001, 6)
    earlier = time.time_ns() - 10**9
    assert guest.call("fd_filestat_set_times", fd, 5, 6, ATIM_NOW) == 0
    assert times()[0] > earlier
    assert times()[1] == 6
    assert guest.call("fd_filestat_set_times", 3, 7, 8, ATIM | MTIM) == 0
    assert root.stat().st_mtime_ns == 8


@pytest.mark.parametrize("flags", [ATIM | ATIM_NOW, MTIM | MTIM_NOW, 16, 0xFFFFFFFF])
def test_contradicting_times(guest: Any, root: Path, flags: int) -> None:
    fd = guest.create("f")
    before = (root / "f").stat().st_mtime_ns
    assert guest.call("fd_filestat_set_times", fd, 1, 1, flags) is Errno.INVAL
    assert guest.set_times("f", 1, 1, flags) is Errno.INVAL
    assert (root / "f").stat().st_mtime_ns == before


def test_times_beyond_what_the_host_has(guest: Any) -> None:
    fd = guest.create("f")
    assert guest.call("fd_filestat_set_times", fd, (1 << 64) - 1, (1 << 63), ATIM | MTIM) == 0
