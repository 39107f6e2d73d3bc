"""Calls that take paths: success, and every errno, by both resolvers."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wasmjit.runtime.wasi import Preopen, rights
from wasmjit.runtime.wasi.errno import Errno

CREAT, DIRECTORY, EXCL, TRUNC = 1, 2, 4, 8
RESULT, BUFFER = 8, 0x8000
END_OF_MEMORY = 1 << 17
ALL = (1 << 64) - 1


@pytest.fixture(autouse=True)
def tree(root: Path) -> None:
    """file, dir/, dir/inner, link -> file, dirlink -> dir, dangling -> nowhere, loop -> loop."""
    (root / "file").write_bytes(b"content")
    (root / "dir").mkdir()
    (root / "dir" / "inner").write_bytes(b"inner")
    (root / "link").symlink_to("file")
    (root / "dirlink").symlink_to("dir")
    (root / "dangling").symlink_to("nowhere")
    (root / "loop").symlink_to("loop")


@pytest.mark.parametrize(
    "path",
    [
        "file",
        "./file",
        ".//./file",
        "dir/../file",
        "dirlink/../file",
        "dir/inner/../../file",
        "link",
        "dir/.././dirlink/./../link",
    ],
)
def test_paths_that_lead_to_the_file(guest: Any, path: str) -> None:
    fd = guest.open(path)
    if path == "dir/inner/../../file":
        assert fd is Errno.NOTDIR
    else:
        assert guest.read(fd) == b"content"


@pytest.mark.parametrize(
    ("path", "flags", "errno"),
    [
        ("missing", {}, Errno.NOENT),
        ("missing/file", {}, Errno.NOENT),
        ("", {}, Errno.NOENT),
        ("file/", {}, Errno.NOTDIR),
        ("file///", {}, Errno.NOTDIR),
        ("file/.", {}, Errno.NOTDIR),
        ("file/x", {}, Errno.NOTDIR),
        ("file/..", {}, Errno.NOTDIR),
        ("file", {"oflags": DIRECTORY}, Errno.NOTDIR),
        ("link", {"oflags": DIRECTORY}, Errno.NOTDIR),
        ("link/", {}, Errno.NOTDIR),
        ("link", {"follow": False}, Errno.LOOP),
        ("dangling", {"follow": False}, Errno.LOOP),
        ("dangling", {}, Errno.NOENT),
        ("loop", {}, Errno.LOOP),
        ("loop", {"follow": False}, Errno.LOOP),
        ("loop/x", {}, Errno.LOOP),
        ("dirlink", {"follow": False, "oflags": DIRECTORY}, Errno.NOTDIR),
        ("file", {"oflags": CREAT | EXCL}, Errno.EXIST),
        ("link", {"oflags": CREAT | EXCL}, Errno.EXIST),
        ("dangling", {"oflags": CREAT | EXCL}, Errno.EXIST),
        ("dir", {"oflags": CREAT | EXCL}, Errno.EXIST),
        ("dir", {"base": ALL}, Errno.ISDIR),
        (".", {"base": ALL}, Errno.ISDIR),
        ("dir", {"oflags": TRUNC}, Errno.ISDIR),
        ("new/", {"oflags": CREAT}, Errno.ISDIR),
        ("dir/", {"oflags": CREAT}, Errno.ISDIR),
        ("dir", {"oflags": CREAT}, Errno.ISDIR),
        (".", {"oflags": CREAT}, Errno.ISDIR),
        ("new", {"oflags": CREAT | DIRECTORY}, Errno.INVAL),
        ("file", {"oflags": 16}, Errno.INVAL),
        ("file", {"fdflags": 32}, Errno.INVAL),
        ("fi\0le", {}, Errno.INVAL),
        ("file\0", {}, Errno.INVAL),
        (b"fi\xffle", {}, Errno.ILSEQ),
        (b"\xed\xa0\x80", {}, Errno.ILSEQ),
        ("x" * 256, {}, Errno.NAMETOOLONG),
        ("x/" * 2048, {}, Errno.NAMETOOLONG),
        ("file", {"fd": 0}, Errno.NOTDIR),
        ("file", {"fd": 99}, Errno.BADF),
    ],
)
def test_open_errors(guest: Any, root: Path, path: str | bytes, flags: dict[str, Any], errno: Errno) -> None:
    before = sorted(os.listdir(root))
    assert guest.open(path, **flags) is errno
    assert sorted(os.listdir(root)) == before
    assert (root / "file").read_bytes() == b"content"


@pytest.mark.parametrize("path", ["dir", "dir/", "dir/.", ".", "./", "dir/..", "dirlink", "dirlink/", "dirlink/."])
def test_directories_can_be_opened(guest: Any, path: str) -> None:
    fd = guest.open(path)
    assert guest.fdstat(fd)[0] == 3
    assert guest.fdstat(guest.open(path, oflags=DIRECTORY))[0] == 3
    inner = b"inner" in [name for name, _, _ in guest.entries(fd)]
    assert inner == (path not in (".", "./", "dir/.."))


@pytest.mark.parametrize("path", ["dirlink/", "dirlink/."])
def test_a_slash_follows_a_link_even_if_asked_not_to(guest: Any, path: str) -> None:
    assert b"inner" in [name for name, _, _ in guest.entries(guest.open(path, follow=False))]


def test_opening_below_an_opened_directory(guest: Any) -> None:
    fd = guest.open("dir")
    assert guest.read(guest.open("inner", fd)) == b"inner"
    assert guest.open("../file", fd) is Errno.PERM


def test_creating_and_truncating(guest: Any, root: Path) -> None:
    fd = guest.open("dir/new", oflags=CREAT | EXCL, base=ALL)
    guest.write(fd, b"12345")
    assert guest.open("dir/new", oflags=CREAT) > fd
    assert (root / "dir" / "new").read_bytes() == b"12345"
    guest.open("dir/new", oflags=TRUNC)
    assert (root / "dir" / "new").read_bytes() == b""
    assert not isinstance(guest.open("dangling", oflags=CREAT), Errno)
    assert (root / "nowhere").read_bytes() == b""


def test_bad_pointers(guest: Any, root: Path) -> None:
    path, length = guest.path("new")
    for bad, bad_length in [(END_OF_MEMORY, 1), (END_OF_MEMORY - 1, 2), (0xFFFFFFFF, 3), (path, 0xFFFFFFFF)]:
        assert guest.call("path_open", 3, 0, bad, bad_length, CREAT, 0, 0, 0, RESULT) is Errno.FAULT
        assert guest.call("path_create_directory", 3, bad, bad_length) is Errno.FAULT
        assert guest.call("path_filestat_get", 3, 0, bad, bad_length, RESULT) is Errno.FAULT
        assert guest.call("path_symlink", path, length, 3, bad, bad_length) is Errno.FAULT
        assert guest.call("path_symlink", bad, bad_length, 3, path, length) is Errno.FAULT
        assert guest.call("path_rename", 3, path, length, 3, bad, bad_length) is Errno.FAULT
    assert guest.call("path_open", 3, 0, path, length, CREAT, 0, 0, 0, END_OF_MEMORY - 3) is Errno.FAULT
    assert guest.call("path_filestat_get", 3, 0, path, length, END_OF_MEMORY - 63) in (Errno.FAULT, Errno.NOENT)
    assert not (root / "new").exists()


def test_lookup_flags(guest: Any) -> None:
    path = guest.path("file")
    for flags in (2, 3, 0xFFFFFFFF):
        assert guest.call("path_open", 3, flags, *path, 0, 0, 0, 0, RESULT) is Errno.INVAL
        assert guest.call("path_filestat_get", 3, flags, *path, RESULT) is Errno.INVAL
        assert guest.call("path_filestat_set_times", 3, flags, *path, 0, 0, 0) is Errno.INVAL


def test_too_many_descriptors(make_guest: Callable[..., Any], root: Path, open_fds: Callable[[], int]) -> None:
    guest = make_guest(dirs={"/": root}, max_fds=10)
    before = open_fds()
    opened = [guest.open("file") for _ in range(20)]
    assert opened == [4, 5, 6, 7, 8, 9, *[Errno.MFILE] * 14]
    assert guest.open("new", oflags=CREAT) is Errno.MFILE
    assert not (root / "new").exists()
    assert open_fds() == before + 6
    guest.call("fd_close", 7)
    assert guest.open("file") == 7


@pytest.mark.parametrize(
    ("path", "follow", "kind", "size"),
    [
        ("file", False, 4, 7),
        ("file", True, 4, 7),
        ("link", False, 7, 4),
        ("link", True, 4, 7),
        ("dangling", False, 7, 7),
        ("dir/inner", False, 4, 5),
        ("dirlink/inner", False, 4, 5),
        ("dir", False, 3, None),
        ("dir/", False, 3, None),
        ("dirlink", False, 7, 3),
        ("dirlink/", False, 3, None),
        ("dirlink", True, 3, None),
        (".", False, 3, None),
        ("dir/..", False, 3, None),
    ],
)
def test_stat(guest: Any, root: Path, path: str, follow: bool, kind: int, size: int | None) -> None:
    found = guest.stat(path, follow=follow)
    host = os.stat(f"{root}/{path}", follow_symlinks=follow)
    assert found[:3] == (host.st_dev, host.st_ino, kind)
    assert found[3:] == (host.st_nlink, host.st_size, host.st_atime_ns, host.st_mtime_ns, host.st_ctime_ns)
    if size is not None:
        assert found[4] == size


@pytest.mark.parametrize(
    ("path", "follow", "errno"),
    [
        ("missing", False, Errno.NOENT),
        ("dangling", True, Errno.NOENT),
        ("dangling/", False, Errno.NOENT),
        ("loop", True, Errno.LOOP),
        ("file/", False, Errno.NOTDIR),
        ("file/", True, Errno.NOTDIR),
        ("file/x", False, Errno.NOTDIR),
        ("", False, Errno.NOENT),
        ("x" * 256, False, Errno.NAMETOOLONG),
    ],
)
def test_stat_errors(guest: Any, path: str, follow: bool, errno: Errno) -> None:
    assert guest.stat(path, follow=follow) is errno
    assert guest.set_times(path, 1, 1, 1, follow=follow) is errno


def test_set_times(guest: Any, root: Path) -> None:
    assert guest.set_times("file", 11, 12, 1 | 4) == 0
    assert (root / "file").stat().st_mtime_ns == 12
    assert guest.set_times("link", 21, 22, 1 | 4) == 0
    assert ((root / "link").lstat().st_mtime_ns, (root / "file").stat().st_mtime_ns) == (22, 12)
    assert guest.set_times("link", 31, 32, 1 | 4, follow=True) == 0
    assert ((root / "link").lstat().st_mtime_ns, (root / "file").stat().st_mtime_ns) == (22, 32)
    assert guest.set_times("dir/", 41, 42, 4) == 0
    assert (root / "dir").stat().st_mtime_ns == 42


def test_set_times_before_linux_5_8(guest: Any, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(fd: int, times: object) -> None:
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr("wasmjit.runtime.wasi.hostdir.set_times_of_path_fd", unsupported)
    assert guest.set_times("link", 31, 32, 1 | 4, follow=True) == 0
    assert (root / "file").stat().st_mtime_ns == 32
    assert guest.set_times("dirlink", 31, 33, 1 | 4, follow=True) == 0
    assert (root / "dir").stat().st_mtime_ns == 33


def test_mkdir(guest: Any, root: Path) -> None:
    assert guest.mkdir("new") == 0
    assert guest.mkdir("dir/new//") == 0
    assert guest.mkdir("dirlink/newer") == 0
    assert (root / "new").is_dir()
    assert (root / "dir" / "new").is_dir()
    assert (root / "dir" / "newer").is_dir()
    for path in ("file", "dir", "dir/", "link", "dangling", "dangling/", ".", "..", "dir/.."):
        assert guest.mkdir(path) is (Errno.PERM if path == ".." else Errno.EXIST), path
    assert guest.mkdir("missing/new") is Errno.NOENT
    assert guest.mkdir("file/new") is Errno.NOTDIR
    assert guest.mkdir("") is Errno.NOENT
    assert not (root / "nowhere").exists()


def test_rmdir(guest: Any, root: Path) -> None:
    for path, errno in [
        ("dir", Errno.NOTEMPTY),
        ("file", Errno.NOTDIR),
        ("file/", Errno.NOTDIR),
        ("dirlink", Errno.NOTDIR),
        ("dirlink/", Errno.NOTDIR),
        ("missing", Errno.NOENT),
        (".", Errno.INVAL),
        ("dir/.", Errno.INVAL),
        ("dir/..", Errno.NOTEMPTY),
        ("..", Errno.PERM),
        ("", Errno.NOENT),
    ]:
        assert guest.rmdir(path) is errno, path
    (root / "dir" / "inner").unlink()
    assert guest.rmdir("dir/") == 0
    assert not (root / "dir").exists()


def test_unlink(guest: Any, root: Path) -> None:
    for path, errno in [
        ("dir", Errno.ISDIR),
        ("dir/", Errno.ISDIR),
        ("file/", Errno.NOTDIR),
        ("link/", Errno.NOTDIR),
        ("dirlink/", Errno.NOTDIR),
        ("missing", Errno.NOENT),
        ("missing/", Errno.NOENT),
        (".", Errno.ISDIR),
        ("..", Errno.PERM),
        ("", Errno.NOENT),
    ]:
        assert guest.unlink(path) is errno, path
    for path in ("link", "dangling", "dirlink", "dir/inner", "loop"):
        assert guest.unlink(path) == 0
    assert sorted(os.listdir(root)) == ["dir", "file"]
    assert os.listdir(root / "dir") == []


def test_readlink(guest: Any, root: Path) -> None:
    assert guest.readlink("link") == b"file"
    assert guest.readlink("dirlink/../dangling") == b"nowhere"
    assert guest.readlink("link", size=2) == b"fi"
    assert guest.readlink("link", size=0) == b""
    for path, errno in [
        ("file", Errno.INVAL),
        ("dir", Errno.INVAL),
        ("dirlink/", Errno.INVAL),
        (".", Errno.INVAL),
        ("missing", Errno.NOENT),
        ("file/x", Errno.NOTDIR),
    ]:
        assert guest.readlink(path) is errno, path
    (root / "absolute").symlink_to("/etc/passwd")
    assert guest.readlink("absolute") is Errno.PERM
    path = guest.path("link")
    assert guest.call("path_readlink", 3, *path, END_OF_MEMORY - 3, 4, RESULT) is Errno.FAULT
    assert guest.call("path_readlink", 3, *path, BUFFER, 4, END_OF_MEMORY - 3) is Errno.FAULT


def test_symlink(guest: Any, root: Path) -> None:
    assert guest.symlink("../anything/at/all", "dir/new") == 0
    assert os.readlink(root / "dir" / "new") == "../anything/at/all"
    for target, path, errno in [
        ("x", "file", Errno.EXIST),
        ("x", "dir/", Errno.EXIST),
        ("x", "dangling", Errno.EXIST),
        ("x", "dangling/", Errno.EXIST),
        ("x", "new/", Errno.NOENT),
        ("x", "missing/new", Errno.NOENT),
        ("x", "file/new", Errno.NOTDIR),
        ("x", ".", Errno.EXIST),
        ("x", "", Errno.NOENT),
        ("", "new", Errno.NOENT),
        ("/etc", "new", Errno.PERM),
        ("/", "new", Errno.PERM),
        (b"\xff", "new", Errno.ILSEQ),
        ("a\0b", "new", Errno.INVAL),
    ]:
        assert guest.symlink(target, path) is errno, (target, path)
    assert not (root / "new").is_symlink()


def test_link(guest: Any, root: Path) -> None:
    assert guest.link("file", "dir/hard") == 0
    assert (root / "dir" / "hard").samefile(root / "file")
    assert guest.link("dangling", "linked") == 0
    assert os.readlink(root / "linked") == "nowhere"
    directory = guest.open("dir")
    assert guest.link("inner", "up", fd=directory, new_fd=3) == 0
    for old, new, errno in [
        ("file", "link", Errno.EXIST),
        ("file", "file", Errno.EXIST),
        ("file", "dir", Errno.EXIST),
        ("file", "dir/", Errno.EXIST),
        ("file", "new/", Errno.NOENT),
        ("file/", "new", Errno.NOTDIR),
        ("dir", "new", Errno.PERM),
        (".", "new", Errno.PERM),
        ("missing", "new", Errno.NOENT),
        ("file", "missing/new", Errno.NOENT),
        ("file", "../new", Errno.PERM),
        ("../secret", "new", Errno.PERM),
    ]:
        assert guest.link(old, new) is errno, (old, new)
    assert guest.link("link", "new", lookup=1) is Errno.INVAL
    assert guest.link("link", "new", lookup=2) is Errno.INVAL


def test_rename(guest: Any, root: Path) -> None:
    assert guest.rename("file", "dir/moved") == 0
    assert (root / "dir" / "moved").read_bytes() == b"content"
    assert guest.rename("dir/moved", "dir/inner") == 0
    assert (root / "dir" / "inner").read_bytes() == b"content"
    assert guest.rename("dir/", "renamed/") == 0
    assert guest.rename("link", "link2") == 0
    assert os.readlink(root / "link2") == "file"
    directory = guest.open("renamed")
    assert guest.rename("inner", "out", fd=directory, new_fd=3) == 0
    assert (root / "out").read_bytes() == b"content"


@pytest.mark.parametrize(
    ("old", "new", "errno"),
    [
        ("missing", "new", Errno.NOENT),
        ("file", "missing/new", Errno.NOENT),
        ("file", "dir", Errno.ISDIR),
        ("dir", "file", Errno.NOTDIR),
        ("file/", "new", Errno.NOTDIR),
        ("file", "new/", Errno.NOTDIR),
        ("dirlink/", "new", Errno.NOTDIR),
        ("file/x", "new", Errno.NOTDIR),
        ("full", "dir", Errno.NOTEMPTY),
        ("dir", "dir/sub", Errno.INVAL),
        (".", "new", Errno.BUSY),
        ("dir", "dir/..", Errno.BUSY),
        ("", "new", Errno.NOENT),
        ("file", "", Errno.NOENT),
        ("file", "../new", Errno.PERM),
        ("../secret", "new", Errno.PERM),
        ("file", "/tmp/new", Errno.PERM),
    ],
)
def test_rename_errors(guest: Any, root: Path, old: str, new: str, errno: Errno) -> None:
    (root / "full").mkdir()
    assert guest.rename(old, new) is errno
    assert (root / "file").read_bytes() == b"content"


def test_a_read_only_directory(make_guest: Callable[..., Any], root: Path, resolver: str) -> None:
    guest = make_guest(dirs=[Preopen(root, "/", read_only=True)], resolver=resolver)
    below = guest.open("dir")
    fd = guest.open("file", base=ALL & ~rights.FD_WRITE)
    assert guest.read(fd) == b"content"
    assert guest.readlink("link") == b"file"
    assert len(guest.entries(3)) == 8
    refused = [
        guest.open("file", base=ALL),
        guest.open("inner", below, base=ALL),
        guest.open("new", oflags=CREAT),
        guest.open("new", below, oflags=CREAT),
        guest.open("file", oflags=TRUNC),
        guest.mkdir("new"),
        guest.mkdir("new", below),
        guest.rmdir("dir"),
        guest.unlink("file"),
        guest.unlink("inner", below),
        guest.symlink("x", "new"),
        guest.link("file", "new"),
        guest.rename("file", "new"),
        guest.set_times("file", 1, 1, 1),
        guest.call("fd_filestat_set_times", 3, 1, 1, 1),
        guest.call("fd_filestat_set_times", below, 1, 1, 1),
    ]
    assert refused == [Errno.PERM] * len(refused)
    assert guest.write(fd, b"x") is Errno.BADF
    assert guest.call("fd_filestat_set_size", fd, 0) is Errno.NOTCAPABLE
    assert guest.call("fd_filestat_set_times", fd, 1, 1, 1) is Errno.NOTCAPABLE
    assert guest.call("fd_allocate", fd, 0, 100) is Errno.NOTCAPABLE
    assert guest.fdstat(3)[2] & rights.CHANGES_TREE == 0
    assert sorted(os.listdir(root)) == ["dangling", "dir", "dirlink", "file", "link", "loop"]
    assert (root / "file").stat().st_mtime_ns > 10**18


def test_files_cannot_move_into_a_read_only_directory(make_guest: Callable[..., Any], root: Path) -> None:
    guest = make_guest(dirs=[(root, "/w"), Preopen(root / "dir", "/r", read_only=True)])
    assert guest.rename("file", "file", fd=3, new_fd=4) is Errno.PERM
    assert guest.rename("inner", "inner", fd=4, new_fd=3) is Errno.PERM
    assert guest.link("file", "file", fd=3, new_fd=4) is Errno.PERM
    assert guest.link("inner", "stolen", fd=4, new_fd=3) is Errno.PERM
