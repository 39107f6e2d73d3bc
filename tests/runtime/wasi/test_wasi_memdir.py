"""Directories in memory behave as the host's do: the same calls on both have the same outcome."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from wasmjit.runtime.wasi import Preopen, Symlink, VirtualDir
from wasmjit.runtime.wasi.errno import Errno

CREAT, DIRECTORY, EXCL, TRUNC = 1, 2, 4, 8
ALL = (1 << 64) - 1
APPEND = 1

NAMES = ["a", "b", "c", "d", "l", "d/a", "d/b", "d/e", "d/e/f", "l/a", "l/e", "b/c"]
ODD = [".", "..", "d/..", "./d/.", "a/", "d/", "l/", "c/", "", "/", "d/../../a", "a/b", "d//e/", "l/..", "x" * 256]
PATHS = st.one_of(st.sampled_from(NAMES), st.sampled_from(NAMES), st.sampled_from(NAMES + ODD))
TARGETS = st.sampled_from(["a", "d", ".", "..", "d/e", "../a", "l", "nowhere", "d/", "/etc"])
OFLAGS = st.sampled_from([0, 0, CREAT, CREAT | EXCL, CREAT | TRUNC, TRUNC, DIRECTORY, EXCL, DIRECTORY | TRUNC])
SMALL = st.integers(0, 40)
FILES = st.integers(4, 8)

OPERATIONS = st.one_of(
    st.tuples(st.just("open"), PATHS, OFLAGS, st.booleans(), st.booleans(), st.sampled_from([0, 0, APPEND])),
    st.tuples(st.just("mkdir"), PATHS),
    st.tuples(st.just("rmdir"), PATHS),
    st.tuples(st.just("unlink"), PATHS),
    st.tuples(st.just("symlink"), TARGETS, PATHS),
    st.tuples(st.just("readlink"), PATHS),
    st.tuples(st.just("rename"), PATHS, PATHS),
    st.tuples(st.just("link"), PATHS, PATHS),
    st.tuples(st.just("stat"), PATHS, st.booleans()),
    st.tuples(st.just("times"), PATHS, SMALL, SMALL, st.booleans()),
    st.tuples(st.just("write"), FILES, st.binary(max_size=20)),
    st.tuples(st.just("read"), FILES, SMALL),
    st.tuples(st.just("seek"), FILES, st.integers(-30, 30), st.integers(0, 2)),
    st.tuples(st.just("fd_pwrite"), FILES, SMALL),
    st.tuples(st.just("fd_pread"), FILES, SMALL),
    st.tuples(st.just("fd_filestat_set_size"), FILES, SMALL),
    st.tuples(st.just("fd_allocate"), FILES, SMALL, SMALL),
    st.tuples(st.just("fd_close"), FILES),
    st.tuples(st.just("entries"), st.just(3)),
)


def perform(guest: Any, operation: tuple[Any, ...]) -> object:
    """Do it; everything that the guest can see of the outcome, and that does not depend on the host."""
    name, *args = operation
    match name:
        case "open":
            path, oflags, follow, writing, fdflags = args
            base = ALL if writing else ALL & ~(1 << 6)
            return guest.open(path, oflags=oflags, follow=follow, base=base, fdflags=fdflags)
        case "stat":
            return visible(guest.stat(args[0], follow=args[1]))
        case "times":
            path, atim, mtim, follow = args
            return guest.set_times(path, atim, mtim, 5, follow=follow), visible(guest.stat(path, follow=follow))
        case "fd_pwrite" | "fd_pread":
            errno = guest.call(name, args[0], *guest.iovecs(7, 5), args[1], 8)
            return errno or (guest.result(), guest.get(0x8000, guest.result()))
        case "fd_filestat_set_size" | "fd_allocate" | "fd_close":
            return guest.call(name, *args)
        case "entries":
            return [entry[:2] for entry in guest.entries(3)]
        case _:
            return getattr(guest, name)(*args)


def visible(stat: Any) -> object:
    """File type, names, size; a directory's size is the host's own affair."""
    if isinstance(stat, Errno):
        return stat
    _, _, filetype, nlink, size, *_ = stat
    return (filetype, nlink, size) if filetype != 3 else filetype


def folder_contents(folder: Path) -> dict[str, object]:
    found: dict[str, object] = {}
    for path in folder.iterdir():
        if path.is_symlink():
            found[path.name] = Symlink(os.readlink(path))
        else:
            found[path.name] = folder_contents(path) if path.is_dir() else path.read_bytes()
    return found


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(operations=st.lists(OPERATIONS, min_size=5, max_size=40))
@example(operations=[("mkdir", "c"), ("symlink", "c", "l2"), ("rename", "l2", "c/x"), ("stat", "c/x", False)])
@example(
    operations=[("open", "d", 0, True, False, 0), ("rmdir", "d/e"), ("rename", "d", "d/b"), ("rename", "d/a", "d")]
)
def test_the_same_as_on_the_host(
    operations: list[tuple[Any, ...]], make_guest: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    start = {"a": b"0123456789", "d": {"a": b"inner", "e": {}}, "b": b""}
    root = tmp_path_factory.mktemp("same")
    (root / "d" / "e").mkdir(parents=True)
    (root / "a").write_bytes(b"0123456789")
    (root / "d" / "a").write_bytes(b"inner")
    (root / "b").write_bytes(b"")
    tree = VirtualDir(start)
    host, memory = make_guest(dirs={"/": root}), make_guest(dirs={"/": tree})
    for number, operation in enumerate(operations):
        assert perform(memory, operation) == perform(host, operation), (number, operation)
    assert tree.contents() == folder_contents(root)
    host.wasi.close()
    memory.wasi.close()


@pytest.fixture
def tree() -> VirtualDir:
    return VirtualDir({"a.txt": b"text", "sub": {"b": b"inner"}, "link": Symlink("a.txt")})


@pytest.fixture
def guest(make_guest: Callable[..., Any], tree: VirtualDir) -> Any:
    return make_guest(dirs={"/data": tree}, frozen_clock_ns=1000)


def test_contents_come_back(guest: Any, tree: VirtualDir) -> None:
    assert guest.write(guest.create("new"), b"made") == 4
    assert guest.unlink("sub/b") == 0
    assert tree.contents() == {"a.txt": b"text", "sub": {}, "link": Symlink("a.txt"), "new": b"made"}
    assert repr(tree).startswith("<VirtualDir of 4 entries")


def test_a_plain_mapping_is_a_private_copy(make_guest: Callable[..., Any]) -> None:
    contents = {"a": b"text"}
    one, two = (make_guest(dirs={"/": contents}) for _ in range(2))
    assert one.write(one.create("a"), b"more") == 4
    assert two.read(two.open("a")) == b"text"
    assert contents == {"a": b"text"}


def test_read_only(make_guest: Callable[..., Any], tree: VirtualDir) -> None:
    guest = make_guest(dirs=[Preopen(tree, "/data", read_only=True)])
    assert guest.read(guest.open("a.txt")) == b"text"
    assert guest.open("a.txt", base=ALL) is Errno.PERM
    assert guest.open("new", oflags=CREAT) is Errno.PERM
    assert [guest.mkdir("n"), guest.unlink("a.txt"), guest.rename("a.txt", "b")] == [Errno.PERM] * 3
    assert guest.set_times("a.txt", 1, 1, 5) is Errno.PERM
    assert tree.contents()["a.txt"] == b"text"


def test_times_are_the_guests(guest: Any) -> None:
    assert guest.stat("a.txt")[5:] == (0, 0, 0)
    fd = guest.create("a.txt")
    assert guest.write(fd, b"x") == 1
    assert guest.stat("a.txt")[6:] == (1000, 1000)
    assert guest.read(guest.open("a.txt")) == b"xext"
    assert guest.stat("a.txt")[5] == 1000
    assert guest.set_times("a.txt", 5, 6, 5) == 0
    assert guest.stat("a.txt")[5:] == (5, 6, 1000)
    assert guest.call("fd_filestat_set_times", fd, 0, 7, 4) == 0
    assert guest.stat("a.txt")[5:7] == (5, 7)
    assert guest.set_times("a.txt", 0, 0, 10) == 0
    assert guest.stat("a.txt")[5:7] == (1000, 1000)


def test_a_removed_file_lives_on_until_it_is_closed(guest: Any, tree: VirtualDir) -> None:
    before = tree.used_bytes
    fd = guest.open("a.txt")
    assert guest.unlink("a.txt") == 0
    assert guest.read(fd) == b"text"
    assert tree.used_bytes == before
    guest.call("fd_close", fd)
    assert tree.used_bytes == before - 512 - 4


def test_room_is_bounded(make_guest: Callable[..., Any]) -> None:
    tree = VirtualDir(max_bytes=10_000)
    guest = make_guest(dirs={"/": tree})
    fd = guest.create("a")
    assert guest.call("fd_filestat_set_size", fd, 1 << 40) is Errno.NOSPC
    assert guest.call("fd_allocate", fd, 1 << 50, 1) is Errno.NOSPC
    assert guest.call("fd_allocate", fd, (1 << 63) - 1, 1) is Errno.FBIG
    assert guest.call("fd_pwrite", fd, *guest.iovecs(1), (1 << 63) - 1, 8) is Errno.FBIG
    assert guest.call("fd_pwrite", fd, *guest.iovecs(1), 1 << 40, 8) is Errno.NOSPC
    assert guest.write(fd, bytes(9000)) is Errno.NOSPC
    assert guest.write(fd, bytes(8000)) == 8000
    assert guest.mkdir("d") == 0
    assert guest.mkdir("e") is Errno.NOSPC
    assert guest.symlink("t", "l") is Errno.NOSPC
    assert guest.open("b", oflags=CREAT) is Errno.NOSPC
    assert guest.unlink("a") == guest.call("fd_close", fd) == 0
    assert guest.mkdir("e") == 0
    with pytest.raises(ValueError, match="more than 100 bytes"):
        VirtualDir({"a": b""}, max_bytes=100)


def test_positions(guest: Any) -> None:
    fd = guest.open("a.txt", base=ALL)
    assert guest.seek(fd, -1, 0) is Errno.INVAL
    assert guest.seek(fd, (1 << 63) - 1, 2) is Errno.OVERFLOW
    assert guest.seek(fd, 2, 0) == 2
    assert guest.read(fd) == b"xt"
    assert guest.call("fd_tell", fd, 8) == 0 and guest.result("Q") == 4
    assert guest.call("fd_advise", fd, 0, 10, 3) == guest.call("fd_sync", fd) == guest.call("fd_datasync", fd) == 0
    assert guest.call("fd_fdstat_set_flags", fd, APPEND) == 0
    assert guest.call("fd_fdstat_set_flags", fd, 2) is Errno.NOTSUP
    assert guest.fdstat(fd)[:2] == (4, APPEND)
    assert guest.seek(fd, 0, 0) == 0
    assert guest.write(fd, b"!") == 1
    assert guest.seek(fd, 0, 1) == 5
    reading = guest.open("a.txt")
    assert guest.call("fd_filestat_set_size", reading, 1) is Errno.INVAL
    assert guest.call("fd_allocate", reading, 1, 1) is Errno.BADF
    assert guest.call("fd_allocate", reading, 1, 0) is Errno.INVAL


def test_nothing_moves_between_trees(make_guest: Callable[..., Any], tree: VirtualDir, tmp_path: Path) -> None:
    guest = make_guest(dirs={"/one": tree, "/two": {"x": b""}, "/again": tree, "/host": tmp_path})
    assert guest.rename("a.txt", "a", 3, 4) is Errno.XDEV
    assert guest.link("a.txt", "a", 3, 4) is Errno.XDEV
    assert guest.rename("a.txt", "a", 3, 6) is guest.rename("x", "x", 6, 3) is Errno.XDEV
    assert guest.rename("a.txt", "moved", 3, 5) == 0
    devices = [guest.stat(name, fd)[0] for name, fd in (("moved", 3), ("x", 4), ("moved", 5))]
    assert devices[0] == devices[2] != devices[1]


def test_a_removed_directory_takes_nothing(guest: Any) -> None:
    fd = guest.open("sub")
    assert guest.unlink("sub/b") == guest.rmdir("sub") == 0
    assert guest.mkdir("x", fd) is guest.open("x", fd, oflags=CREAT) is Errno.NOENT
    assert guest.symlink("t", "x", fd) is guest.rename("a.txt", "x", 3, fd) is Errno.NOENT
    assert guest.link("a.txt", "x", 3, fd) is Errno.NOENT
    assert [name for name, *_ in guest.entries(fd)] == [b".", b".."]


def test_nesting_is_not_bounded_by_pythons_stack(make_guest: Callable[..., Any]) -> None:
    tree = VirtualDir()
    guest = make_guest(dirs={"/": tree})
    fd = 3
    for _ in range(5000):
        assert guest.mkdir("d", fd) == 0
        below = guest.open("d", fd)
        if fd != 3:
            guest.call("fd_close", fd)
        fd = below
    contents, depth = tree.contents(), 0
    while contents:
        contents, depth = contents["d"], depth + 1  # type: ignore[assignment]
    assert depth == 5000
    guest.wasi.close()
    del guest


def test_two_guests_at_once(make_guest: Callable[..., Any]) -> None:
    tree = VirtualDir({"f": b""})
    errors: list[BaseException] = []

    def work(guest: Any, name: str) -> None:
        try:
            for _ in range(200):
                fd = guest.create(name)
                guest.write(fd, b"12345")
                guest.call("fd_close", fd)
                guest.rename(name, "shared")
                guest.stat("shared")
                guest.unlink("shared")
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(make_guest(dirs={"/": tree}), name)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert tree.contents().keys() <= {"f", "shared"}
    assert tree.used_bytes == 512 * (1 + len(tree.contents())) + 5 * ("shared" in tree.contents())


@pytest.mark.parametrize(
    ("contents", "error"),
    [
        ({"a": "text"}, TypeError),
        ({b"a": b""}, TypeError),
        ([], None),
        (["a"], TypeError),
        ({"": b""}, ValueError),
        ({"../a": b""}, ValueError),
        ({"a/": b""}, ValueError),
        ({"a\0": b""}, ValueError),
        ({"x" * 256: b""}, ValueError),
        ({"a": b"", "a/b": b""}, ValueError),
        ({"a": Symlink("")}, ValueError),
        ({"a/b": b"", "a": {"b": b""}}, ValueError),
    ],
)
def test_contents_that_can_not_be(contents: Any, error: type[Exception] | None) -> None:
    if error is None:
        assert VirtualDir(contents).contents() == {}
    else:
        with pytest.raises(error):
            VirtualDir(contents)


def test_paths_as_names() -> None:
    tree = VirtualDir({"a/b/c": b"1", "a/d": {"e": bytearray(b"2")}, "a/b": {"f": memoryview(b"3")}})
    assert tree.contents() == {"a": {"b": {"c": b"1", "f": b"3"}, "d": {"e": b"2"}}}
