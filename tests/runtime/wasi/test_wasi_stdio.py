"""Standard streams: inherited, files, descriptors and Python objects."""

from __future__ import annotations

import gc
import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wasmjit.runtime.wasi import Wasi, WasiConfig, rights
from wasmjit.runtime.wasi.errno import Errno
from wasmjit.runtime.wasi.stream import WRITE_MAX

CHARACTER_DEVICE, REGULAR = 2, 4
NONBLOCK, APPEND = 4, 1
RESULT, BUFFER = 8, 0x8000


def test_bytes_as_input(make_guest: Callable[..., Any]) -> None:
    guest = make_guest(stdin=b"hello world")
    assert guest.read(0, 5) == b"hello"
    assert guest.call("fd_read", 0, *guest.iovecs(0, 2, 50), RESULT) == 0
    assert guest.get(BUFFER, guest.result()) == b" w"
    assert guest.read(0) == b"orld"
    assert guest.read(0) == b""
    assert guest.write(0, b"x") is Errno.BADF
    assert guest.seek(0, 0, 0) is Errno.SPIPE


class Chunks:
    """A reader as simple as can be."""

    def __init__(self, *chunks: bytes | None) -> None:
        self.chunks = list(chunks)

    def read(self, size: int) -> bytes | None:
        return self.chunks.pop(0) if self.chunks else b""


@pytest.mark.parametrize("source", [io.BytesIO(b"abc"), io.BufferedReader(io.BytesIO(b"abc")), Chunks(b"abc")])
def test_file_objects_as_input(make_guest: Callable[..., Any], source: Any) -> None:
    guest = make_guest(stdin=source)
    assert guest.read(0) == b"abc"
    assert guest.read(0) == b""


def test_an_object_that_has_nothing_yet(make_guest: Callable[..., Any]) -> None:
    guest = make_guest(stdin=Chunks(None, b"now"))
    assert guest.read(0) is Errno.AGAIN
    assert guest.read(0) == b"now"


def test_output_into_objects(make_guest: Callable[..., Any]) -> None:
    out, parts = io.BytesIO(), []
    guest = make_guest(stdout=out, stderr=parts.append)
    guest.put(BUFFER, b"onetwo")
    assert guest.call("fd_write", 1, *guest.iovecs(3, 0, 3), RESULT) == 0
    assert guest.result() == 6
    assert guest.write(2, b"error") == 5
    assert (out.getvalue(), parts) == (b"onetwo", [b"error"])
    assert type(parts[0]) is bytes
    assert guest.read(1) is Errno.BADF
    assert guest.call("fd_sync", 1) == 0


class Slow(io.RawIOBase):
    """Takes three bytes at a time."""

    taken = b""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.taken += bytes(data[:3])
        return len(data[:3])


def test_partial_writes(make_guest: Callable[..., Any]) -> None:
    sink = Slow()
    guest = make_guest(stdout=sink)
    assert guest.write(1, b"hello") == 3
    assert guest.write(1, b"lo") == 2
    assert sink.taken == b"hello"


def test_the_result_of_a_callable_means_nothing(make_guest: Callable[..., Any]) -> None:
    guest = make_guest(stdout=lambda data: 1, stderr=lambda data: "no")
    assert guest.write(1, b"hello") == 5
    assert guest.write(2, b"hello") == 5


def test_a_large_write_is_partial(make_guest: Callable[..., Any]) -> None:
    parts: list[bytes] = []
    guest = make_guest(stdout=parts.append)
    guest.memory.bytes += bytes(2 * WRITE_MAX)
    assert guest.call("fd_write", 1, *guest.iovecs(WRITE_MAX + 5), RESULT) == 0
    assert guest.result() == WRITE_MAX == len(parts[0])
    assert guest.call("fd_write", 1, *guest.iovecs(WRITE_MAX - 5, 20), RESULT) == 0
    assert guest.result() == WRITE_MAX == len(parts[1])


def test_exceptions_of_objects(make_guest: Callable[..., Any]) -> None:
    problem = RuntimeError("mine")

    def fail(data: bytes) -> None:
        raise problem

    def full(data: bytes) -> None:
        raise OSError(28, "no space left")

    guest = make_guest(stdout=fail, stderr=full)
    with pytest.raises(RuntimeError) as caught:
        guest.write(1, b"x")
    assert caught.value is problem
    assert guest.write(2, b"x") is Errno.NOSPC


def test_files_are_used_by_their_descriptor(make_guest: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(b"0123456789")
    with open(tmp_path / "in", "rb") as source, open(tmp_path / "out", "w") as sink:
        sink.write("before ")
        guest = make_guest(stdin=source, stdout=sink)
        assert guest.read(0, 4) == b"0123"
        assert guest.seek(0, 0, 1) == 4
        assert guest.fdstat(0)[0] == REGULAR
        assert guest.write(1, b"from guest") == 10
        assert guest.call("fd_close", 0) == 0
        assert guest.call("fd_close", 1) == 0
        assert guest.read(0) is Errno.BADF
        sink.write(" after")
        assert source.read(1) == b"4"
    assert (tmp_path / "out").read_bytes() == b"before from guest after"


def test_a_file_object_is_kept_as_long_as_it_is_used(make_guest: Callable[..., Any], tmp_path: Path) -> None:
    guest = make_guest(stdout=open(tmp_path / "out", "wb", buffering=0))  # noqa: SIM115
    guest.wasi.config = None
    gc.collect()
    assert guest.write(1, b"still open") == 10
    guest.wasi.state.fds.get(1).owner.close()
    assert (tmp_path / "out").read_bytes() == b"still open"


def test_descriptors(make_guest: Callable[..., Any]) -> None:
    read_end, write_end = os.pipe()
    guest = make_guest(stdin=read_end, stdout=write_end)
    assert guest.write(1, b"through") == 7
    assert guest.read(0) == b"through"
    guest.wasi.close()
    os.write(write_end, b"open")
    assert os.read(read_end, 10) == b"open"
    os.close(read_end)
    os.close(write_end)


def test_a_guest_cannot_change_flags_of_a_shared_descriptor(make_guest: Callable[..., Any]) -> None:
    read_end, write_end = os.pipe()
    guest = make_guest(stdin=read_end, stdout=write_end)
    for fd in (0, 1):
        assert guest.call("fd_fdstat_set_flags", fd, NONBLOCK) == 0
        assert guest.fdstat(fd)[1] == NONBLOCK
        assert guest.call("fd_fdstat_set_flags", fd, NONBLOCK | APPEND) is Errno.NOTSUP
    assert os.get_blocking(read_end)
    assert os.get_blocking(write_end)
    assert guest.read(0) is Errno.AGAIN
    chunk = bytes(0x8000)
    while (taken := guest.write(1, chunk)) is not Errno.AGAIN:
        assert taken > 0
    assert guest.read(0, 5) == bytes(5)
    assert guest.call("fd_fdstat_set_flags", 0, 0) == 0
    assert guest.fdstat(0)[1] == 0
    os.close(read_end)
    os.close(write_end)


def test_nobody_reads(make_guest: Callable[..., Any]) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    guest = make_guest(stdout=write_end)
    assert guest.write(1, b"x") is Errno.PIPE
    os.close(write_end)


def test_a_terminal_shows_no_right_to_seek(make_guest: Callable[..., Any]) -> None:
    """wasi-libc's isatty: a character device without FD_SEEK and FD_TELL."""
    ours, theirs = os.openpty()
    null = os.open(os.devnull, os.O_RDWR)
    guest = make_guest(stdin=theirs, stdout=theirs, stderr=null)
    for fd in (0, 1):
        filetype, _, base, _ = guest.fdstat(fd)
        assert filetype == CHARACTER_DEVICE
        assert not base & rights.SEEKING
        assert guest.seek(fd, 0, 1) is Errno.SPIPE
    filetype, _, base, _ = guest.fdstat(2)
    assert filetype == CHARACTER_DEVICE
    assert base & rights.SEEKING
    for fd in (ours, theirs, null):
        os.close(fd)


def test_standard_streams_cannot_be_damaged(make_guest: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"precious")
    with open(tmp_path / "log", "ab") as log:
        guest = make_guest(stdout=log)
        assert guest.call("fd_filestat_set_size", 1, 0) is Errno.NOTCAPABLE
        assert guest.call("fd_filestat_set_times", 1, 0, 0, 5) is Errno.NOTCAPABLE
        assert guest.call("fd_allocate", 1, 0, 100) is Errno.NOTCAPABLE
    assert (tmp_path / "log").read_bytes() == b"precious"


@pytest.mark.parametrize(
    ("setting", "match"),
    [
        ({"stdout": io.StringIO()}, "stdout must be a binary file, not StringIO"),
        ({"stderr": 1.5}, "stderr must be"),
        ({"stdin": io.StringIO()}, "stdin must be a binary file, not StringIO"),
        ({"stdin": "text"}, "stdin must be"),
        ({"stdin": object()}, "stdin must be"),
    ],
)
def test_what_cannot_be_a_stream(setting: dict[str, Any], match: str) -> None:
    with pytest.raises(TypeError, match=match):
        Wasi(WasiConfig(**setting))


CHILD = """
import sys
from wasmjit.runtime.wasi import Wasi, WasiConfig
class Memory:
    data = bytearray(1000)
    def view(self):
        return memoryview(self.data)
class Caller:
    exports = {"memory": Memory()}
wasi = Wasi(WasiConfig())
functions = {name: f for (module, name), (_, f) in wasi.functions().items() if module == "wasi_snapshot_preview1"}
Memory.data[0:8] = bytes([100, 0, 0, 0, 50, 0, 0, 0])
errno = functions["fd_read"](Caller, 0, 0, 1, 8)
count = int.from_bytes(Memory.data[8:12], "little")
Memory.data[4] = count
print(errno, count, functions["fd_write"](Caller, 1, 0, 1, 8), functions["fd_write"](Caller, 2, 0, 1, 8), flush=True)
for fd in (0, 1, 2):
    functions["fd_close"](Caller, fd)
wasi.close()
print("still here", flush=True)
"""


def run_child(**streams: Any) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-c", CHILD], capture_output=True, check=False, timeout=60, **streams)


def test_inherited_streams() -> None:
    done = run_child(input=b"from outside\n")
    assert done.stdout == b"from outside\n0 13 0 0\nstill here\n"
    assert done.stderr == b"from outside\n"


def test_a_closed_standard_input_is_empty() -> None:
    done = run_child(preexec_fn=lambda: os.close(0))
    assert done.stdout == b"0 0 0 0\nstill here\n"
