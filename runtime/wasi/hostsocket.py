"""Sockets: listeners that the embedder passes in, and the connections that they accept."""

from __future__ import annotations

import errno
import os
import select
import socket
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import ip_address
from typing import Any, NoReturn

from wasmjit.runtime.wasi import rights
from wasmjit.runtime.wasi.descriptor import Descriptor
from wasmjit.runtime.wasi.errno import Errno, WasiError
from wasmjit.runtime.wasi.hostfile import filestat_of_fd, waiting_bytes
from wasmjit.runtime.wasi.layout import FDFLAGS_NONBLOCK, FILETYPE_SOCKET_DGRAM, FILETYPE_SOCKET_STREAM, Filestat
from wasmjit.runtime.wasi.network import IpAddress
from wasmjit.runtime.wasi.waiting import wait_for

_SHUTDOWN = {1: socket.SHUT_RD, 2: socket.SHUT_WR, 3: socket.SHUT_RDWR}
_TRANSFER = rights.FD_READ | rights.FD_WRITE | rights.SOCK_SHUTDOWN
RECV_PEEK = 1
RECV_WAITALL = 2
RECV_DATA_TRUNCATED = 1


class HostSocket(Descriptor):
    """A socket of the host. `owned` says whether it is closed with this object, or only forgotten.

    Waiting is decided by the guest's own NONBLOCK flag; the host's stays as it was.
    """

    __slots__ = ("bound", "filetype", "listening", "nonblock", "owned", "recv_limit_ms", "send_limit_ms", "sock")

    def __init__(self, sock: socket.socket, *, owned: bool, flags: int = 0) -> None:
        self.listening = bool(sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
        super().__init__(rights.SOCKET & ~(_TRANSFER if self.listening else rights.SOCK_ACCEPT))
        self.sock = sock
        self.owned = owned
        self.nonblock = bool(flags & FDFLAGS_NONBLOCK)
        self.bound = False
        self.recv_limit_ms: int | None = None
        self.send_limit_ms: int | None = None
        self.filetype = FILETYPE_SOCKET_DGRAM if sock.type == socket.SOCK_DGRAM else FILETYPE_SOCKET_STREAM

    def __del__(self) -> None:
        with suppress(OSError, AttributeError):
            self.close()

    def refuse(self, missing: int) -> NoReturn:
        """EINVAL for accepting without listening, ENOTCONN for transferring on a listener."""
        if missing & rights.SOCK_ACCEPT and not self.listening:
            raise WasiError(Errno.INVAL)
        if self.listening and missing & _TRANSFER:
            raise WasiError(Errno.NOTCONN)
        raise WasiError(Errno.NOTDIR if missing & rights.DIRECTORY_ONLY else Errno.NOTCAPABLE)

    def close(self) -> None:
        """Close the socket if it is ours."""
        if self.owned:
            self.sock.close()

    def flags(self) -> int:
        """NONBLOCK or nothing."""
        return FDFLAGS_NONBLOCK if self.nonblock else 0

    def set_flags(self, flags: int) -> None:
        """Only NONBLOCK can be set. ENOTSUP for the rest."""
        if flags & ~FDFLAGS_NONBLOCK:
            raise WasiError(Errno.NOTSUP)
        self.nonblock = bool(flags & FDFLAGS_NONBLOCK)

    def stat(self) -> Filestat:
        """`fstat`, with the socket's own file type."""
        return filestat_of_fd(self.sock.fileno())._replace(filetype=self.filetype)

    def _wait(self, event: int) -> None:
        """Wait until it is ready, or fail with EAGAIN if the guest does not want to, or not that long."""
        limit_ms = self.recv_limit_ms if event == select.POLLIN else self.send_limit_ms
        if not wait_for(self.sock.fileno(), event, 0 if self.nonblock else limit_ms):
            raise WasiError(Errno.AGAIN)

    def bind(self, address: IpAddress, port: int) -> None:
        """Give it an address. EINVAL if it has one."""
        self.sock.bind((str(self._fitting(address)), port))
        self.bound = True

    def listen(self, backlog: int) -> None:
        """Accept connections from now on, and nothing else."""
        self.sock.listen(backlog)
        self.listening = True
        self.base = self.base & ~_TRANSFER | rights.SOCK_ACCEPT

    def connect(self, address: IpAddress, port: int) -> None:
        """Connect. EINPROGRESS if the guest does not want to wait."""
        target = (str(self._fitting(address)), port)
        self.sock.setblocking(False)
        try:
            code = self.sock.connect_ex(target)
        finally:
            self.sock.setblocking(True)
        if code == errno.EINPROGRESS and not self.nonblock:
            self._wait(select.POLLOUT)
            # asking again tells the host that its answer has been seen; else the next call would get it
            code = self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) or self.sock.connect_ex(target)
        if code:
            raise OSError(code, os.strerror(code))

    def _fitting(self, address: IpAddress) -> IpAddress:
        """`address`. EAFNOSUPPORT if it is of the other family."""
        if (self.sock.family == socket.AF_INET) != (address.version == 4):
            raise WasiError(Errno.AFNOSUPPORT)
        return address

    def local_address(self) -> tuple[IpAddress, int]:
        """Its own address and port."""
        return _endpoint(self.sock.getsockname())

    def peer_address(self) -> tuple[IpAddress, int]:
        """Address and port at the other end. ENOTCONN."""
        return _endpoint(self.sock.getpeername())

    def accept(self, flags: int) -> HostSocket:
        """Take the next connection."""
        self._wait(select.POLLIN)
        connection, _ = self.sock.accept()
        connection.setblocking(True)
        return HostSocket(connection, owned=True, flags=flags)

    def receive(self, buffers: Sequence[memoryview], flags: int) -> tuple[int, int]:
        """Receive into the buffers: (bytes, RECV_DATA_TRUNCATED or 0)."""
        return self.receive_from(buffers, flags)[:2]

    def receive_from(self, buffers: Sequence[memoryview], flags: int) -> tuple[int, int, tuple[IpAddress, int] | None]:
        """`receive`, and the sender as far as known."""
        self._wait(select.POLLIN)
        host_flags = (socket.MSG_PEEK if flags & RECV_PEEK else 0) | (
            socket.MSG_WAITALL if flags & RECV_WAITALL and not self.nonblock else 0
        )
        count, _, result, sender = self.sock.recvmsg_into(buffers, 0, host_flags)
        lost = RECV_DATA_TRUNCATED if result & socket.MSG_TRUNC else 0
        return count, lost, _endpoint(sender) if sender else None

    def readv(self, buffers: Sequence[memoryview]) -> int:
        """Receive without flags."""
        return self.receive(buffers, 0)[0]

    def writev(self, buffers: Sequence[memoryview]) -> int:
        """Send; a connection closed by the other side is EPIPE, not a signal."""
        return self.send(buffers, None)

    def send(self, buffers: Sequence[memoryview], target: tuple[str, int] | None) -> int:
        """`writev`, to an address and port if one is given."""
        self._wait(select.POLLOUT)
        flags = socket.MSG_NOSIGNAL | (socket.MSG_DONTWAIT if self.nonblock else 0)
        if target is None:
            return self.sock.sendmsg(buffers, (), flags)
        self._fitting(ip_address(target[0]))
        return self.sock.sendmsg(buffers, (), flags, target)

    def shutdown(self, how: int) -> None:
        """Shut down reading (1), writing (2) or both (3). EINVAL for another value."""
        if how not in _SHUTDOWN:
            raise WasiError(Errno.INVAL)
        self.sock.shutdown(_SHUTDOWN[how])

    def poll_fd(self) -> int | None:
        """The socket."""
        return self.sock.fileno()

    def readable_bytes(self) -> int:
        """What has arrived."""
        return waiting_bytes(self.sock.fileno())


def _endpoint(address: Any) -> tuple[IpAddress, int]:
    """Address and port of a socket address of the host's; the guest's families have both."""
    host, port = address[:2]
    return ip_address(host.partition("%")[0]), port
