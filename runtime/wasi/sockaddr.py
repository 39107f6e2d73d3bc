"""Socket addresses in guest memory, as WasmEdge's sockets have them.

::

    address   0 u32 buffer   4 u32 its size: 4 (IPv4), 16 (IPv6) or 128 bytes                              8 bytes
              a buffer of 128: u16 family, then the address
    addrinfo  0 u16 flags   2 u8 family   3 u8 type   4 u8 protocol   8 u32 address size   12 u32 -> sockaddr
             16 u32 -> canonical name   20 u32 its size   24 u32 -> next                                  28 bytes
    sockaddr  0 u8 family   4 u32 size of data   8 u32 -> data: port (big endian), address as the host has it
"""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address
from struct import Struct

from wasmjit.runtime.wasi.errno import Errno, WasiError
from wasmjit.runtime.wasi.memory import IOVEC, U16, check_span, span
from wasmjit.runtime.wasi.network import IpAddress

INET4, INET6, UNIX = 1, 2, 3
FAMILIES = {INET4: socket.AF_INET, INET6: socket.AF_INET6}
FAMILY_BY_HOST = {host: family for family, host in FAMILIES.items()}
DGRAM, STREAM = 1, 2
TYPES = {DGRAM: socket.SOCK_DGRAM, STREAM: socket.SOCK_STREAM}
TYPE_BY_HOST = {host: type for type, host in TYPES.items()}

ADDRINFO = Struct("<HBBB3xI")
ADDRINFO_HINTS = Struct("<HBBB")
ADDRINFO_POINTERS = Struct("<IIII")
ADDRINFO_POINTERS_AT = 12
ADDRINFO_BYTES = 28
SOCKADDR = Struct("<B3xI")
SOCKADDR_DATA = Struct("<I")
SOCKADDR_DATA_AT = 8
STORAGE_BYTES = 128

_PACKED = Struct(">H4s8x")
_PACKED_6 = Struct(">H4x16s")
_SCOPE = Struct("<I")


def family_of(address: IpAddress) -> int:
    """`INET4` or `INET6`."""
    return INET4 if address.version == 4 else INET6


def read_address(memory: memoryview, pointer: int) -> IpAddress:
    """The address in the buffer that is described at `pointer`. EFAULT, EINVAL."""
    buffer, size = IOVEC.unpack_from(memory, pointer)
    data = bytes(span(memory, buffer, size)[:STORAGE_BYTES])
    if size == STORAGE_BYTES:
        family = U16.unpack_from(data)[0]
        data = data[2:6] if family == INET4 else data[2:18] if family == INET6 else b""
    if len(data) == 4:
        return IPv4Address(data)
    if len(data) == 16:
        return IPv6Address(data)
    raise WasiError(Errno.INVAL)


def check_address_buffer(memory: memoryview, pointer: int) -> memoryview:
    """The buffer for an address that is described at `pointer`. EFAULT; EINVAL if its size is none of those."""
    buffer, size = IOVEC.unpack_from(memory, pointer)
    if size not in (4, 16, STORAGE_BYTES):
        raise WasiError(Errno.INVAL)
    return span(memory, buffer, size)


def write_address(buffer: memoryview, address: IpAddress) -> None:
    """Put an address into such a buffer. EINVAL if it is larger."""
    data = address.packed
    if len(buffer) == STORAGE_BYTES:
        data = U16.pack(family_of(address)) + data
    if len(data) > len(buffer):
        raise WasiError(Errno.INVAL)
    buffer[: len(data)] = data


def pack_sockaddr(address: IpAddress, port: int, scope: int = 0) -> bytes:
    """What follows the family in the host's socket addresses."""
    if address.version == 4:
        return _PACKED.pack(port, address.packed)
    return _PACKED_6.pack(port, address.packed) + _SCOPE.pack(scope)


def check_entry(memory: memoryview, pointer: int) -> tuple[int, int, int, int]:
    """Pointers of the addrinfo at `pointer`: sockaddr, canonical name, its size, and the next. EFAULT."""
    check_span(memory, pointer, ADDRINFO_BYTES)
    sockaddr, name, name_size, following = ADDRINFO_POINTERS.unpack_from(memory, pointer + ADDRINFO_POINTERS_AT)
    return sockaddr, name, name_size, following
