"""Host calls that wait end with the time of the calls of their thread."""

from __future__ import annotations

import os
import select
import socket
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic_ns
from typing import Any

import pytest

from wasmjit.runtime import deadline
from wasmjit.runtime.deadline import time_left_ns
from wasmjit.runtime.wasi import waiting
from wasmjit.runtime.wasi.errno import Errno, WasiError
from wasmjit.runtime.wasi.waiting import shortened_ns, wait_for, wait_if_limited

RESULT = 8


@pytest.fixture
def limited() -> Iterator[None]:
    """Fixture: the calls of this thread may take 50 ms."""
    deadline._limits.deadline_ns = monotonic_ns() + 50_000_000
    yield
    assert monotonic_ns() >= deadline._limits.deadline_ns
    deadline._limits.deadline_ns = 0


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def test_limits() -> None:
    assert time_left_ns() is None
    assert shortened_ns(5) == 5
    assert shortened_ns(None) == waiting.LONGEST_WAIT_NS
    assert waiting.to_ms(1) == 1 and waiting.to_ms(1_000_000) == 1


def test_waiting(pipe: tuple[int, int]) -> None:
    assert not wait_for(pipe[0], select.POLLIN, 0)
    assert not wait_for(pipe[0], select.POLLIN, 1)
    wait_if_limited(pipe[0], select.POLLIN)
    assert wait_for(pipe[1], select.POLLOUT)
    os.write(pipe[1], b"x")
    assert wait_for(pipe[0], select.POLLIN)


def test_a_long_wait_goes_on(pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch, limited: None) -> None:
    monkeypatch.setattr(waiting, "LONGEST_WAIT_NS", 1_000_000)
    with pytest.raises(WasiError, match="INTR"):
        wait_for(pipe[0], select.POLLIN)


def test_reading_a_pipe(pipe: tuple[int, int], make_guest: Callable[..., Any], limited: None) -> None:
    assert make_guest(stdin=pipe[0]).read(0) is Errno.INTR


def test_writing_to_a_full_pipe(pipe: tuple[int, int], make_guest: Callable[..., Any], limited: None) -> None:
    guest = make_guest(stdout=pipe[1])
    while (taken := guest.write(1, bytes(4096))) == 4096:
        continue
    assert taken is Errno.INTR


def test_a_fifo_in_a_directory(make_guest: Callable[..., Any], tmp_path: Path, limited: None) -> None:
    os.mkfifo(tmp_path / "fifo")
    guest = make_guest(dirs={"/": tmp_path})
    assert guest.read(guest.open("fifo", base=(1 << 64) - 1)) is Errno.INTR


def test_sleeping(make_guest: Callable[..., Any], limited: None) -> None:
    guest = make_guest()
    guest.put(0x400, struct.pack("<QB7xI4xQQH6x", 1, 0, 1, 1 << 60, 0, 0))
    assert guest.call("poll_oneoff", 0x400, 0x500, 1, RESULT) is Errno.INTR


@pytest.mark.parametrize("settings", [{}, {"frozen_clock_ns": 0}])
def test_polling(make_guest: Callable[..., Any], pipe: tuple[int, int], settings: Any, limited: None) -> None:
    guest = make_guest(stdin=pipe[0], **settings)
    guest.put(0x400, struct.pack("<QB7xI28x", 1, 1, 0))
    assert guest.call("poll_oneoff", 0x400, 0x500, 1, RESULT) is Errno.INTR


def test_sockets(make_guest: Callable[..., Any], limited: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert make_guest(listeners=[listener]).call("sock_accept", 3, 0, RESULT) is Errno.INTR
