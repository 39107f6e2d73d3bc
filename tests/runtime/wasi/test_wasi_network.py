"""What a guest's own sockets may reach."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from typing import Any

import pytest

from wasmjit.runtime.wasi import WasiConfig
from wasmjit.runtime.wasi.errno import Errno, WasiError
from wasmjit.runtime.wasi.network import Grant, Network, parse_grant


@pytest.mark.parametrize(
    ("text", "grant"),
    [
        ("Example.org.:443", Grant("example.org", 443)),
        ("127.0.0.1:80", Grant(ip_address("127.0.0.1"), 80)),
        ("[::1]:0", Grant(ip_address("::1"), 0)),
        ("[::ffff:10.0.0.1]:1", Grant(ip_address("10.0.0.1"), 1)),
        ("*:*", Grant("*", None)),
        ("10.0.0.1:*", Grant(ip_address("10.0.0.1"), None)),
    ],
)
def test_grants(text: str, grant: Grant) -> None:
    assert parse_grant(text) == grant


@pytest.mark.parametrize("text", ["", "host", ":80", "host:", "host:http", "host:65536", "host:-1", "::1:80", "a:b:1"])
def test_what_is_no_grant(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not|brackets"):
        parse_grant(text)
    with pytest.raises(ValueError, match=r"is not|brackets"):
        WasiConfig(net=[text])


def test_one_string_is_no_list_of_grants() -> None:
    with pytest.raises(TypeError, match="net"):
        WasiConfig(net="host:1")


def allowed(network: Network, address: str, port: int) -> bool:
    try:
        network.check(ip_address(address), port)
    except WasiError as error:
        assert error.errno is Errno.ACCES
        return False
    return True


def test_addresses_and_ports() -> None:
    network = Network(["127.0.0.1:80", "10.0.0.1:*", "*:53", "[::1]:80"])
    assert allowed(network, "127.0.0.1", 80) and not allowed(network, "127.0.0.1", 81)
    assert allowed(network, "::ffff:127.0.0.1", 80)
    assert allowed(network, "10.0.0.1", 9) and not allowed(network, "10.0.0.2", 9)
    assert allowed(network, "8.8.8.8", 53) and allowed(network, "::1", 80) and not allowed(network, "::2", 80)
    assert not allowed(Network(), "127.0.0.1", 80)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Fixture: names have addresses that change with every lookup; the lookups made."""
    made: list[object] = []

    def look_up(host: object, *args: object) -> Any:
        made.append(host)
        if host == "fails":
            raise socket.gaierror(socket.EAI_NONAME, "no")
        if host == "strange":
            raise UnicodeError("label too long")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"10.0.0.{len(made)}", 0))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return made


def test_names(names: list[object]) -> None:
    network = Network(["example.org:443", "fails:443", "strange:443"])
    assert allowed(network, "10.0.0.1", 443) and not allowed(network, "10.0.0.1", 80)
    assert not allowed(network, "10.0.0.4", 443)
    assert names == ["example.org", "fails", "strange"]
    network.look_up("EXAMPLE.org", "443")
    assert allowed(network, "10.0.0.4", 443) and allowed(network, "10.0.0.1", 443)


def test_other_names_are_not_asked_for(names: list[object]) -> None:
    network = Network(["example.org:443"])
    for name in ("secret.example.org", "org", "xn--example.org"):
        with pytest.raises(WasiError, match="ACCES"):
            network.look_up(name, None)
    with pytest.raises(WasiError, match="ACCES"):
        Network().look_up("example.org", None)
    assert names == []
    network.look_up("10.1.1.1", None)
    Network(["*:1"]).look_up("anything", None)
    assert names == ["10.1.1.1", "anything"]
