"""Sockets: listeners passed in, and what they accept."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from wasmjit.runtime.wasi.errno import Errno

RESULT, BUFFER, IOVECS = 8, 0x8000, 0x100
END_OF_MEMORY = 1 << 17
NONBLOCK = 4
PEEK, WAITALL = 1, 2
LISTENER = 3


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


@pytest.fixture
def guest(make_guest: Callable[..., Any], listener: socket.socket) -> Any:
    return make_guest(listeners=[listener])


@pytest.fixture
def client(listener: socket.socket) -> Iterator[socket.socket]:
    with socket.create_connection(listener.getsockname()) as connection:
        yield connection


def accept(guest: Any, flags: int = 0) -> Any:
    errno = guest.call("sock_accept", LISTENER, flags, RESULT)
    return errno if errno else guest.result()


def receive(guest: Any, fd: int, size: int = 100, flags: int = 0) -> Any:
    errno = guest.call("sock_recv", fd, *guest.iovecs(size), flags, RESULT, RESULT + 4)
    return errno if errno else guest.get(BUFFER, guest.result())


def send(guest: Any, fd: int, data: bytes, flags: int = 0) -> Any:
    guest.put(BUFFER, data)
    errno = guest.call("sock_send", fd, *guest.iovecs(len(data)), flags, RESULT)
    return errno if errno else guest.result()


def test_a_connection(guest: Any, client: socket.socket) -> None:
    assert guest.fdstat(LISTENER)[0] == 6
    fd = accept(guest)
    assert fd == 4
    assert guest.fdstat(fd)[0] == 6
    client.sendall(b"question")
    assert receive(guest, fd, flags=PEEK) == b"question"
    assert receive(guest, fd, 5) == b"quest"
    assert guest.read(fd) == b"ion"
    assert send(guest, fd, b"answer") == 6
    assert guest.write(fd, b"!") == 1
    assert client.recv(100) == b"answer!"
    assert guest.seek(fd, 0, 0) is Errno.SPIPE
    client.shutdown(socket.SHUT_WR)
    assert receive(guest, fd) == b""
    assert guest.call("sock_shutdown", fd, 3) == 0
    assert client.recv(100) == b""
    assert send(guest, fd, b"x") is Errno.PIPE
    assert guest.call("fd_close", fd) == 0
    assert receive(guest, fd) is Errno.BADF


def test_waiting_for_all(guest: Any, client: socket.socket) -> None:
    fd = accept(guest)
    client.sendall(b"12345")
    timer = threading.Timer(0.05, lambda: client.sendall(b"67890"))
    timer.start()
    assert receive(guest, fd, 10, WAITALL) == b"1234567890"
    timer.join()


def test_without_waiting(guest: Any, listener: socket.socket) -> None:
    assert guest.call("fd_fdstat_set_flags", LISTENER, NONBLOCK) == 0
    assert accept(guest) is Errno.AGAIN
    assert listener.gettimeout() is None
    with socket.create_connection(listener.getsockname()) as client:
        fd = accept(guest, NONBLOCK)
        assert guest.fdstat(fd)[1] == NONBLOCK
        assert receive(guest, fd) is Errno.AGAIN
        client.sendall(b"x")
        time.sleep(0.01)
        assert receive(guest, fd, flags=WAITALL) == b"x"
        while (taken := send(guest, fd, bytes(0x8000))) is not Errno.AGAIN:
            assert taken > 0
        assert guest.call("fd_fdstat_set_flags", fd, 0) == 0
        assert guest.fdstat(fd)[1] == 0
        assert guest.call("fd_fdstat_set_flags", fd, 1) is Errno.NOTSUP


def test_polling(guest: Any, listener: socket.socket) -> None:
    def ready() -> set[int]:
        clock = struct.pack("<QB7xI4xQQH6x", 9, 0, 1, 20_000_000, 0, 0)
        subscriptions = b"".join(struct.pack("<QB7xI28x", fd, 1, fd) for fd in (LISTENER, 4))
        guest.put(0x1000, subscriptions + clock)
        assert guest.call("poll_oneoff", 0x1000, 0x2000, 3, RESULT) == 0
        events = [struct.unpack("<QHB5xQH6x", guest.get(0x2000 + 32 * i, 32)) for i in range(guest.result())]
        return {userdata for userdata, error, *_ in events if not error}

    with socket.create_connection(listener.getsockname()):
        assert ready() == {LISTENER}
        assert accept(guest) == 4
    with socket.create_connection(listener.getsockname()):
        assert ready() == {LISTENER, 4}


def test_errors(guest: Any, client: socket.socket) -> None:
    fd = accept(guest)
    for number, errno in [(99, Errno.BADF), (1, Errno.NOTSOCK)]:
        assert guest.call("sock_accept", number, 0, RESULT) is errno
        assert receive(guest, number) is errno
        assert send(guest, number, b"x") is errno
        assert guest.call("sock_shutdown", number, 1) is errno
    assert guest.call("sock_accept", fd, 0, RESULT) is Errno.INVAL
    assert guest.call("sock_accept", LISTENER, 1, RESULT) is Errno.INVAL
    assert guest.call("sock_accept", LISTENER, 0, END_OF_MEMORY - 3) is Errno.FAULT
    assert receive(guest, LISTENER) is Errno.NOTCONN
    assert send(guest, LISTENER, b"x") is Errno.NOTCONN
    assert guest.read(LISTENER) is Errno.NOTCONN
    assert receive(guest, fd, flags=4) is Errno.INVAL
    assert send(guest, fd, b"x", flags=1) is Errno.INVAL
    assert guest.call("sock_shutdown", fd, 0) is Errno.INVAL
    assert guest.call("sock_shutdown", fd, 4) is Errno.INVAL
    assert guest.call("sock_recv", fd, *guest.iovecs(1), 0, RESULT, END_OF_MEMORY - 1) is Errno.FAULT
    assert guest.call("sock_recv", fd, *guest.iovecs(1), 0, END_OF_MEMORY - 3, RESULT) is Errno.FAULT
    assert guest.call("sock_send", fd, END_OF_MEMORY - 7, 1, 0, RESULT) is Errno.FAULT
    assert guest.open("x", fd) is Errno.NOTDIR
    assert guest.call("fd_readdir", fd, BUFFER, 10, 0, RESULT) is Errno.NOTDIR


def test_a_directory_is_no_socket(make_guest: Callable[..., Any], tmp_path: Path) -> None:
    guest = make_guest(dirs={"/": tmp_path})
    assert guest.call("sock_accept", 3, 0, RESULT) is Errno.NOTSOCK
    assert guest.call("sock_shutdown", 3, 1) is Errno.NOTSOCK


def test_too_many_descriptors(make_guest: Callable[..., Any], listener: socket.socket, client: socket.socket) -> None:
    guest = make_guest(listeners=[listener], max_fds=4)
    assert accept(guest) is Errno.MFILE
    guest.call("fd_close", 0)
    assert accept(guest) == 0


def test_listeners_come_after_directories_and_stay_open(
    make_guest: Callable[..., Any], listener: socket.socket, tmp_path: Path
) -> None:
    guest = make_guest(listeners=[listener], dirs={"/": tmp_path})
    assert guest.call("fd_prestat_get", 3, RESULT) == 0
    assert guest.call("fd_prestat_get", 4, RESULT) is Errno.BADF
    assert guest.fdstat(4)[0] == 6
    assert guest.call("fd_close", 4) == 0
    assert listener.fileno() >= 0


def test_accepted_connections_are_closed_with_the_guest(guest: Any, client: socket.socket) -> None:
    accept(guest)
    guest.wasi.close()
    assert client.recv(10) == b""
