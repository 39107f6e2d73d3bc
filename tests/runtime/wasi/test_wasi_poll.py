"""poll_oneoff."""

from __future__ import annotations

import os
import signal
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from wasmjit.runtime.wasi.errno import Errno

SUBSCRIPTIONS, EVENTS, RESULT = 0x100, 0x8000, 8
END_OF_MEMORY = 1 << 17
REALTIME, MONOTONIC, PROCESS = 0, 1, 2
ABSOLUTE = 1
CLOCK, READ, WRITE = 0, 1, 2
MS = 1_000_000


class Event(NamedTuple):
    userdata: int
    error: int
    type: int
    size: int
    flags: int


def clock(userdata: int, timeout: int, id: int = MONOTONIC, flags: int = 0) -> bytes:
    return struct.pack("<QB7xI4xQQH6x", userdata, CLOCK, id, timeout, 0, flags)


def fd(userdata: int, type: int, number: int) -> bytes:
    return struct.pack("<QB7xI28x", userdata, type, number)


def poll(guest: Any, *subscriptions: bytes) -> list[Event]:
    guest.put(SUBSCRIPTIONS, b"".join(subscriptions))
    assert guest.call("poll_oneoff", SUBSCRIPTIONS, EVENTS, len(subscriptions), RESULT) == 0
    count = guest.result()
    assert 0 < count <= len(subscriptions)
    return [Event(*struct.unpack("<QHB5xQH6x", guest.get(EVENTS + 32 * i, 32))) for i in range(count)]


@pytest.fixture
def pipe() -> Any:
    ends = os.pipe()
    yield ends
    for end in ends:
        try:
            os.close(end)
        except OSError:
            continue


@pytest.mark.parametrize("id", [REALTIME, MONOTONIC])
@pytest.mark.parametrize("absolute", [False, True])
def test_sleeping(make_guest: Callable[..., Any], id: int, absolute: bool) -> None:
    guest = make_guest()
    start = time.monotonic_ns()
    now = time.time_ns() if id == REALTIME else time.monotonic_ns()
    timeout = 30 * MS + (now if absolute else 0)
    assert poll(guest, clock(7, timeout, id, ABSOLUTE if absolute else 0)) == [Event(7, 0, CLOCK, 0, 0)]
    assert 29 * MS <= time.monotonic_ns() - start < 5000 * MS


def test_times_that_are_over(make_guest: Callable[..., Any]) -> None:
    guest = make_guest()
    events = poll(guest, clock(1, 0), clock(2, 1, REALTIME, ABSOLUTE), clock(3, 10**15))
    assert events == [Event(1, 0, CLOCK, 0, 0), Event(2, 0, CLOCK, 0, 0)]


def test_the_first_of_several_clocks(make_guest: Callable[..., Any]) -> None:
    guest = make_guest()
    assert [e.userdata for e in poll(guest, clock(1, 10**18), clock(2, 20 * MS), clock(3, (1 << 64) - 1))] == [2]


def test_clocks_that_cannot_be_waited_for(make_guest: Callable[..., Any]) -> None:
    guest = make_guest()
    assert poll(guest, clock(1, 10**15, 9), clock(2, 10**15, PROCESS), clock(3, 10**15)) == [
        Event(1, Errno.INVAL, CLOCK, 0, 0),
        Event(2, Errno.NOTSUP, CLOCK, 0, 0),
    ]


def test_waiting_uses_no_cpu_time(make_guest: Callable[..., Any], pipe: tuple[int, int]) -> None:
    guest = make_guest(stdin=pipe[0])
    before = time.process_time()
    assert [e.userdata for e in poll(guest, clock(1, 300 * MS), fd(2, READ, 0))] == [1]
    poll(guest, clock(1, 100 * MS))
    assert time.process_time() - before < 0.1


def test_a_pipe_becomes_readable(make_guest: Callable[..., Any], pipe: tuple[int, int]) -> None:
    guest = make_guest(stdin=pipe[0])
    timer = threading.Timer(0.05, lambda: os.write(pipe[1], b"hello"))
    timer.start()
    assert poll(guest, fd(1, READ, 0), clock(2, 10**10)) == [Event(1, 0, READ, 5, 0)]
    timer.join()


def test_hangup(make_guest: Callable[..., Any], pipe: tuple[int, int]) -> None:
    guest = make_guest(stdin=pipe[0])
    os.close(pipe[1])
    assert poll(guest, fd(1, READ, 0)) == [Event(1, 0, READ, 0, 1)]


def test_reading_and_writing_of_one_descriptor(make_guest: Callable[..., Any], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    both = os.open(tmp_path / "fifo", os.O_RDWR | os.O_NONBLOCK)
    guest = make_guest(stdin=both)
    assert poll(guest, fd(1, READ, 0), fd(2, WRITE, 0)) == [Event(2, 0, WRITE, 0, 0)]
    os.write(both, b"abc")
    assert set(poll(guest, fd(1, READ, 0), fd(2, WRITE, 0))) == {Event(1, 0, READ, 3, 0), Event(2, 0, WRITE, 0, 0)}
    os.close(both)


def test_files_are_always_ready(guest: Any) -> None:
    opened = guest.create("f", b"0123456789")
    guest.seek(opened, 4, 0)
    events = poll(guest, fd(1, READ, opened), fd(2, WRITE, opened), fd(3, READ, 3), fd(4, WRITE, 1), clock(5, 10**12))
    assert [(e.userdata, e.size) for e in events] == [(1, 6), (2, 0), (3, 0), (4, 0)]


def test_descriptors_that_are_not_there(make_guest: Callable[..., Any], pipe: tuple[int, int]) -> None:
    os.write(pipe[1], b"x")
    guest = make_guest(stdin=pipe[0])
    assert poll(guest, fd(1, READ, 99), fd(2, WRITE, 0xFFFFFFFF), fd(3, READ, 0)) == [
        Event(1, Errno.BADF, READ, 0, 0),
        Event(2, Errno.BADF, WRITE, 0, 0),
        Event(3, 0, READ, 1, 0),
    ]


def test_bad_arguments(make_guest: Callable[..., Any]) -> None:
    guest = make_guest()
    guest.put(SUBSCRIPTIONS, clock(1, 0) + struct.pack("<QB39x", 1, 3))
    args = (SUBSCRIPTIONS, EVENTS, 1, RESULT)
    assert guest.call("poll_oneoff", *args) == 0
    for i, value, errno in [
        (2, 0, Errno.INVAL),
        (2, 2, Errno.INVAL),
        (2, 65_537, Errno.INVAL),
        (2, 0xFFFFFFFF, Errno.INVAL),
        (2, 65_536, Errno.FAULT),
        (0, END_OF_MEMORY - 47, Errno.FAULT),
        (0, 0xFFFFFFFF, Errno.FAULT),
        (1, END_OF_MEMORY - 31, Errno.FAULT),
        (3, END_OF_MEMORY - 3, Errno.FAULT),
    ]:
        bad = [*args[:i], value, *args[i + 1 :]]
        assert guest.call("poll_oneoff", *bad) is errno, bad


def test_preview_0(make_guest: Callable[..., Any], pipe: tuple[int, int]) -> None:
    """Its records are larger: the clock has a number of its own first."""
    guest = make_guest("wasi_unstable", stdin=pipe[0])
    waiting = struct.pack("<QB7xI36x", 1, READ, 0)
    sleeping = struct.pack("<QB7xQI4xQQH6x", 2, CLOCK, 12345, MONOTONIC, 20 * MS, 0, 0)
    assert len(waiting) == len(sleeping) == 56
    assert poll(guest, waiting, sleeping) == [Event(2, 0, CLOCK, 0, 0)]
    os.write(pipe[1], b"abc")
    assert poll(guest, sleeping, waiting) == [Event(1, 0, READ, 3, 0)]


def test_a_frozen_clock_moves_by_sleeping(make_guest: Callable[..., Any], pipe: tuple[int, int]) -> None:
    guest = make_guest(frozen_clock_ns=1000, stdin=pipe[0])
    start = time.monotonic()
    assert [e.userdata for e in poll(guest, clock(1, 3600 * 10**9), fd(2, READ, 0))] == [1]
    assert [e.userdata for e in poll(guest, clock(1, 10**9))] == [1]
    assert time.monotonic() - start < 5
    guest.call("clock_time_get", REALTIME, 0, RESULT)
    assert guest.result("Q") == 1000 + 3601 * 10**9
    os.write(pipe[1], b"x")
    assert [e.userdata for e in poll(guest, clock(1, 10**9), fd(2, READ, 0))] == [2]


def test_ctrl_c(make_guest: Callable[..., Any], pipe: tuple[int, int]) -> None:
    guest = make_guest(stdin=pipe[0])
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        for subscriptions in ([clock(1, 10**11)], [clock(1, 10**11), fd(2, READ, 0)], [fd(2, READ, 0)]):
            timer = threading.Timer(0.1, lambda: os.kill(os.getpid(), signal.SIGINT))
            timer.start()
            with pytest.raises(KeyboardInterrupt):
                poll(guest, *subscriptions)
            timer.join()
    finally:
        signal.signal(signal.SIGINT, previous)
