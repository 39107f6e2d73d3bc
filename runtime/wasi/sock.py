"""Sockets: sock_accept, sock_recv, sock_send, sock_shutdown.

Errors that all of them share:

* EBADF: no such descriptor
* ENOTSOCK: not a socket
* EFAULT: a pointer or buffer is outside of memory
* ENOTCAPABLE: the guest has given up the right to do this
* EAGAIN: the guest does not want to wait and nothing can be done now
"""

from __future__ import annotations

from wasmjit.runtime.wasi import rights
from wasmjit.runtime.wasi.errno import Errno, WasiError
from wasmjit.runtime.wasi.hostsocket import RECV_PEEK, RECV_WAITALL, HostSocket
from wasmjit.runtime.wasi.layout import FDFLAGS_NONBLOCK
from wasmjit.runtime.wasi.memory import U16, U32, check_span, read_iovecs
from wasmjit.runtime.wasi.registry import PREVIEW_1, wasi
from wasmjit.runtime.wasi.state import State


def socket_of(state: State, fd: int, needed: int = 0) -> HostSocket:
    """The socket with that number. EBADF, ENOTSOCK; without the rights, what a socket answers."""
    entry = state.fds.get(fd)
    if not isinstance(entry, HostSocket):
        raise WasiError(Errno.NOTSOCK)
    state.fds.get(fd, needed)
    return entry


@wasi("sock_accept", "i32 i32 i32 -> i32", modules=(PREVIEW_1,))
def sock_accept(state: State, memory: memoryview, fd: int, flags: int, result: int) -> None:
    """Take the next connection of a listener, and write its descriptor. `flags`: NONBLOCK (4) for the connection.

    * EINVAL: not a listener, or other flags
    * EMFILE: too many open descriptors
    """
    accept(state, memory, fd, flags, result)


def accept(state: State, memory: memoryview, fd: int, flags: int, result: int) -> None:
    """See `sock_accept`."""
    listener = socket_of(state, fd, rights.SOCK_ACCEPT)
    if flags & ~FDFLAGS_NONBLOCK:
        raise WasiError(Errno.INVAL)
    check_span(memory, result, 4)
    state.fds.reserve()
    U32.pack_into(memory, result, state.fds.add(listener.accept(flags)))


@wasi("sock_recv", "i32 i32 i32 i32 i32 i32 -> i32")
def sock_recv(
    state: State, memory: memoryview, fd: int, iovs: int, iovs_len: int, flags: int, size: int, result_flags: int
) -> None:
    """Receive into buffers; write the number of bytes, 0 at the end, and whether a message was cut off (1).

    `flags`: leave the data in place (1), wait until all buffers are full (2).

    * EINVAL: other flags
    * ENOTCONN: not connected
    """
    receive(state, memory, fd, iovs, iovs_len, flags, size, result_flags)


def receive(
    state: State, memory: memoryview, fd: int, iovs: int, iovs_len: int, flags: int, size: int, result_flags: int
) -> None:
    """See `sock_recv`."""
    sock = socket_of(state, fd, rights.FD_READ)
    if flags & ~(RECV_PEEK | RECV_WAITALL):
        raise WasiError(Errno.INVAL)
    buffers = read_iovecs(memory, iovs, iovs_len)
    check_span(memory, size, 4)
    check_span(memory, result_flags, 2)
    count, truncated = sock.receive(buffers, flags)
    U32.pack_into(memory, size, count)
    U16.pack_into(memory, result_flags, truncated)


@wasi("sock_send", "i32 i32 i32 i32 i32 -> i32")
def sock_send(state: State, memory: memoryview, fd: int, iovs: int, iovs_len: int, flags: int, size: int) -> None:
    """Send buffers, and write the number of bytes taken. There are no flags.

    * EINVAL: flags
    * ENOTCONN: not connected
    * EPIPE: the connection is closed
    """
    sock = socket_of(state, fd, rights.FD_WRITE)
    if flags:
        raise WasiError(Errno.INVAL)
    buffers = read_iovecs(memory, iovs, iovs_len)
    check_span(memory, size, 4)
    U32.pack_into(memory, size, sock.writev(buffers))


@wasi("sock_shutdown", "i32 i32 -> i32", memory=False)
def sock_shutdown(state: State, fd: int, how: int) -> None:
    """Shut down reading (1), writing (2) or both (3).

    * EINVAL: another value
    * ENOTCONN: not connected
    """
    socket_of(state, fd, rights.SOCK_SHUTDOWN).shutdown(how)
