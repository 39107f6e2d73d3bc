"""Nothing outside of a preopened directory can be reached, by any spelling, by either resolver."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from wasmjit.runtime.wasi.errno import Errno, WasiError
from wasmjit.runtime.wasi.resolve import MAX_DEPTH, MAX_SYMLINKS, default_resolver, resolve_by_kernel, resolve_by_walk
from wasmjit.runtime.wasi.syscalls import O_PATH, has_openat2

CREAT = 1
ALL = (1 << 64) - 1


@pytest.fixture(autouse=True)
def traps(root: Path) -> None:
    """Links that lead out, in every way."""
    outside = root.parent
    (root / "dir" / "deep").mkdir(parents=True)
    (root / "up").symlink_to("..")
    (root / "up_file").symlink_to("../secret")
    (root / "dir" / "up_up").symlink_to("../..")
    (root / "absolute").symlink_to(outside)
    (root / "absolute_file").symlink_to(outside / "secret")
    (root / "absolute_inside").symlink_to(root / "dir")
    (root / "via").symlink_to("dir/up_up/secret")
    (root / "chain").symlink_to("up_file")
    (root / "dotted").symlink_to("dir/deep/../../../secret")
    (root / "to_create").symlink_to("../created")
    (root / "proc").symlink_to("/proc/self/root")


ESCAPES = [
    "..",
    "../",
    "../secret",
    "./../secret",
    "dir/../../secret",
    "dir/deep/../../../secret",
    "dir//..//..//secret",
    "../root/dir",
    "/",
    "/etc/passwd",
    "//etc/passwd",
    "up",
    "up/",
    "up/.",
    "up/secret",
    "up/root",
    "up/root/dir",
    "up_file",
    "dir/up_up",
    "dir/up_up/secret",
    "absolute",
    "absolute/",
    "absolute/secret",
    "absolute_file",
    "absolute_inside",
    "absolute_inside/deep",
    "via",
    "chain",
    "dotted",
    "proc/etc/passwd",
]


@pytest.mark.parametrize("path", ESCAPES)
def test_opening(guest: Any, path: str) -> None:
    for flags in ({}, {"oflags": CREAT}, {"oflags": CREAT, "base": ALL}, {"oflags": 2}, {"oflags": 8}):
        # a slash or dot that makes no sense may be noticed first
        assert guest.open(path, **flags) in (Errno.PERM, Errno.ISDIR)
    assert guest.open(path) is Errno.PERM


@pytest.mark.parametrize("path", ESCAPES)
def test_looking_through_links(guest: Any, path: str) -> None:
    assert guest.stat(path, follow=True) is Errno.PERM
    assert guest.set_times(path, 1, 1, 4, follow=True) is Errno.PERM


@pytest.mark.parametrize("path", ESCAPES)
def test_names_below(guest: Any, root: Path, path: str) -> None:
    below = f"{path}/new"
    expected = (Errno.PERM, Errno.NOTDIR)  # a file's name with something below it
    assert guest.mkdir(below) in expected
    assert guest.symlink("x", below) in expected
    assert guest.link("dir/file", below) in (*expected, Errno.NOENT)
    assert guest.rename("dir/deep", below) in expected
    assert guest.unlink(f"{path}/secret") in expected
    assert guest.rmdir(f"{path}/root") in expected
    assert guest.rename(f"{path}/secret", "stolen") in expected
    assert guest.link(f"{path}/secret", "stolen") in expected
    assert guest.readlink(f"{path}/secret") in expected
    assert guest.stat(f"{path}/secret") in expected
    assert guest.set_times(f"{path}/secret", 1, 1, 4) in expected
    assert not (root / "stolen").exists()


@pytest.mark.parametrize("path", [path for path in ESCAPES if path.endswith("/") or path.startswith(("/", ".."))])
def test_slashes_do_not_make_the_kernel_follow(guest: Any, path: str) -> None:
    for result in (
        guest.stat(path),
        guest.set_times(path, 1, 1, 4),
        guest.mkdir(path),
        guest.rename(path, "stolen"),
        guest.link(path, "stolen"),
        guest.rename("dir", path),
    ):
        assert result in (Errno.PERM, Errno.EXIST, Errno.NOTDIR, Errno.BUSY)
    assert guest.rmdir(path) in (Errno.PERM, Errno.NOTDIR)
    assert guest.unlink(path) in (Errno.PERM, Errno.NOTDIR)
    assert guest.readlink(path) in (Errno.PERM, Errno.INVAL)


@pytest.fixture(autouse=True)
def nothing_changes_outside(root: Path, traps: None) -> Iterator[None]:
    """After every test, what is outside is as it was."""
    before = (root.parent / "secret").stat().st_mtime_ns
    yield
    assert sorted(os.listdir(root.parent)) == ["root", "secret"]
    assert (root.parent / "secret").read_text() == "secret"
    assert (root.parent / "secret").stat().st_mtime_ns == before


def test_a_dangling_link_does_not_create_outside(guest: Any) -> None:
    assert guest.open("to_create", oflags=CREAT, base=ALL) is Errno.PERM
    assert guest.mkdir("to_create") is Errno.EXIST
    assert guest.mkdir("to_create/") is Errno.EXIST


def test_links_themselves_can_be_handled(guest: Any, root: Path) -> None:
    assert guest.stat("up_file")[2] == 7
    assert guest.readlink("up_file") == b"../secret"
    assert guest.rename("up_file", "dir/up_file") == 0
    assert guest.link("up", "up_too") == 0
    assert guest.set_times("up_too", 1, 1, 4) == 0
    assert guest.unlink("up") == 0
    assert os.readlink(root / "up_too") == ".."


def test_a_directory_opened_below_is_a_root_of_its_own(guest: Any) -> None:
    deep = guest.open("dir/deep")
    assert guest.open("..", deep) is Errno.PERM
    assert guest.open("../deep", deep) is Errno.PERM
    assert guest.mkdir("../x", deep) is Errno.PERM
    assert guest.symlink("..", "parent", deep) == 0
    assert guest.open("parent", deep) is Errno.PERM
    assert not isinstance(guest.open("dir/deep/parent", 3), Errno)


def test_symlink_limit(guest: Any, root: Path) -> None:
    (root / "l0").symlink_to("dir")
    for i in range(1, MAX_SYMLINKS + 1):
        (root / f"l{i}").symlink_to(f"l{i - 1}")
    assert not isinstance(guest.open(f"l{MAX_SYMLINKS - 1}"), Errno)
    assert guest.open(f"l{MAX_SYMLINKS}") is Errno.LOOP


def test_long_paths(guest: Any) -> None:
    for i in range(MAX_DEPTH // 2):
        assert guest.mkdir("d/" * i + "d") == 0
    assert not isinstance(guest.open("d/" * (MAX_DEPTH // 2)), Errno)
    assert guest.open("d/" * 4096) is Errno.NAMETOOLONG
    dots = "./" * 2040 + "dir"
    assert not isinstance(guest.open(dots), Errno)
    assert guest.open("dir/../" * 580 + "dir") != Errno.NAMETOOLONG


def test_deep_walks_hold_a_limited_number_of_descriptors(root: Path, open_fds: Callable[[], int]) -> None:
    fd = os.open(root, os.O_RDONLY)
    here = os.dup(fd)
    for _ in range(MAX_DEPTH + 2):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    before = open_fds()
    with pytest.raises(WasiError, match="NAMETOOLONG"):
        resolve_by_walk(fd, b"d/" * (MAX_DEPTH + 2), O_PATH)
    opened = resolve_by_walk(fd, b"d/" * MAX_DEPTH, O_PATH)
    assert open_fds() == before + 1
    os.close(opened)
    os.close(fd)


def test_walking_is_the_fallback(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    has_openat2.cache_clear()
    monkeypatch.setattr("wasmjit.runtime.wasi.syscalls._NR_OPENAT2", 100_000)
    assert default_resolver() is resolve_by_walk
    has_openat2.cache_clear()
    monkeypatch.undo()
    if has_openat2():
        assert default_resolver() is resolve_by_kernel


def test_the_kernel_gives_up_and_the_walk_takes_over(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    attempts = []

    def undecided(*args: object) -> int:
        attempts.append(args)
        raise BlockingIOError(11, "try again")

    monkeypatch.setattr("wasmjit.runtime.wasi.resolve.openat2_beneath", undecided)
    fd = os.open(root, os.O_RDONLY)
    try:
        os.close(resolve_by_kernel(fd, b"dir/deep", O_PATH))
        with pytest.raises(WasiError, match="PERM"):
            resolve_by_kernel(fd, b"up_file", os.O_RDONLY)
    finally:
        os.close(fd)
    assert len(attempts) > 2


# Races: another process swaps things under the guest's feet.

SWAPPER = """
import ctypes, sys
libc = ctypes.CDLL(None, use_errno=True)
one, two = (path.encode() for path in sys.argv[1:])
sys.stdout.write("."); sys.stdout.flush()
for count in range(int(1e9)):
    if libc.renameat2(-100, one, -100, two, 2):  # RENAME_EXCHANGE: one of them is always there
        sys.exit(f"errno {ctypes.get_errno()}")
    if not count % 64 and select.select([0], [], [], 0)[0]:
        break
print(count)
""".replace("import ctypes", "import select, ctypes")
RACE_SWAPS = 10_000
RACE_LIMIT_S = 60


@contextmanager
def swapping(one: Path, two: Path) -> Iterator[Callable[[], int]]:
    """Swap two names all the time. The function that it gives stops that and tells how often it was done."""
    command = [sys.executable, "-c", SWAPPER, str(one), str(two)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.read(1) == "."

        def stop() -> int:
            return int(process.communicate("stop")[0])

        try:
            yield stop
        finally:
            process.kill()


def race(one: Path, two: Path, attempt: Callable[[], None]) -> None:
    """Run `attempt` while two names are swapped, until that has been done `RACE_SWAPS` times."""
    swaps, deadline = 0, time.monotonic() + RACE_LIMIT_S
    while swaps < RACE_SWAPS and time.monotonic() < deadline:
        with swapping(one, two) as stop:
            end = time.monotonic() + 0.5
            while time.monotonic() < end:
                attempt()
            swaps += stop()
    assert swaps >= RACE_SWAPS


@pytest.mark.parametrize("target", ["..", "absolute", "../root/../"])
def test_swapping_a_directory_and_a_link(guest: Any, root: Path, target: str) -> None:
    """`play/secret` is inside; with `play` swapped for a link it would be outside."""
    (root / "play").mkdir()
    (root / "play" / "secret").write_text("inside")
    (root / "other").symlink_to(root.parent if target == "absolute" else target)
    outside = (root.parent / "secret").stat().st_ino
    seen: set[object] = set()

    def attempt() -> None:
        fd = guest.open("play/secret")
        seen.add(fd if isinstance(fd, Errno) else guest.read(fd))
        if not isinstance(fd, Errno):
            guest.call("fd_close", fd)
        for follow in (True, False):
            stat = guest.stat("play/secret", follow=follow)
            assert isinstance(stat, Errno) or stat[1] != outside
        guest.set_times("play/secret", 1, 1, 4, follow=True)
        fd = guest.open("play/made", oflags=CREAT)
        if not isinstance(fd, Errno):
            guest.call("fd_close", fd)
        guest.mkdir("play/new")
        guest.rename("play/made", "play/renamed")
        guest.unlink("play/renamed")
        guest.rmdir("play/new")

    race(root / "play", root / "other", attempt)
    assert seen <= {Errno.PERM, Errno.NOENT, Errno.NOTDIR, Errno.LOOP, b"inside"}
    assert {Errno.PERM, b"inside"} <= seen


def test_swapping_a_file_and_a_link(guest: Any, root: Path) -> None:
    """The last component changes between looking at it and using it."""
    (root / "play").write_text("inside")
    (root / "other").symlink_to("../secret")
    seen: set[object] = set()

    def attempt() -> None:
        for flags in ({}, {"follow": False}, {"oflags": CREAT, "base": ALL}):
            fd = guest.open("play", **flags)
            seen.add(fd if isinstance(fd, Errno) else guest.read(fd))
            if not isinstance(fd, Errno):
                guest.call("fd_close", fd)
        guest.set_times("play", 1, 1, 4, follow=True)
        guest.set_times("play", 1, 1, 4)

    race(root / "play", root / "other", attempt)
    assert seen <= {Errno.PERM, Errno.NOENT, Errno.LOOP, b"inside"}
    assert {Errno.PERM, Errno.LOOP, b"inside"} <= seen


def test_moving_a_directory_while_going_up_from_it(guest: Any, root: Path) -> None:
    """`a/b` and `b` keep changing places: `..` must never lead above the root."""
    (root / "a" / "b").mkdir(parents=True)
    (root / "b").mkdir()
    (root / "inside").write_text("inside")
    (root / "a" / "b" / "mark").write_text("")
    results: set[object] = set()

    def attempt() -> None:
        results.update(guest.stat(path) for path in ("a/b/../../../secret", "b/../../secret"))
        fd = guest.open("a/b/../../inside")
        if isinstance(fd, Errno):
            results.add(fd)
        else:
            assert guest.read(fd) == b"inside"
            guest.call("fd_close", fd)

    race(root / "a" / "b", root / "b", attempt)
    assert Errno.PERM in results
    assert results <= {Errno.PERM, Errno.NOENT}
