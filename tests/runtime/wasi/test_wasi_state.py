"""Arguments, environment, clocks, random bytes, ending: what a configuration gives, and its mistakes."""

from __future__ import annotations

import signal
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wasmjit.errors import ExitStatus
from wasmjit.runtime.wasi import Preopen, Wasi, WasiConfig
from wasmjit.runtime.wasi.errno import Errno
from wasmjit.runtime.wasi.random import CHUNK_BYTES

RESULT, BUFFER, POINTERS = 8, 0x8000, 0x100
END_OF_MEMORY = 1 << 17
REALTIME, MONOTONIC, PROCESS, THREAD = range(4)


def strings(guest: Any, prefix: str) -> list[bytes]:
    """All strings, as a guest's C library gets them."""
    sizes = "args_sizes_get" if prefix == "args" else "environ_sizes_get"
    assert guest.call(sizes, RESULT, RESULT + 4) == 0
    count, size = guest.result("II")
    guest.put(BUFFER, b"\xaa" * (size + 4))
    assert guest.call(f"{prefix}_get", POINTERS, BUFFER) == 0
    pointers = struct.unpack(f"<{count}I", guest.get(POINTERS, 4 * count))
    text = guest.get(BUFFER, size + 4)
    assert text.endswith(b"\xaa" * 4)
    return [text[p - BUFFER : text.index(b"\0", p - BUFFER)] for p in pointers]


def test_args(make_guest: Callable[..., Any]) -> None:
    guest = make_guest(args=["prog", "", "zwölf", b"\xff\xfe", "\udcff", "last"])
    assert strings(guest, "args") == [b"prog", b"", "zwölf".encode(), b"\xff\xfe", b"\xff", b"last"]
    assert strings(make_guest(), "args") == []


def test_environ(make_guest: Callable[..., Any]) -> None:
    guest = make_guest(env={"A": "1", "EMPTY": "", "EQ": "a=b"})
    assert strings(guest, "environ") == [b"A=1", b"EMPTY=", b"EQ=a=b"]
    assert strings(make_guest(), "environ") == []


@pytest.mark.parametrize("prefix", ["args", "environ"])
def test_strings_that_do_not_fit(make_guest: Callable[..., Any], prefix: str) -> None:
    guest = make_guest(args=["hello", "x"], env={"A": "hello", "B": ""})
    get, sizes = f"{prefix}_get", f"{prefix}_sizes_get"
    for bad in (END_OF_MEMORY - 3, END_OF_MEMORY, 0xFFFFFFFF):
        assert guest.call(sizes, bad, RESULT) is Errno.FAULT
        assert guest.call(sizes, RESULT, bad) is Errno.FAULT
        assert guest.call(get, bad, BUFFER) is Errno.FAULT
        assert guest.call(get, POINTERS, bad) is Errno.FAULT


@pytest.mark.parametrize(
    ("settings", "error", "match"),
    [
        ({"args": ["a\0b"]}, ValueError, "args: 'a.x00b' has a NUL"),
        ({"args": "prog"}, TypeError, "args must be a sequence"),
        ({"env": {"A": "\0"}}, ValueError, "has a NUL"),
        ({"env": {"": "x"}}, ValueError, "can't be a variable's name"),
        ({"env": {"A=B": "x"}}, ValueError, "can't be a variable's name"),
        ({"resolver": "other"}, ValueError, "resolver must be"),
        ({"frozen_clock_ns": -1}, ValueError, "frozen_clock_ns"),
    ],
)
def test_mistakes(settings: dict[str, Any], error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        WasiConfig(**settings)


def test_a_directory_that_is_not_there(tmp_path: Path, open_fds: Callable[[], int]) -> None:
    before = open_fds()
    (tmp_path / "file").write_text("")
    with pytest.raises(FileNotFoundError):
        Wasi(WasiConfig(dirs={"/a": tmp_path, "/b": tmp_path / "missing"}))
    with pytest.raises(NotADirectoryError):
        Wasi(WasiConfig(dirs=[(tmp_path / "file", "/b")]))
    assert open_fds() == before


def test_all_forms_of_dirs(tmp_path: Path) -> None:
    expected = [Preopen(tmp_path, "/a")]
    assert WasiConfig(dirs={"/a": tmp_path}).preopens() == expected
    assert WasiConfig(dirs=[(tmp_path, "/a")]).preopens() == expected
    assert WasiConfig(dirs=expected).preopens() == expected


def test_descriptors_are_closed_with_the_last_user(tmp_path: Path, open_fds: Callable[[], int]) -> None:
    before = open_fds()
    wasi = Wasi(WasiConfig(dirs={"/": tmp_path}))
    function = wasi.functions()["wasi_snapshot_preview1", "fd_close"][1]
    assert open_fds() == before + 1
    del wasi
    assert open_fds() == before + 1
    del function
    assert open_fds() == before


def test_with(tmp_path: Path, open_fds: Callable[[], int]) -> None:
    before = open_fds()
    with Wasi(WasiConfig(dirs={"/": tmp_path})) as wasi:
        function = wasi.functions()["wasi_snapshot_preview1", "fd_close"][1]
    assert open_fds() == before
    assert function(None, 3) == Errno.BADF
    wasi.close()


def now(guest: Any, clock: int) -> int:
    assert guest.call("clock_time_get", clock, 0, RESULT) == 0
    return int(guest.result("Q"))


def test_clocks(make_guest: Callable[..., Any]) -> None:
    guest = make_guest()
    assert abs(now(guest, REALTIME) - time.time_ns()) < 10**9
    assert abs(now(guest, MONOTONIC) - time.monotonic_ns()) < 10**9
    for clock in (MONOTONIC, PROCESS, THREAD):
        first = now(guest, clock)
        sum(range(10_000))
        assert now(guest, clock) > first
    for clock in range(4):
        assert guest.call("clock_res_get", clock, RESULT) == 0
        assert 1 <= guest.result("Q") <= 10**8


@pytest.mark.parametrize("clock", [4, 0xFFFFFFFF])
def test_clocks_that_are_not_there(make_guest: Callable[..., Any], clock: int) -> None:
    for settings in ({}, {"frozen_clock_ns": 5}):
        guest = make_guest(**settings)
        assert guest.call("clock_time_get", clock, 0, RESULT) is Errno.INVAL
        assert guest.call("clock_res_get", clock, RESULT) is Errno.INVAL


def test_clock_pointers(make_guest: Callable[..., Any]) -> None:
    guest = make_guest()
    assert guest.call("clock_time_get", REALTIME, 0, END_OF_MEMORY - 7) is Errno.FAULT
    assert guest.call("clock_res_get", REALTIME, 0xFFFFFFFF) is Errno.FAULT


def test_a_frozen_clock(make_guest: Callable[..., Any]) -> None:
    guest = make_guest(frozen_clock_ns=1_000_000)
    assert [now(guest, clock) for clock in range(4)] == [1_000_000] * 4
    assert guest.call("clock_res_get", 1, RESULT) == 0
    assert guest.result("Q") == 1


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, 2 * CHUNK_BYTES + 3])
def test_random_bytes(make_guest: Callable[..., Any], size: int) -> None:
    guest = make_guest()
    guest.memory.bytes += bytes(size)
    assert guest.call("random_get", BUFFER, size) == 0
    data = guest.get(BUFFER, size)
    assert size < 100 or len(set(data)) > 200
    assert guest.get(BUFFER + size, 100) == bytes(100)


def test_random_bytes_from_a_seed(make_guest: Callable[..., Any]) -> None:
    drawn = []
    for seed in (1, 1, 2):
        guest = make_guest(seed=seed)
        guest.call("random_get", BUFFER, 10)
        guest.call("random_get", BUFFER + 10, 10)
        drawn.append(guest.get(BUFFER, 20))
    assert drawn[0] == drawn[1] != drawn[2]


@pytest.mark.parametrize(("buffer", "size"), [(END_OF_MEMORY - 1, 2), (0, 0xFFFFFFFF), (0xFFFFFFFF, 1)])
def test_random_bytes_outside_of_memory(make_guest: Callable[..., Any], buffer: int, size: int) -> None:
    guest = make_guest()
    assert guest.call("random_get", buffer, size) is Errno.FAULT
    assert guest.memory.bytes == bytes(END_OF_MEMORY)


@pytest.mark.parametrize("code", [0, 1, 255, 256, 0xFFFFFFFF])
def test_proc_exit(make_guest: Callable[..., Any], code: int) -> None:
    with pytest.raises(ExitStatus) as status:
        make_guest().call("proc_exit", code)
    assert status.value.code == code


def test_proc_raise(make_guest: Callable[..., Any]) -> None:
    guest = make_guest()
    for number, status in [(1, 129), (6, 134), (9, 137), (15, 143), (30, 158)]:
        with pytest.raises(ExitStatus) as exit:
            guest.call("proc_raise", number)
        assert exit.value.code == status
    for number in (0, 16, 17, 22, 27):
        assert guest.call("proc_raise", number) == 0
    for number in (18, 19, 20, 21):
        assert guest.call("proc_raise", number) is Errno.NOTSUP
    for number in (31, 0xFFFFFFFF):
        assert guest.call("proc_raise", number) is Errno.INVAL


def test_sched_yield(make_guest: Callable[..., Any]) -> None:
    assert make_guest().call("sched_yield") == 0


def test_ctrl_c_ends_a_blocking_read(make_guest: Callable[..., Any]) -> None:
    import os

    read_end, write_end = os.pipe()
    guest = make_guest(stdin=read_end)
    timer = threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT))
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            guest.read(0)
    finally:
        timer.join()
        signal.signal(signal.SIGINT, previous)
        os.close(read_end)
        os.close(write_end)
