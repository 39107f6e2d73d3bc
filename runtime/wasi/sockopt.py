"""Options of sockets, by WasmEdge's numbers: their values in guest memory are the host's."""

from __future__ import annotations

import socket
from struct import Struct

from wasmjit.runtime.wasi.errno import Errno, WasiError, from_host
from wasmjit.runtime.wasi.hostsocket import HostSocket
from wasmjit.runtime.wasi.sockaddr import TYPE_BY_HOST

SOL_SOCKET = 0
_INT = Struct("<i")
_LINGER = Struct("<ii")
_TIMEVAL = Struct("<qq")

_TYPE, _ERROR, _LINGER_OPTION, _RECV_TIMEOUT, _SEND_TIMEOUT, _ACCEPTS = 1, 2, 9, 11, 12, 13
_FLAGS = {
    0: socket.SO_REUSEADDR,
    3: socket.SO_DONTROUTE,
    4: socket.SO_BROADCAST,
    5: socket.SO_SNDBUF,
    6: socket.SO_RCVBUF,
    7: socket.SO_KEEPALIVE,
    8: socket.SO_OOBINLINE,
    10: socket.SO_RCVLOWAT,
}
LONGEST_LINGER_S = 10
"""A guest can't make closing take longer."""


def get_option(entry: HostSocket, level: int, option: int) -> bytes:
    """The value. ENOPROTOOPT if there is no such option."""
    _check_level(level)
    if option in _FLAGS:
        return _INT.pack(entry.sock.getsockopt(socket.SOL_SOCKET, _FLAGS[option]))
    if option == _TYPE:
        return _INT.pack(TYPE_BY_HOST.get(entry.sock.type, 0))
    if option == _ERROR:
        code = entry.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        return _INT.pack(from_host(OSError(code, "")).value if code else 0)
    if option == _LINGER_OPTION:
        return entry.sock.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER.size)
    if option in (_RECV_TIMEOUT, _SEND_TIMEOUT):
        limit_ms = entry.recv_limit_ms if option == _RECV_TIMEOUT else entry.send_limit_ms
        return _TIMEVAL.pack(*divmod((limit_ms or 0) * 1000, 1_000_000))
    if option == _ACCEPTS:
        return _INT.pack(entry.listening)
    raise WasiError(Errno.NOPROTOOPT)


def set_option(entry: HostSocket, level: int, option: int, value: bytes) -> None:
    """Set it. ENOPROTOOPT if it can't be, EINVAL for a value of the wrong size or out of range."""
    _check_level(level)
    if option in _FLAGS:
        entry.sock.setsockopt(socket.SOL_SOCKET, _FLAGS[option], *_unpack(_INT, value))
    elif option == _LINGER_OPTION:
        on, seconds = _unpack(_LINGER, value)
        limited = _LINGER.pack(on, min(max(seconds, 0), LONGEST_LINGER_S))
        entry.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, limited)
    elif option == _RECV_TIMEOUT:
        entry.recv_limit_ms = _limit_ms(value)
    elif option == _SEND_TIMEOUT:
        entry.send_limit_ms = _limit_ms(value)
    else:
        raise WasiError(Errno.NOPROTOOPT)


def _check_level(level: int) -> None:
    if level != SOL_SOCKET:
        raise WasiError(Errno.NOPROTOOPT)


def _unpack(layout: Struct, value: bytes) -> tuple[int, ...]:
    if len(value) != layout.size:
        raise WasiError(Errno.INVAL)
    return layout.unpack(value)


def _limit_ms(value: bytes) -> int | None:
    """How long to wait at most; None, for ever, if the time is zero."""
    seconds, micros = _unpack(_TIMEVAL, value)
    if seconds < 0 or not 0 <= micros < 1_000_000:
        raise WasiError(Errno.INVAL)
    return min(seconds * 1000 + -(-micros // 1000), (1 << 31) - 1) or None
