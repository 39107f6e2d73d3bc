"""What the sockets that a guest opens itself may reach: nothing but what is granted by name or address, and port."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, NamedTuple, TypeAlias

from wasmjit.runtime.wasi.errno import Errno, WasiError

IpAddress: TypeAlias = IPv4Address | IPv6Address
ANY = "*"
_PORT_MAX = 0xFFFF

Lookup: TypeAlias = Sequence[tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[Any, ...]]]
"""What `socket.getaddrinfo` returns."""


class Grant(NamedTuple):
    """One `HOST:PORT`. `host` is an address, a name in lower case, or `ANY`; `port` None is any."""

    host: IpAddress | str
    port: int | None


def parse_grant(text: str) -> Grant:
    """`HOST:PORT`; HOST is a name, an IPv4 address, an IPv6 address in brackets or `*`, PORT a number or `*`.

    Raises ValueError.
    """
    host, separator, port = text.rpartition(":")
    if not separator or not host:
        raise ValueError(f"{text!r} is not HOST:PORT")
    if port != ANY and not (port.isascii() and port.isdecimal() and int(port) <= _PORT_MAX):
        raise ValueError(f"{text!r}: {port!r} is not a port")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if ":" in bare and bare is host:
        raise ValueError(f"{text!r}: an IPv6 address stands in brackets")
    return Grant(_parse_host(bare), None if port == ANY else int(port))


def _parse_host(text: str) -> IpAddress | str:
    address = as_address(text)
    return _normal_name(text) if address is None else plain(address)


def _normal_name(name: str) -> str:
    return name.lower().rstrip(".")


def as_address(text: str) -> IpAddress | None:
    """The address that is written; None if it is a name."""
    try:
        return ip_address(text)
    except ValueError:
        return None


def plain(address: IpAddress) -> IpAddress:
    """An IPv4 address in IPv6 form as what it means."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return address if mapped is None else mapped


class Network:
    """The grants of a guest.

    A grant by name is good for the addresses that the name has here when it is first needed, and for those that the
    guest is told when it looks the name up.
    """

    def __init__(self, grants: Iterable[str] = ()) -> None:
        self._grants = [parse_grant(text) for text in grants]
        self._addresses: dict[str, set[IpAddress]] = {}

    def check_any(self) -> None:
        """EACCES if nothing is granted."""
        if not self._grants:
            raise WasiError(Errno.ACCES)

    def check(self, address: IpAddress, port: int) -> None:
        """EACCES unless that address and port, of another or one's own, are granted."""
        address = plain(address)
        if not any(g.port in (None, port) and self._covers(g.host, address) for g in self._grants):
            raise WasiError(Errno.ACCES)

    def _covers(self, host: IpAddress | str, address: IpAddress) -> bool:
        if not isinstance(host, str):
            return host == address
        if host == ANY:
            return True
        if host not in self._addresses:
            self._learn(host, _resolve(host))
        return address in self._addresses[host]

    def _learn(self, name: str, found: Lookup) -> None:
        known = self._addresses.setdefault(name, set())
        known.update(plain(ip_address(str(entry[4][0]).partition("%")[0])) for entry in found)

    def look_up(
        self, host: str | None, service: str | None, family: int = 0, type: int = 0, protocol: int = 0, flags: int = 0
    ) -> Lookup:
        """`socket.getaddrinfo`. EACCES for a name that is not granted: asking for it would tell it to others."""
        self.check_any()
        if host is None or as_address(host) is not None:
            return socket.getaddrinfo(host, service, family, type, protocol, flags)
        name = _normal_name(host)
        if not any(grant.host in (name, ANY) for grant in self._grants):
            raise WasiError(Errno.ACCES)
        found = socket.getaddrinfo(host, service, family, type, protocol, flags)
        self._learn(name, found)
        return found


def _resolve(name: str) -> Lookup:
    """All addresses of a name; none if it can't be found."""
    try:
        return socket.getaddrinfo(name, None)
    except (OSError, UnicodeError):
        return []
