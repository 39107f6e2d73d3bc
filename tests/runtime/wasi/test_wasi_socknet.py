"""WasmEdge's sockets: what is granted works, the rest is denied."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from typing import Any

import pytest

from wasmjit.runtime.wasi.errno import Errno

RESULT, ADDRESS, BYTES, PORT = 8, 0x200, 0x220, 0x300
BUFFER = 0x8000
INET4, INET6 = 1, 2
DGRAM, STREAM = 1, 2
NONBLOCK = 4
END_OF_MEMORY = 1 << 17


@pytest.fixture
def guest(make_guest: Callable[..., Any]) -> Any:
    """Fixture: a guest that may do what it wants on 127.0.0.1."""
    return make_guest(net=["127.0.0.1:*"])


def open_socket(guest: Any, type: int = STREAM, family: int = INET4, name: str = "sock_open") -> Any:
    errno = guest.call(name, family, type, RESULT)
    return errno if errno else guest.result()


def address(guest: Any, text: str = "127.0.0.1", size: int | None = None) -> int:
    """Put an address into memory, in a buffer of its own size or of 128 bytes."""
    family = socket.AF_INET6 if ":" in text else socket.AF_INET
    data = socket.inet_pton(family, text)
    if size == 128:
        data = struct.pack("<H", INET6 if ":" in text else INET4) + data
    guest.put(ADDRESS, struct.pack("<II", BYTES, len(data) if size is None else size))
    guest.put(BYTES, data)
    return ADDRESS


def to(guest: Any, name: str, fd: int, port: int, text: str = "127.0.0.1", size: int | None = None) -> Errno:
    return guest.call(name, fd, address(guest, text, size), port)


def port_of(guest: Any, fd: int, name: str = "sock_getlocaladdr") -> Any:
    guest.put(ADDRESS, struct.pack("<II", BYTES, 4))
    errno = guest.call(name, fd, ADDRESS, RESULT, PORT)
    if errno:
        return errno
    assert guest.get(BYTES, 4) == bytes([127, 0, 0, 1])
    assert guest.result() == 4
    return struct.unpack("<I", guest.get(PORT, 4))[0]


def exchange(guest: Any, fd: int) -> None:
    """Send, and receive what comes back."""
    guest.put(BUFFER, b"ping")
    assert guest.call("sock_send", fd, *guest.iovecs(4), 0, RESULT) == 0
    assert guest.call("sock_recv", fd, *guest.iovecs(100), 0, RESULT, RESULT + 4) == 0
    assert guest.get(BUFFER, guest.result()) == b"pong"


@pytest.mark.parametrize("version", ["", "_v2"])
def test_a_client(guest: Any, version: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with server.accept()[0] as connection:
                assert connection.recv(100) == b"ping"
                connection.send(b"pong")

        thread = threading.Thread(target=serve)
        thread.start()
        port = server.getsockname()[1]
        fd = open_socket(guest, name=f"sock_open{version}")
        assert to(guest, f"sock_connect{version}", fd, port, size=128 if version else None) == 0
        exchange(guest, fd)
        thread.join()
        assert port_of(guest, fd, "sock_getpeeraddr") == port
        assert to(guest, "sock_connect", fd, port) is Errno.ISCONN
        assert guest.call("fd_close", fd) == 0


@pytest.mark.parametrize("version", ["", "_v2"])
def test_a_server(guest: Any, version: str) -> None:
    fd = open_socket(guest)
    assert guest.call("sock_listen", fd, 1) is Errno.DESTADDRREQ
    assert to(guest, f"sock_bind{version}", fd, 0, size=128 if version else None) == 0
    assert to(guest, "sock_bind", fd, 0) is Errno.INVAL
    assert guest.call("sock_accept", fd, 0, RESULT) is Errno.INVAL
    assert guest.call(f"sock_listen{version}", fd, 0xFFFFFFFF) == 0
    with socket.create_connection(("127.0.0.1", port_of(guest, fd))) as client:
        client.send(b"pong")
        assert guest.call("sock_accept_v2" if version else "sock_accept", fd, 0, RESULT) == 0
        exchange(guest, guest.result())
        assert client.recv(10) == b"ping"
    assert guest.call("sock_send", fd, *guest.iovecs(1), 0, RESULT) is Errno.NOTCONN


def test_accepting_without_flags(guest: Any) -> None:
    type, accept = guest.wasi.alternatives()["wasi_snapshot_preview1", "sock_accept"]
    assert str(type) == "[i32 i32] -> [i32]"
    fd = open_socket(guest)
    assert to(guest, "sock_bind", fd, 0) == guest.call("sock_listen", fd, 1) == 0
    with socket.create_connection(("127.0.0.1", port_of(guest, fd))):
        assert accept(guest, fd, RESULT) == 0
    assert guest.result() == fd + 1


@pytest.mark.parametrize("size", [4, 128])
def test_datagrams(guest: Any, size: int) -> None:
    one, two = open_socket(guest, DGRAM), open_socket(guest, DGRAM)
    for fd in (one, two):
        assert to(guest, "sock_bind", fd, 0) == 0
    port_one, port_two = port_of(guest, one), port_of(guest, two)
    guest.put(BUFFER, b"hello")
    target = address(guest, size=size)
    assert guest.call("sock_send_to", one, *guest.iovecs(3, 2), target, port_two, 0, RESULT) == 0
    assert guest.result() == 5
    guest.put(BUFFER, bytes(5))
    guest.put(BYTES, bytes(128))
    receive = ("sock_recv_from", two, *guest.iovecs(3), target, 0, PORT, RESULT, RESULT + 4)
    assert guest.call(*receive) == 0
    assert guest.get(BUFFER, 5) == b"hel\0\0"
    assert guest.result("IH") == (3, 1)
    assert guest.get(BYTES, 6) == (b"\1\0\x7f\0\0\1" if size == 128 else b"\x7f\0\0\1\0\0")
    assert struct.unpack("<H", guest.get(PORT, 2))[0] == port_one
    assert guest.call("fd_fdstat_set_flags", two, NONBLOCK) == 0
    assert guest.call(*receive) is Errno.AGAIN


def test_receiving_without_the_port(guest: Any) -> None:
    _, receive = guest.wasi.alternatives()["wasi_snapshot_preview1", "sock_recv_from"]
    fd = open_socket(guest, DGRAM)
    assert to(guest, "sock_bind", fd, 0) == 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.sendto(b"x", ("127.0.0.1", port_of(guest, fd)))
        assert receive(guest, fd, *guest.iovecs(3), address(guest), 0, RESULT, RESULT + 4) == 0
    assert guest.result() == 1


def test_ipv6(make_guest: Callable[..., Any]) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("no IPv6 here")
    guest = make_guest(net=["[::1]:*"])
    fd = open_socket(guest, family=INET6)
    assert to(guest, "sock_bind", fd, 0, "127.0.0.1") is Errno.ACCES
    assert to(guest, "sock_bind", fd, 0, "::1") == guest.call("sock_listen", fd, 1) == 0
    guest.put(ADDRESS, struct.pack("<II", BYTES, 4))
    assert guest.call("sock_getlocaladdr", fd, ADDRESS, RESULT, PORT) is Errno.INVAL
    guest.put(ADDRESS, struct.pack("<II", BYTES, 128))
    assert guest.call("sock_getlocaladdr_v2", fd, ADDRESS, PORT) == 0
    assert guest.get(BYTES, 18) == b"\2\0" + bytes(15) + b"\1"
    guest.put(ADDRESS, struct.pack("<II", BYTES, 16))
    assert guest.call("sock_getlocaladdr", fd, ADDRESS, RESULT, PORT) == 0
    assert guest.result() == 6
    client = open_socket(guest, family=INET6)
    port = struct.unpack("<I", guest.get(PORT, 4))[0]
    assert to(guest, "sock_connect", client, port, "::1", 128) == 0
    guest.put(ADDRESS, struct.pack("<II", BYTES, 128))
    assert guest.call("sock_getpeeraddr_v2", client, ADDRESS, PORT) == 0


def test_connecting_without_waiting(guest: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        fd = open_socket(guest)
        assert guest.call("fd_fdstat_set_flags", fd, NONBLOCK) == 0
        assert to(guest, "sock_connect", fd, server.getsockname()[1]) in (Errno.INPROGRESS, 0)
        guest.put(0x400, struct.pack("<QB7xI28x", 7, 2, fd))
        assert guest.call("poll_oneoff", 0x400, 0x500, 1, RESULT) == 0
        assert struct.unpack("<QHB", guest.get(0x500, 11)) == (7, 0, 2)
        guest.put(PORT, struct.pack("<I", 4))
        assert guest.call("sock_getsockopt", fd, 0, 2, RESULT, PORT) == 0
        assert guest.result() == 0


def test_nothing_is_granted_by_default(make_guest: Callable[..., Any]) -> None:
    guest = make_guest()
    assert open_socket(guest) is open_socket(guest, DGRAM, INET6) is Errno.ACCES


def test_what_is_not_granted(make_guest: Callable[..., Any]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        guest = make_guest(net=[f"127.0.0.1:{port ^ 1}"])
        fd, datagrams = open_socket(guest), open_socket(guest, DGRAM)
        assert to(guest, "sock_connect", fd, port) is Errno.ACCES
        assert to(guest, "sock_bind", fd, 0) is to(guest, "sock_bind", fd, port) is Errno.ACCES
        assert to(guest, "sock_bind", fd, port ^ 1, "0.0.0.0") is Errno.ACCES
        iovecs = guest.iovecs(1)
        assert guest.call("sock_send_to", datagrams, *iovecs, address(guest), port, 0, RESULT) is Errno.ACCES
        server.settimeout(0)
        with pytest.raises(BlockingIOError):
            server.accept()


def test_errors(guest: Any) -> None:
    assert open_socket(guest, family=3) is Errno.AFNOSUPPORT
    assert open_socket(guest, family=0) is open_socket(guest, type=0) is open_socket(guest, type=3) is Errno.INVAL
    assert guest.call("sock_open", INET4, STREAM, END_OF_MEMORY - 3) is Errno.FAULT
    fd = open_socket(guest)
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]
        assert to(guest, "sock_bind", fd, taken) is Errno.ADDRINUSE
    assert to(guest, "sock_connect", fd, taken) is Errno.CONNREFUSED
    assert to(guest, "sock_connect", fd, 1 << 16) is to(guest, "sock_bind", fd, 0xFFFFFFFF) is Errno.INVAL
    assert port_of(guest, fd, "sock_getpeeraddr") is Errno.NOTCONN
    assert guest.call("sock_send_to", fd, *guest.iovecs(1), address(guest), 9, 1, RESULT) is Errno.INVAL
    assert guest.call("sock_recv_from", fd, *guest.iovecs(1), address(guest), 4, PORT, RESULT, 16) is Errno.INVAL
    for size in (0, 3, 5, 127, 129):
        assert to(guest, "sock_connect", fd, 9, size=size) is Errno.INVAL
        assert guest.call("sock_getlocaladdr", fd, ADDRESS, RESULT, PORT) is Errno.INVAL
    guest.put(BYTES, b"\3\0")
    guest.put(ADDRESS, struct.pack("<II", BYTES, 128))
    assert guest.call("sock_connect", fd, ADDRESS, 9) is Errno.INVAL


@pytest.mark.parametrize("name", ["sock_bind", "sock_connect", "sock_listen", "sock_getlocaladdr", "sock_getsockopt"])
def test_what_is_no_socket(guest: Any, name: str) -> None:
    address(guest)
    rest = {"sock_listen": [1], "sock_getlocaladdr": [ADDRESS, RESULT, PORT], "sock_getsockopt": [0, 1, RESULT, PORT]}
    args = rest.get(name, [ADDRESS, 9])
    assert guest.call(name, 1, *args) is Errno.NOTSOCK
    assert guest.call(name, 77, *args) is Errno.BADF


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("sock_bind", (END_OF_MEMORY - 7, 9)),
        ("sock_connect", (0xFFFFFFFF, 9)),
        ("sock_send_to", (0x100, 1, END_OF_MEMORY, 9, 0, RESULT)),
        ("sock_send_to", (END_OF_MEMORY, 1, ADDRESS, 9, 0, RESULT)),
        ("sock_send_to", (0x100, 1, ADDRESS, 9, 0, END_OF_MEMORY)),
        ("sock_recv_from", (0x100, 1, END_OF_MEMORY, 0, PORT, RESULT, 16)),
        ("sock_recv_from", (0x100, 1, ADDRESS, 0, END_OF_MEMORY, RESULT, 16)),
        ("sock_recv_from", (0x100, 1, ADDRESS, 0, PORT, END_OF_MEMORY, 16)),
        ("sock_recv_from", (0x100, 1, ADDRESS, 0, PORT, RESULT, END_OF_MEMORY)),
        ("sock_getlocaladdr", (END_OF_MEMORY, RESULT, PORT)),
        ("sock_getlocaladdr", (ADDRESS, END_OF_MEMORY, PORT)),
        ("sock_getlocaladdr", (ADDRESS, RESULT, END_OF_MEMORY)),
        ("sock_getpeeraddr_v2", (ADDRESS, END_OF_MEMORY)),
        ("sock_getsockopt", (0, 1, END_OF_MEMORY, PORT)),
        ("sock_getsockopt", (0, 1, RESULT, END_OF_MEMORY)),
        ("sock_setsockopt", (0, 0, END_OF_MEMORY, 4)),
        ("sock_setsockopt", (0, 0, RESULT, 0xFFFFFFFF)),
    ],
)
def test_pointers_outside_of_memory(guest: Any, name: str, args: tuple[int, ...]) -> None:
    fd = open_socket(guest, DGRAM)
    guest.iovecs(1)
    address(guest)
    guest.put(PORT, struct.pack("<I", 4))
    assert guest.call(name, fd, *args) is Errno.FAULT
    guest.put(ADDRESS, struct.pack("<II", END_OF_MEMORY - 3, 4))
    if name in ("sock_bind", "sock_connect") and args[0] == ADDRESS:
        assert guest.call(name, fd, *args) is Errno.FAULT
