"""Options of sockets."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable
from typing import Any

import pytest

from wasmjit.runtime.wasi.errno import Errno

RESULT, SIZE, VALUE = 8, 0x300, 0x310
REUSE, TYPE, ERROR, SEND_BUFFER, KEEP_ALIVE, LINGER, RECV_TIME, SEND_TIME, ACCEPTS = 0, 1, 2, 5, 7, 9, 11, 12, 13


@pytest.fixture
def guest(make_guest: Callable[..., Any]) -> Any:
    return make_guest(net=["127.0.0.1:*"])


@pytest.fixture
def fd(guest: Any) -> int:
    assert guest.call("sock_open", 1, 1, RESULT) == 0
    return int(guest.result())


def get(guest: Any, fd: int, option: int, room: int = 64, level: int = 0) -> Any:
    guest.put(SIZE, struct.pack("<I", room))
    errno = guest.call("sock_getsockopt", fd, level, option, VALUE, SIZE)
    return errno if errno else guest.get(VALUE, struct.unpack("<I", guest.get(SIZE, 4))[0])


def put(guest: Any, fd: int, option: int, value: bytes, level: int = 0) -> Errno:
    guest.put(VALUE, value)
    return guest.call("sock_setsockopt", fd, level, option, VALUE, len(value))


@pytest.mark.parametrize("option", [REUSE, 4, KEEP_ALIVE, 8])
def test_switches(guest: Any, fd: int, option: int) -> None:
    assert get(guest, fd, option) == bytes(4)
    assert put(guest, fd, option, struct.pack("<i", 1)) == 0
    assert get(guest, fd, option) != bytes(4)


def test_numbers(guest: Any, fd: int) -> None:
    assert put(guest, fd, SEND_BUFFER, struct.pack("<i", 20_000)) == 0
    assert struct.unpack("<i", get(guest, fd, SEND_BUFFER))[0] >= 20_000
    assert put(guest, fd, SEND_BUFFER, struct.pack("<i", -1)) == 0  # the host's own bounds apply
    assert get(guest, fd, TYPE) == struct.pack("<i", 1)
    assert get(guest, fd, ERROR) == get(guest, fd, ACCEPTS) == bytes(4)


def test_an_error_has_the_guests_number(guest: Any) -> None:
    assert guest.call("sock_open", 1, 2, RESULT) == 0
    fd = guest.result()
    assert guest.call("fd_fdstat_set_flags", fd, 4) == 0
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    guest.put(0x200, struct.pack("<II", 0x220, 4))
    guest.put(0x220, bytes([127, 0, 0, 1]))
    errno = guest.call("sock_connect", fd, 0x200, port)
    if errno is Errno.INPROGRESS:
        guest.put(0x400, struct.pack("<QB7xI28x", 7, 2, fd))
        assert guest.call("poll_oneoff", 0x400, 0x500, 1, RESULT) == 0
        errno = Errno(struct.unpack("<i", get(guest, fd, ERROR))[0])
    assert errno is Errno.CONNREFUSED


def test_lingering_is_bounded(guest: Any, fd: int) -> None:
    assert put(guest, fd, LINGER, struct.pack("<ii", 1, 1 << 30)) == 0
    assert struct.unpack("<ii", get(guest, fd, LINGER)) == (1, 10)
    assert put(guest, fd, LINGER, struct.pack("<ii", 0, -5)) == 0


def test_time_limits(guest: Any, fd: int) -> None:
    assert get(guest, fd, RECV_TIME) == bytes(16)
    for option in (RECV_TIME, SEND_TIME):
        assert put(guest, fd, option, struct.pack("<qq", 0, 20_000)) == 0
        assert get(guest, fd, option) == struct.pack("<qq", 0, 20_000)
    start = time.monotonic()
    guest.put(0x200, struct.pack("<II", 0x220, 4))
    assert guest.call("sock_bind", fd, 0x200, 0) is Errno.ACCES
    guest.put(0x220, bytes([127, 0, 0, 1]))
    assert guest.call("sock_bind", fd, 0x200, 0) == 0
    assert guest.call("sock_recv", fd, *guest.iovecs(1), 0, RESULT, RESULT + 4) is Errno.AGAIN
    assert time.monotonic() - start >= 0.02
    for wrong in ((-1, 0), (0, 1_000_000), (0, -1)):
        assert put(guest, fd, RECV_TIME, struct.pack("<qq", *wrong)) is Errno.INVAL
    assert put(guest, fd, RECV_TIME, struct.pack("<qq", 1 << 62, 0)) == 0


def test_errors(guest: Any, fd: int) -> None:
    for option in (14, 15, 0xFFFFFFFF):
        assert get(guest, fd, option) is put(guest, fd, option, bytes(4)) is Errno.NOPROTOOPT
    for option in (TYPE, ERROR, ACCEPTS):
        assert put(guest, fd, option, bytes(4)) is Errno.NOPROTOOPT
    assert get(guest, fd, REUSE, level=1) is put(guest, fd, REUSE, bytes(4), level=1) is Errno.NOPROTOOPT
    assert get(guest, fd, REUSE, room=3) is get(guest, fd, LINGER, room=7) is Errno.INVAL
    for value in (b"", bytes(3), bytes(5), bytes(1000)):
        assert put(guest, fd, REUSE, value) is put(guest, fd, LINGER, value) is Errno.INVAL
        assert put(guest, fd, RECV_TIME, value) is Errno.INVAL
