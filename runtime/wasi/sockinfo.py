"""sock_getaddrinfo."""

from __future__ import annotations

import socket
from ipaddress import ip_address

from wasmjit.runtime.wasi.errno import Errno, WasiError
from wasmjit.runtime.wasi.memory import U32, check_span, span, write_bytes
from wasmjit.runtime.wasi.network import Lookup
from wasmjit.runtime.wasi.registry import PREVIEW_1, wasi
from wasmjit.runtime.wasi.sockaddr import (
    ADDRINFO,
    ADDRINFO_HINTS,
    FAMILIES,
    FAMILY_BY_HOST,
    SOCKADDR,
    SOCKADDR_DATA,
    SOCKADDR_DATA_AT,
    TYPE_BY_HOST,
    TYPES,
    check_entry,
    pack_sockaddr,
)
from wasmjit.runtime.wasi.state import State

NAME_MAX = 1024
_FLAGS = (
    (1, socket.AI_PASSIVE),
    (2, socket.AI_CANONNAME),
    (4, socket.AI_NUMERICHOST),
    (8, socket.AI_NUMERICSERV),
    (16, socket.AI_V4MAPPED),
    (32, socket.AI_ALL),
    (64, socket.AI_ADDRCONFIG),
)
_ALL_FLAGS = 0x7F
_PROTOCOLS = {0: 0, 1: socket.IPPROTO_TCP, 2: socket.IPPROTO_UDP}
_PROTOCOL_BY_HOST = {host: protocol for protocol, host in _PROTOCOLS.items()}
_ADDRESS_BYTES = {socket.AF_INET: 16, socket.AF_INET6: 28}

_ERRORS = {
    socket.EAI_AGAIN: Errno.AIAGAIN,
    socket.EAI_BADFLAGS: Errno.AIBADFLAG,
    socket.EAI_FAIL: Errno.AIFAIL,
    socket.EAI_FAMILY: Errno.AIFAMILY,
    socket.EAI_MEMORY: Errno.AIMEMORY,
    socket.EAI_NODATA: Errno.AINODATA,
    socket.EAI_NONAME: Errno.AINONAME,
    socket.EAI_SERVICE: Errno.AISERVICE,
    socket.EAI_SOCKTYPE: Errno.AISOCKTYPE,
    socket.EAI_SYSTEM: Errno.AISYSTEM,
}


@wasi("sock_getaddrinfo", "i32 i32 i32 i32 i32 i32 i32 i32 -> i32", modules=(PREVIEW_1,))
def sock_getaddrinfo(
    state: State,
    memory: memoryview,
    node: int,
    node_len: int,
    service: int,
    service_len: int,
    hints: int,
    result: int,
    max_len: int,
    result_len: int,
) -> None:
    """Look up a host and a service. `result` holds a pointer to a chain of at least `max_len` addrinfo that the guest
    has made, with room for addresses and names; those found are filled in, and their number is written.

    * EACCES: the name is not granted, or nothing is
    * EAIBADFLAG, EAIFAMILY, EAISOCKTYPE, EINVAL: hints that make no sense
    * EAIMEMORY: `max_len` is 0
    * EAINONAME: there is no such name, or none is given; EAINODATA, EAIFAIL, EAIAGAIN, EAISERVICE, EAISYSTEM
    * EFAULT: a pointer is outside of memory
    """
    host, port = _text(memory, node, node_len), _text(memory, service, service_len)
    flags, family, type, protocol = ADDRINFO_HINTS.unpack_from(memory, hints)
    first = U32.unpack_from(memory, result)[0]
    check_span(memory, result_len, 4)
    if host is None and port is None:
        raise WasiError(Errno.AINONAME)
    if not max_len:
        raise WasiError(Errno.AIMEMORY)
    asked = _host_hints(flags, family, type, protocol)
    try:
        found = state.network.look_up(host, port, *asked)
    except socket.gaierror as error:
        raise WasiError(_ERRORS.get(error.errno or 0, Errno.AIFAIL)) from None
    except UnicodeError:
        raise WasiError(Errno.AINONAME) from None
    known = [entry for entry in found if entry[0] in FAMILY_BY_HOST][:max_len]
    _write_all(memory, first, known, flags)
    U32.pack_into(memory, result_len, len(known))


def _text(memory: memoryview, pointer: int, size: int) -> str | None:
    """A name, without a NUL at its end; None if it is empty. EFAULT, ENAMETOOLONG, EILSEQ, EINVAL."""
    view = span(memory, pointer, size)
    if size > NAME_MAX:
        raise WasiError(Errno.NAMETOOLONG)
    try:
        text = bytes(view).rstrip(b"\0").decode()
    except UnicodeDecodeError:
        raise WasiError(Errno.ILSEQ) from None
    if "\0" in text:
        raise WasiError(Errno.INVAL)
    return text or None


def _host_hints(flags: int, family: int, type: int, protocol: int) -> tuple[int, int, int, int]:
    """Family, type, protocol and flags of the host's. EAIBADFLAG, EAIFAMILY, EAISOCKTYPE, EINVAL."""
    if flags & ~_ALL_FLAGS:
        raise WasiError(Errno.AIBADFLAG)
    if family and family not in FAMILIES:
        raise WasiError(Errno.AIFAMILY)
    if type and type not in TYPES:
        raise WasiError(Errno.AISOCKTYPE)
    if protocol not in _PROTOCOLS:
        raise WasiError(Errno.INVAL)
    host_flags = sum(host for flag, host in _FLAGS if flags & flag)
    return FAMILIES.get(family, 0), TYPES.get(type, 0), _PROTOCOLS[protocol], host_flags


def _write_all(memory: memoryview, pointer: int, found: Lookup, flags: int) -> None:
    for family, type, protocol, name, address in found:
        sockaddr, name_at, name_size, following = check_entry(memory, pointer)
        head = (flags, FAMILY_BY_HOST[family], TYPE_BY_HOST.get(type, 0), _PROTOCOL_BY_HOST.get(protocol, 0))
        ADDRINFO.pack_into(memory, pointer, *head, _ADDRESS_BYTES[family])
        host, port, *more = address
        scope = more[1] if len(more) > 1 else 0
        data = pack_sockaddr(ip_address(str(host).partition("%")[0]), _number(port), _number(scope))
        data_at = SOCKADDR_DATA.unpack_from(memory, sockaddr + SOCKADDR_DATA_AT)[0]
        write_bytes(memory, data_at, data)
        SOCKADDR.pack_into(memory, sockaddr, FAMILY_BY_HOST[family], len(data))
        span(memory, name_at, name_size)
        write_bytes(memory, name_at, name.encode()[:name_size])
        pointer = following


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
