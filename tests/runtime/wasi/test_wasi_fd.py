"""Reading, writing, positions, and descriptors as a whole."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wasmjit.runtime.wasi import rights
from wasmjit.runtime.wasi.errno import Errno
from wasmjit.runtime.wasi.memory import IOVECS_MAX

SET, CUR, END = 0, 1, 2
BUFFER, IOVECS, RESULT = 0x8000, 0x100, 8
END_OF_MEMORY = 1 << 17


def test_write_seek_read(guest: Any, root: Path) -> None:
    fd = guest.create("f", b"hello world")
    assert (root / "f").read_bytes() == b"hello world"
    assert guest.seek(fd, 6, SET) == 6
    assert guest.read(fd) == b"world"
    assert guest.read(fd) == b""
    assert guest.seek(fd, -4, CUR) == 7
    assert guest.seek(fd, -11, END) == 0
    assert guest.seek(fd, 100, END) == 111
    assert guest.call("fd_tell", fd, RESULT) == 0
    assert guest.result("Q") == 111


def test_seek_errors(guest: Any) -> None:
    fd = guest.create("f", b"abc")
    assert guest.seek(fd, -1, SET) is Errno.INVAL
    assert guest.seek(fd, 0, 3) is Errno.INVAL
    assert guest.seek(fd, 0, 0xFFFFFFFF) is Errno.INVAL
    assert guest.seek(99, 0, SET) is Errno.BADF
    assert guest.call("fd_seek", fd, 0, SET, END_OF_MEMORY - 7) is Errno.FAULT
    assert guest.seek(fd, 0, CUR) == 3
    assert guest.seek(3, 0, SET) is Errno.ISDIR
    assert guest.seek(0, 0, SET) is Errno.SPIPE


def test_preview_0_numbers_whence_differently(make_guest: Callable[..., Any], root: Path) -> None:
    guest = make_guest("wasi_unstable", dirs={"/": root})
    fd = guest.create("f", b"0123456789")
    cur, end, set = 0, 1, 2
    assert guest.seek(fd, 3, set) == 3
    assert guest.seek(fd, 2, cur) == 5
    assert guest.seek(fd, -1, end) == 9


def test_scatter_and_gather(guest: Any, root: Path) -> None:
    fd = guest.create("f")
    guest.put(BUFFER, b"onetwothree")
    assert guest.call("fd_write", fd, *guest.iovecs(3, 0, 3, 5), RESULT) == 0
    assert guest.result() == 11
    assert (root / "f").read_bytes() == b"onetwothree"
    guest.seek(fd, 0, SET)
    guest.put(BUFFER, b"." * 20)
    assert guest.call("fd_read", fd, *guest.iovecs(2, 4, 10), RESULT) == 0
    assert guest.result() == 11
    assert guest.get(BUFFER, 16) == b"onetwothree....."


def test_no_buffers_and_empty_buffers(guest: Any) -> None:
    fd = guest.create("f", b"abc")
    guest.seek(fd, 0, SET)
    for call in ("fd_read", "fd_write"):
        guest.put(RESULT, b"\xff" * 4)
        assert guest.call(call, fd, *guest.iovecs(), RESULT) == 0
        assert guest.result() == 0
        assert guest.call(call, fd, *guest.iovecs(0), RESULT) == 0
        assert guest.result() == 0


def test_more_buffers_than_the_host_takes_are_a_partial_write(guest: Any, root: Path) -> None:
    fd = guest.create("f")
    count = IOVECS_MAX + 100
    for i in range(count):
        guest.put(IOVECS + 8 * i, struct.pack("<II", BUFFER, 1))
    assert guest.call("fd_write", fd, IOVECS, count, RESULT) == 0
    assert guest.result() == IOVECS_MAX == (root / "f").stat().st_size


@pytest.mark.parametrize(
    ("iovs", "count", "size"),
    [
        (END_OF_MEMORY - 7, 1, RESULT),
        (END_OF_MEMORY, 1, RESULT),
        (0xFFFFFFFF, 1, RESULT),
        (END_OF_MEMORY - 8, 2, RESULT),
        (IOVECS, 0xFFFFFFFF, RESULT),
        (IOVECS, 1, END_OF_MEMORY - 3),
        (IOVECS, 1, 0xFFFFFFFC),
    ],
)
@pytest.mark.parametrize("name", ["fd_read", "fd_write", "fd_pread", "fd_pwrite"])
def test_bad_pointers_change_nothing(guest: Any, root: Path, name: str, iovs: int, count: int, size: int) -> None:
    fd = guest.create("f", b"abc")
    guest.seek(fd, 0, SET)
    guest.iovecs(2)
    before = bytes(guest.memory.bytes)
    offset = [0] if name[3] == "p" else []
    assert guest.call(name, fd, iovs, count, *offset, size) is Errno.FAULT
    assert bytes(guest.memory.bytes) == before
    assert (root / "f").read_bytes() == b"abc"
    assert guest.seek(fd, 0, CUR) == 0


@pytest.mark.parametrize("iovec", [(END_OF_MEMORY - 1, 2), (END_OF_MEMORY + 1, 0), (8, 0xFFFFFFFF), (0xFFFFFFFF, 1)])
@pytest.mark.parametrize("count", [1, 2])
def test_bad_buffers(guest: Any, iovec: tuple[int, int], count: int) -> None:
    fd = guest.create("f", b"abc")
    guest.put(IOVECS, struct.pack("<II", BUFFER, 1) * (count - 1) + struct.pack("<II", *iovec))
    assert guest.call("fd_write", fd, IOVECS, count, RESULT) is Errno.FAULT
    assert guest.call("fd_read", fd, IOVECS, count, RESULT) is Errno.FAULT
    assert guest.seek(fd, 0, CUR) == 3


def test_the_last_bytes_of_memory_can_be_used(guest: Any) -> None:
    fd = guest.create("f", b"xyz")
    guest.seek(fd, 0, SET)
    guest.put(IOVECS, struct.pack("<II", END_OF_MEMORY - 7, 3))
    assert guest.call("fd_read", fd, IOVECS, 1, END_OF_MEMORY - 4) == 0
    assert guest.get(END_OF_MEMORY - 7, 7) == b"xyz" + struct.pack("<I", 3)


def test_pread_and_pwrite_leave_the_position(guest: Any, root: Path) -> None:
    fd = guest.create("f", b"0123456789")
    guest.put(BUFFER, b"ab")
    assert guest.call("fd_pwrite", fd, *guest.iovecs(2), 4, RESULT) == 0
    assert (root / "f").read_bytes() == b"0123ab6789"
    assert guest.call("fd_pread", fd, *guest.iovecs(3), 3, RESULT) == 0
    assert (guest.result(), guest.get(BUFFER, 3)) == (3, b"3ab")
    assert guest.call("fd_pread", fd, *guest.iovecs(3), 1 << 40, RESULT) == 0
    assert guest.result() == 0
    assert guest.seek(fd, 0, CUR) == 10


@pytest.mark.parametrize("offset", [1 << 63, (1 << 64) - 1])
def test_offsets_that_no_file_has(guest: Any, offset: int) -> None:
    fd = guest.create("f", b"abc")
    assert guest.call("fd_pread", fd, *guest.iovecs(1), offset, RESULT) is Errno.INVAL
    assert guest.call("fd_pwrite", fd, *guest.iovecs(1), offset, RESULT) is Errno.INVAL
    assert guest.call("fd_advise", fd, offset, 1, 0) is Errno.INVAL
    assert guest.call("fd_allocate", fd, offset, 1) is Errno.INVAL
    assert guest.call("fd_allocate", fd, 0, offset) is Errno.INVAL
    assert guest.call("fd_filestat_set_size", fd, offset) is Errno.INVAL


@pytest.mark.parametrize("name", ["fd_read", "fd_write", "fd_pread", "fd_pwrite"])
def test_a_directory_has_no_contents(guest: Any, name: str) -> None:
    offset = [0] if name[3] == "p" else []
    assert guest.call(name, 3, *guest.iovecs(1), *offset, RESULT) is Errno.ISDIR


def test_reading_and_writing_need_a_descriptor_opened_for_it(guest: Any, root: Path) -> None:
    (root / "f").write_bytes(b"abc")
    readable = guest.open("f", base=rights.FD_READ)
    writable = guest.open("f", base=rights.FD_WRITE)
    assert guest.write(readable, b"x") is Errno.BADF
    assert guest.read(writable) is Errno.BADF
    assert guest.read(readable) == b"abc"
    assert guest.write(writable, b"X") == 1
    assert guest.read(99) is Errno.BADF
    assert guest.write(0xFFFFFFFF, b"x") is Errno.BADF


def test_append(guest: Any, root: Path) -> None:
    (root / "f").write_bytes(b"abc")
    fd = guest.open("f", fdflags=1, base=(1 << 30) - 1)
    assert guest.write(fd, b"def") == 3
    guest.seek(fd, 0, SET)
    assert guest.write(fd, b"ghi") == 3
    assert (root / "f").read_bytes() == b"abcdefghi"


def test_close_and_numbers(guest: Any) -> None:
    assert [guest.create("a"), guest.create("b"), guest.create("c")] == [4, 5, 6]
    assert guest.call("fd_close", 5) == 0
    assert guest.call("fd_close", 4) == 0
    assert guest.call("fd_close", 5) is Errno.BADF
    assert [guest.open("a"), guest.open("a"), guest.open("a")] == [4, 5, 7]


def test_renumber(guest: Any, root: Path) -> None:
    one, two = guest.create("one", b"1"), guest.create("two", b"2")
    assert guest.call("fd_renumber", one, two) == 0
    assert guest.call("fd_close", one) is Errno.BADF
    guest.write(two, b"x")
    assert (root / "one").read_bytes() == b"1x"
    assert guest.call("fd_renumber", two, one) is Errno.BADF
    assert guest.call("fd_renumber", 99, two) is Errno.BADF
    assert guest.call("fd_renumber", two, two) == 0
    assert guest.write(two, b"y") == 1
    assert guest.open("one") == one


def test_closing_closes_the_hosts_descriptor(guest: Any, open_fds: Callable[[], int]) -> None:
    before = open_fds()
    fds = [guest.create(str(i)) for i in range(10)]
    assert open_fds() == before + 10
    guest.call("fd_renumber", fds[0], fds[1])
    assert open_fds() == before + 9
    for fd in fds[1:]:
        assert guest.call("fd_close", fd) == 0
    assert open_fds() == before


def test_sync(guest: Any) -> None:
    fd = guest.create("f", b"abc")
    for name in ("fd_sync", "fd_datasync"):
        assert guest.call(name, fd) == 0
        assert guest.call(name, 3) == 0
        assert guest.call(name, 99) is Errno.BADF
        assert guest.call(name, 0) is Errno.INVAL


def test_advise(guest: Any) -> None:
    fd = guest.create("f", b"abc")
    for advice in range(6):
        assert guest.call("fd_advise", fd, 0, 0, advice) == 0
    assert guest.call("fd_advise", fd, 0, 0, 6) is Errno.INVAL
    assert guest.call("fd_advise", 3, 0, 0, 0) is Errno.ISDIR
    assert guest.call("fd_advise", 0, 0, 0, 0) is Errno.SPIPE
    assert guest.call("fd_advise", 99, 0, 0, 0) is Errno.BADF


def test_allocate(guest: Any, root: Path) -> None:
    fd = guest.create("f", b"abc")
    assert guest.call("fd_allocate", fd, 0, 100) == 0
    assert (root / "f").read_bytes() == b"abc" + bytes(97)
    assert guest.call("fd_allocate", fd, 10, 10) == 0
    assert (root / "f").stat().st_size == 100
    assert guest.call("fd_allocate", fd, 0, 0) is Errno.INVAL
    assert guest.call("fd_allocate", 3, 0, 1) is Errno.ISDIR
    readable = guest.open("f", base=rights.FD_READ)
    assert guest.call("fd_allocate", readable, 0, 1) is Errno.NOTCAPABLE


def test_a_fifo_in_the_tree(guest: Any, root: Path) -> None:
    os.mkfifo(root / "pipe")
    fd = guest.open("pipe", fdflags=4, base=(1 << 30) - 1)
    assert guest.fdstat(fd)[0] == 0
    assert guest.read(fd) is Errno.AGAIN
    assert guest.write(fd, b"through") == 7
    assert guest.read(fd) == b"through"
    assert guest.seek(fd, 0, SET) is Errno.SPIPE
    assert guest.call("fd_pread", fd, *guest.iovecs(1), 0, RESULT) is Errno.SPIPE
