"""Directories: reading them, and what is preopened."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wasmjit.runtime.wasi.errno import Errno

RESULT, BUFFER = 8, 0x8000
DIRECTORY, REGULAR, LINK = 3, 4, 7
END_OF_MEMORY = 1 << 17


def test_entries_with_types(guest: Any, root: Path) -> None:
    (root / "file").write_bytes(b"")
    (root / "dir").mkdir()
    (root / "link").symlink_to("nowhere")
    os.mkfifo(root / "fifo")
    found = guest.entries(3)
    assert [(name, filetype) for name, filetype, _ in found[:2]] == [(b".", DIRECTORY), (b"..", DIRECTORY)]
    types = {name: filetype for name, filetype, _ in found[2:]}
    assert types == {b"file": REGULAR, b"dir": DIRECTORY, b"link": LINK, b"fifo": 0}


def test_inode_numbers(guest: Any, root: Path) -> None:
    (root / "file").write_bytes(b"")
    assert guest.call("fd_readdir", 3, BUFFER, 4096, 0, RESULT) == 0
    data = guest.get(BUFFER, guest.result())
    inodes = [int.from_bytes(data[at + 8 : at + 16], "little") for at in (0, 24 + 1, 2 * 24 + 3)]
    assert inodes == [root.stat().st_ino, root.stat().st_ino, (root / "file").stat().st_ino]


def test_a_small_buffer_is_filled_and_reading_goes_on(guest: Any, root: Path) -> None:
    names = {f"file{i:03}".encode() for i in range(200)}
    for name in names:
        (root / name.decode()).write_bytes(b"")
    found, cookie = [], 0
    while True:
        part = guest.entries(3, 100, cookie)
        full = guest.result() == 100
        found += [name for name, _, _ in part]
        if not full:
            break
        cookie = part[-1][2]
    assert len(found) == 202
    assert set(found) == names | {b".", b".."}


def test_cookies_survive_changes(guest: Any, root: Path) -> None:
    for i in range(20):
        (root / str(i)).write_bytes(b"")
    first = guest.entries(3, 24 * 10)
    for name, _, _ in first[2:]:
        assert guest.unlink(name) == 0
    (root / "later").write_bytes(b"")
    rest = guest.entries(3, 4096, first[-1][2])
    assert {name for name, _, _ in first + rest} >= {str(i).encode() for i in range(20)}
    assert len(first + rest) == 22
    assert b"later" in [name for name, _, _ in guest.entries(3)]


@pytest.mark.parametrize("cookie", [3, 1000, (1 << 63), (1 << 64) - 1])
def test_cookies_beyond_the_end(guest: Any, cookie: int) -> None:
    assert guest.entries(3, 100, cookie) == []


def test_readdir_errors(guest: Any) -> None:
    fd = guest.create("f")
    assert guest.call("fd_readdir", fd, BUFFER, 10, 0, RESULT) is Errno.NOTDIR
    assert guest.call("fd_readdir", 99, BUFFER, 10, 0, RESULT) is Errno.BADF
    assert guest.call("fd_readdir", 3, END_OF_MEMORY - 9, 10, 0, RESULT) is Errno.FAULT
    assert guest.call("fd_readdir", 3, BUFFER, 0xFFFFFFFF, 0, RESULT) is Errno.FAULT
    assert guest.call("fd_readdir", 3, BUFFER, 10, 0, END_OF_MEMORY - 3) is Errno.FAULT
    assert guest.call("fd_readdir", 3, BUFFER, 0, 0, RESULT) == 0
    assert guest.result() == 0


def test_preopens(make_guest: Callable[..., Any], tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
    guest = make_guest(dirs={"/first": tmp_path / "a", "zwö": tmp_path / "b"})
    for fd, name in [(3, b"/first"), (4, "zwö".encode())]:
        assert guest.call("fd_prestat_get", fd, RESULT) == 0
        assert guest.result("B3xI") == (0, len(name))
        guest.put(BUFFER, bytes(20))
        assert guest.call("fd_prestat_dir_name", fd, BUFFER, len(name)) == 0
        assert guest.get(BUFFER, len(name) + 1) == name + b"\0"
        assert guest.call("fd_prestat_dir_name", fd, BUFFER, len(name) + 5) == 0
        assert guest.call("fd_prestat_dir_name", fd, BUFFER, len(name) - 1) is Errno.NAMETOOLONG
        assert guest.call("fd_prestat_dir_name", fd, END_OF_MEMORY - 1, 100) is Errno.FAULT
        assert guest.call("fd_prestat_get", fd, END_OF_MEMORY - 7) is Errno.FAULT
    opened = guest.open(".")
    for fd in (0, 1, opened, 99):
        assert guest.call("fd_prestat_get", fd, RESULT) is Errno.BADF
        assert guest.call("fd_prestat_dir_name", fd, BUFFER, 10) is Errno.BADF


def test_closing_a_preopen_leaves_what_was_opened_below(guest: Any, root: Path) -> None:
    guest.mkdir("d")
    below = guest.open("d")
    assert guest.call("fd_close", 3) == 0
    assert guest.call("fd_prestat_get", 3, RESULT) is Errno.BADF
    assert not isinstance(guest.open("f", below, oflags=1), Errno)
    assert (root / "d" / "f").exists()


def test_renumbering_over_a_preopen(guest: Any) -> None:
    guest.mkdir("d")
    below = guest.open("d")
    assert guest.call("fd_renumber", below, 3) == 0
    assert guest.entries(3)[2:] == []
    assert guest.call("fd_prestat_get", 3, RESULT) is Errno.BADF
