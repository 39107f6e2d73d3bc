"""sock_getaddrinfo."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from typing import Any

import pytest

from wasmjit.runtime.wasi.errno import Errno

RESULT, FIRST, HINTS, SERVICE = 8, 16, 0x40, 0x60
ENTRIES, STEP = 0x400, 0x100
END_OF_MEMORY = 1 << 17
CANONNAME, NUMERICHOST = 2, 4


@pytest.fixture
def guest(make_guest: Callable[..., Any]) -> Any:
    """Fixture: a guest with grants, and a chain of three addrinfo in its memory."""
    guest = make_guest(net=["example.org:80", "localhost:*"])
    for i in range(3):
        at = ENTRIES + STEP * i
        pointers = struct.pack("<IIII", at + 32, at + 128, 16, at + STEP)
        guest.put(at + 12, pointers)
        guest.put(at + 32, struct.pack("<III", 0, 0, at + 64))
    guest.put(FIRST, struct.pack("<I", ENTRIES))
    return guest


def hints(guest: Any, flags: int = 0, family: int = 0, type: int = 2, protocol: int = 0) -> None:
    guest.put(HINTS, struct.pack("<HBBB", flags, family, type, protocol))


def look_up(guest: Any, host: str | bytes, service: str = "", most: int = 3) -> Any:
    """The number found, or the errno."""
    node = guest.path(host)
    guest.put(SERVICE, service.encode())
    errno = guest.call("sock_getaddrinfo", *node, SERVICE, len(service), HINTS, FIRST, most, RESULT)
    return errno if errno else guest.result()


def entry(guest: Any, index: int) -> tuple[Any, ...]:
    """Flags, family, type, protocol, size; family and data of the address; canonical name."""
    at = ENTRIES + STEP * index
    family, size = struct.unpack("<B3xI", guest.get(at + 32, 8))
    data = guest.get(at + 64, size)
    return (*struct.unpack("<HBBB3xI", guest.get(at, 12)), family, data, guest.get(at + 128, 16).rstrip(b"\0"))


def test_numeric_addresses(guest: Any) -> None:
    hints(guest, NUMERICHOST)
    assert look_up(guest, "127.0.0.1", "80") == 1
    data = struct.pack(">H", 80) + bytes([127, 0, 0, 1]) + bytes(8)
    assert entry(guest, 0) == (NUMERICHOST, 1, 2, 1, 16, 1, data, b"")
    assert look_up(guest, "::1\0", "443") == 1
    data = struct.pack(">HI", 443, 0) + bytes(15) + b"\1" + bytes(4)
    assert entry(guest, 0) == (NUMERICHOST, 2, 2, 1, 28, 2, data, b"")


def test_names(guest: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def found(*args: object) -> Any:
        asked.append(args)
        addresses = [("10.0.0.1", 80), ("fe80::1%eth0", 80, 0, 3), ("10.0.0.2", 80), ("10.0.0.3", 80)]
        families = [socket.AF_INET6 if ":" in str(address[0]) else socket.AF_INET for address in addresses]
        return [
            (family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "a-long-canonical-name", address)
            for family, address in zip(families, addresses, strict=True)
        ]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    hints(guest, CANONNAME, 1, 2, 1)
    assert look_up(guest, "example.org", "http") == 3
    assert asked == [("example.org", "http", socket.AF_INET, socket.SOCK_STREAM, 6, socket.AI_CANONNAME)]
    assert entry(guest, 0)[-2:] == (struct.pack(">H", 80) + bytes([10, 0, 0, 1]) + bytes(8), b"a-long-canonical")
    assert entry(guest, 1)[-2][-4:] == struct.pack("<I", 3)
    assert entry(guest, 2)[-2][2:6] == bytes([10, 0, 0, 2])
    assert look_up(guest, "example.org", most=1) == 1
    assert look_up(guest, "secret.example.org") is Errno.ACCES
    assert len(asked) == 2


def test_a_chain_that_leaves_memory(guest: Any) -> None:
    hints(guest)
    for at, pointer in ((ENTRIES + 12, END_OF_MEMORY - 3), (ENTRIES + 40, END_OF_MEMORY - 3), (FIRST, 0xFFFFFFF0)):
        before = guest.get(at, 4)
        guest.put(at, struct.pack("<I", pointer))
        assert look_up(guest, "127.0.0.1", "80") is Errno.FAULT
        guest.put(at, before)
    guest.put(ENTRIES + 20, struct.pack("<I", 0xFFFFFFFF))
    assert look_up(guest, "127.0.0.1", "80") is Errno.FAULT


@pytest.mark.parametrize(
    ("change", "errno"),
    [
        ({"flags": 0x80}, Errno.AIBADFLAG),
        ({"family": 3}, Errno.AIFAMILY),
        ({"type": 3}, Errno.AISOCKTYPE),
        ({"protocol": 3}, Errno.INVAL),
    ],
)
def test_wrong_hints(guest: Any, change: dict[str, int], errno: Errno) -> None:
    hints(guest, **change)
    assert look_up(guest, "127.0.0.1", "80") is errno


def test_errors(guest: Any, make_guest: Callable[..., Any]) -> None:
    hints(guest)
    assert look_up(guest, "", "") is Errno.AINONAME
    assert look_up(guest, "127.0.0.1", most=0) is Errno.AIMEMORY
    assert look_up(guest, b"\xff") is Errno.ILSEQ
    assert look_up(guest, "a\0b") is Errno.INVAL
    assert look_up(guest, "x" * 1025) is Errno.NAMETOOLONG
    assert look_up(guest, "127.0.0.1", "no-such-service") in (Errno.AISERVICE, Errno.AINONAME)
    args = [*guest.path("localhost"), SERVICE, 0, HINTS, FIRST, 3, RESULT]
    for index in (0, 2, 4, 5, 7):
        wrong = [*args]
        wrong[index] = END_OF_MEMORY - (index > 3) + (index <= 2)
        assert guest.call("sock_getaddrinfo", *wrong) is Errno.FAULT, index
    other = make_guest()
    assert look_up(other, "127.0.0.1") is Errno.ACCES


@pytest.mark.parametrize(
    ("error", "errno"),
    [
        (socket.gaierror(socket.EAI_NONAME, "no"), Errno.AINONAME),
        (socket.gaierror(socket.EAI_AGAIN, "no"), Errno.AIAGAIN),
        (socket.gaierror(12345, "no"), Errno.AIFAIL),
        (UnicodeError("label too long"), Errno.AINONAME),
    ],
)
def test_failed_lookups(guest: Any, error: Exception, errno: Errno, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> None:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    hints(guest)
    assert look_up(guest, "example.org", "80") is errno
