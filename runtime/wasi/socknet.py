"""WasmEdge's sockets: sock_open, sock_bind, sock_listen, sock_connect, sock_send_to, sock_recv_from,
sock_getsockopt, sock_setsockopt, sock_getlocaladdr, sock_getpeeraddr, sock_getaddrinfo.

A guest reaches only what is granted (network.py). Some calls have a second version, with `_v2`, in which the buffer
for an address has 128 bytes; ours take that in either. Errors that all of them share, besides those of sock.py:

* EACCES: not granted
* EINVAL: an address that has neither 4, 16 nor 128 bytes
* whatever the host answers, for example EADDRINUSE, ECONNREFUSED, EHOSTUNREACH
"""

from __future__ import annotations

import socket

from wasmjit.runtime.wasi import rights
from wasmjit.runtime.wasi.errno import Errno, WasiError
from wasmjit.runtime.wasi.hostsocket import RECV_PEEK, RECV_WAITALL, HostSocket
from wasmjit.runtime.wasi.memory import U16, U32, check_span, read_iovecs, span
from wasmjit.runtime.wasi.network import IpAddress
from wasmjit.runtime.wasi.registry import PREVIEW_1, wasi
from wasmjit.runtime.wasi.sock import accept, receive, socket_of
from wasmjit.runtime.wasi.sockaddr import (
    FAMILIES,
    INET4,
    TYPES,
    UNIX,
    check_address_buffer,
    family_of,
    read_address,
    write_address,
)
from wasmjit.runtime.wasi.sockopt import get_option, set_option
from wasmjit.runtime.wasi.state import State

_ONLY_1 = (PREVIEW_1,)
_PORT_MAX = 0xFFFF


@wasi("sock_open", "i32 i32 i32 -> i32", modules=_ONLY_1)
@wasi("sock_open_v2", "i32 i32 i32 -> i32", modules=_ONLY_1)
def sock_open(state: State, memory: memoryview, family: int, type: int, result: int) -> None:
    """Make a socket for IPv4 (1) or IPv6 (2), for datagrams (1) or a stream (2), and write its descriptor.

    * EACCES: nothing at all is granted
    * EAFNOSUPPORT: a local socket (3)
    * EINVAL: another family or type
    * EMFILE: too many open descriptors
    """
    state.network.check_any()
    if family == UNIX:
        raise WasiError(Errno.AFNOSUPPORT)
    if family not in FAMILIES or type not in TYPES:
        raise WasiError(Errno.INVAL)
    check_span(memory, result, 4)
    state.fds.reserve()
    made = socket.socket(FAMILIES[family], TYPES[type])
    U32.pack_into(memory, result, state.fds.add(HostSocket(made, owned=True)))


def _checked_address(state: State, memory: memoryview, address: int, port: int) -> IpAddress:
    """The address, if it is granted."""
    found = read_address(memory, address)
    if port > _PORT_MAX:
        raise WasiError(Errno.INVAL)
    state.network.check(found, port)
    return found


@wasi("sock_bind", "i32 i32 i32 -> i32", modules=_ONLY_1)
@wasi("sock_bind_v2", "i32 i32 i32 -> i32", modules=_ONLY_1)
def sock_bind(state: State, memory: memoryview, fd: int, address: int, port: int) -> None:
    """Give a socket an address here. Port 0, for any, has to be granted as `0` or `*`.

    * EADDRINUSE: something else has it
    * EAFNOSUPPORT: an address of the other family
    """
    entry = socket_of(state, fd)
    entry.bind(_checked_address(state, memory, address, port), port)


@wasi("sock_listen", "i32 i32 -> i32", modules=_ONLY_1, memory=False)
@wasi("sock_listen_v2", "i32 i32 -> i32", modules=_ONLY_1, memory=False)
def sock_listen(state: State, fd: int, backlog: int) -> None:
    """Wait for connections, to be taken by sock_accept. `backlog` may wait at once.

    * EDESTADDRREQ: it has no address yet
    """
    entry = socket_of(state, fd)
    if not entry.bound:
        raise WasiError(Errno.DESTADDRREQ)
    entry.listen(min(backlog, socket.SOMAXCONN))


@wasi("sock_accept", "i32 i32 -> i32", modules=_ONLY_1, alternative=True)
def sock_accept_without_flags(state: State, memory: memoryview, fd: int, result: int) -> None:
    """`sock_accept` as WasmEdge had it first: without flags."""
    accept(state, memory, fd, 0, result)


@wasi("sock_accept_v2", "i32 i32 i32 -> i32", modules=_ONLY_1)
def sock_accept_v2(state: State, memory: memoryview, fd: int, flags: int, result: int) -> None:
    """`sock_accept` as in preview 1."""
    accept(state, memory, fd, flags, result)


@wasi("sock_connect", "i32 i32 i32 -> i32", modules=_ONLY_1)
@wasi("sock_connect_v2", "i32 i32 i32 -> i32", modules=_ONLY_1)
def sock_connect(state: State, memory: memoryview, fd: int, address: int, port: int) -> None:
    """Connect to an address and port.

    * ECONNREFUSED: nobody listens there
    * EINPROGRESS: the guest does not want to wait; it can write when poll_oneoff says so
    * EISCONN, EALREADY: it is connected, or being connected
    """
    entry = socket_of(state, fd)
    entry.connect(_checked_address(state, memory, address, port), port)


@wasi("sock_recv_v2", "i32 i32 i32 i32 i32 i32 -> i32", modules=_ONLY_1)
def sock_recv_v2(
    state: State, memory: memoryview, fd: int, iovs: int, iovs_len: int, flags: int, size: int, result_flags: int
) -> None:
    """`sock_recv` as in preview 1."""
    receive(state, memory, fd, iovs, iovs_len, flags, size, result_flags)


@wasi("sock_send_v2", "i32 i32 i32 i32 i32 -> i32", modules=_ONLY_1)
def sock_send_v2(state: State, memory: memoryview, fd: int, iovs: int, iovs_len: int, flags: int, size: int) -> None:
    """`sock_send` as in preview 1."""
    _send(state, memory, fd, iovs, iovs_len, flags, size, None)


@wasi("sock_send_to", "i32 i32 i32 i32 i32 i32 i32 -> i32", modules=_ONLY_1)
@wasi("sock_send_to_v2", "i32 i32 i32 i32 i32 i32 i32 -> i32", modules=_ONLY_1)
def sock_send_to(
    state: State, memory: memoryview, fd: int, iovs: int, iovs_len: int, address: int, port: int, flags: int, size: int
) -> None:
    """Send buffers as one datagram to an address and port, and write the number of bytes taken. There are no flags.

    * EINVAL: flags
    * EMSGSIZE: too large
    """
    target = _checked_address(state, memory, address, port)
    _send(state, memory, fd, iovs, iovs_len, flags, size, (str(target), port))


def _send(
    state: State,
    memory: memoryview,
    fd: int,
    iovs: int,
    iovs_len: int,
    flags: int,
    size: int,
    target: tuple[str, int] | None,
) -> None:
    entry = socket_of(state, fd, rights.FD_WRITE)
    if flags:
        raise WasiError(Errno.INVAL)
    buffers = read_iovecs(memory, iovs, iovs_len)
    check_span(memory, size, 4)
    U32.pack_into(memory, size, entry.send(buffers, target))


@wasi("sock_recv_from", "i32 i32 i32 i32 i32 i32 i32 i32 -> i32", modules=_ONLY_1)
@wasi("sock_recv_from_v2", "i32 i32 i32 i32 i32 i32 i32 i32 -> i32", modules=_ONLY_1)
def sock_recv_from(
    state: State,
    memory: memoryview,
    fd: int,
    iovs: int,
    iovs_len: int,
    address: int,
    flags: int,
    port: int,
    size: int,
    result_flags: int,
) -> None:
    """Receive into buffers; write the sender's address and port, the number of bytes, and whether some were lost (1).

    `flags`: leave the data in place (1), wait until all buffers are full (2).

    * EINVAL: other flags, or a buffer too small for the address
    * ENOTCONN: a stream that is not connected
    """
    check_span(memory, port, 2)
    sender_port = _receive_from(state, memory, fd, iovs, iovs_len, address, flags, size, result_flags)
    U16.pack_into(memory, port, sender_port)


@wasi("sock_recv_from", "i32 i32 i32 i32 i32 i32 i32 -> i32", modules=_ONLY_1, alternative=True)
def sock_recv_from_without_port(
    state: State,
    memory: memoryview,
    fd: int,
    iovs: int,
    iovs_len: int,
    address: int,
    flags: int,
    size: int,
    result_flags: int,
) -> None:
    """`sock_recv_from` as WasmEdge had it first: without the sender's port."""
    _receive_from(state, memory, fd, iovs, iovs_len, address, flags, size, result_flags)


def _receive_from(
    state: State,
    memory: memoryview,
    fd: int,
    iovs: int,
    iovs_len: int,
    address: int,
    flags: int,
    size: int,
    result_flags: int,
) -> int:
    entry = socket_of(state, fd, rights.FD_READ)
    if flags & ~(RECV_PEEK | RECV_WAITALL):
        raise WasiError(Errno.INVAL)
    buffers = read_iovecs(memory, iovs, iovs_len)
    target = check_address_buffer(memory, address)
    check_span(memory, size, 4)
    check_span(memory, result_flags, 2)
    count, lost, sender = entry.receive_from(buffers, flags)
    if sender is not None:
        write_address(target, sender[0])
    U32.pack_into(memory, size, count)
    U16.pack_into(memory, result_flags, lost)
    return 0 if sender is None else sender[1]


@wasi("sock_getsockopt", "i32 i32 i32 i32 i32 -> i32", modules=_ONLY_1)
def sock_getsockopt(state: State, memory: memoryview, fd: int, level: int, option: int, value: int, size: int) -> None:
    """Write the value of an option, and its size over that of the buffer.

    * EINVAL: the buffer is too small
    * ENOPROTOOPT: there is no such option
    """
    entry = socket_of(state, fd)
    room = U32.unpack_from(memory, size)[0]
    target = span(memory, value, room)
    data = get_option(entry, level, option)
    if len(data) > room:
        raise WasiError(Errno.INVAL)
    target[: len(data)] = data
    U32.pack_into(memory, size, len(data))


@wasi("sock_setsockopt", "i32 i32 i32 i32 i32 -> i32", modules=_ONLY_1)
def sock_setsockopt(state: State, memory: memoryview, fd: int, level: int, option: int, value: int, size: int) -> None:
    """Set an option: reuse of addresses (0), routing (3), broadcast (4), sizes of buffers (5, 6), keep-alive (7),
    out-of-band data inline (8), lingering (9), low water (10), time limits of receiving and sending (11, 12).

    * EINVAL: a value of the wrong size
    * ENOPROTOOPT: there is no such option, or it can't be set
    """
    entry = socket_of(state, fd)
    data = bytes(span(memory, value, size)[:_OPTION_MAX])
    set_option(entry, level, option, data)


_OPTION_MAX = 64


def _write_endpoint(memory: memoryview, buffer: memoryview, endpoint: tuple[IpAddress, int], port: int) -> int:
    address, number = endpoint
    write_address(buffer, address)
    U32.pack_into(memory, port, number)
    return family_of(address)


@wasi("sock_getlocaladdr", "i32 i32 i32 i32 -> i32", modules=_ONLY_1)
def sock_getlocaladdr(state: State, memory: memoryview, fd: int, address: int, family: int, port: int) -> None:
    """Write a socket's own address, 4 or 6 for its family, and its port."""
    check_span(memory, family, 4)
    check_span(memory, port, 4)
    buffer = check_address_buffer(memory, address)
    found = _write_endpoint(memory, buffer, socket_of(state, fd).local_address(), port)
    U32.pack_into(memory, family, 4 if found == INET4 else 6)


@wasi("sock_getpeeraddr", "i32 i32 i32 i32 -> i32", modules=_ONLY_1)
def sock_getpeeraddr(state: State, memory: memoryview, fd: int, address: int, family: int, port: int) -> None:
    """Write the address at the other end, 4 or 6 for its family, and its port.

    * ENOTCONN: there is none
    """
    check_span(memory, family, 4)
    check_span(memory, port, 4)
    buffer = check_address_buffer(memory, address)
    found = _write_endpoint(memory, buffer, socket_of(state, fd).peer_address(), port)
    U32.pack_into(memory, family, 4 if found == INET4 else 6)


@wasi("sock_getlocaladdr_v2", "i32 i32 i32 -> i32", modules=_ONLY_1)
def sock_getlocaladdr_v2(state: State, memory: memoryview, fd: int, address: int, port: int) -> None:
    """`sock_getlocaladdr`, the family being in the buffer of 128 bytes."""
    check_span(memory, port, 4)
    _write_endpoint(memory, check_address_buffer(memory, address), socket_of(state, fd).local_address(), port)


@wasi("sock_getpeeraddr_v2", "i32 i32 i32 -> i32", modules=_ONLY_1)
def sock_getpeeraddr_v2(state: State, memory: memoryview, fd: int, address: int, port: int) -> None:
    """`sock_getpeeraddr`, the family being in the buffer of 128 bytes."""
    check_span(memory, port, 4)
    _write_endpoint(memory, check_address_buffer(memory, address), socket_of(state, fd).peer_address(), port)
