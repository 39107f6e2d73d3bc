"""WASI error numbers, and how the host's map to them.

Host calls raise `WasiError`; the wrapper that the guest calls (registry.py) turns it, and any `OSError`, into the
number that the guest sees.
"""

from __future__ import annotations

import errno as host

from wasmjit.light import IntEnum, cache

Errno = IntEnum(
    "Errno",
    "SUCCESS TOOBIG ACCES ADDRINUSE ADDRNOTAVAIL AFNOSUPPORT AGAIN ALREADY BADF BADMSG BUSY CANCELED CHILD "
    "CONNABORTED CONNREFUSED CONNRESET DEADLK DESTADDRREQ DOM DQUOT EXIST FAULT FBIG HOSTUNREACH IDRM ILSEQ "
    "INPROGRESS INTR INVAL IO ISCONN ISDIR LOOP MFILE MLINK MSGSIZE MULTIHOP NAMETOOLONG NETDOWN NETRESET "
    "NETUNREACH NFILE NOBUFS NODEV NOENT NOEXEC NOLCK NOLINK NOMEM NOMSG NOPROTOOPT NOSPC NOSYS NOTCONN NOTDIR "
    "NOTEMPTY NOTRECOVERABLE NOTSOCK NOTSUP NOTTY NXIO OVERFLOW OWNERDEAD PERM PIPE PROTO PROTONOSUPPORT "
    "PROTOTYPE RANGE ROFS SPIPE SRCH STALE TIMEDOUT TXTBSY XDEV NOTCAPABLE "
    "AIADDRFAMILY AIAGAIN AIBADFLAG AIFAIL AIFAMILY AIMEMORY AINODATA AINONAME AISERVICE AISOCKTYPE AISYSTEM",
    start=0,
)
"""`errno` of wasi_snapshot_preview1; E2BIG is called TOOBIG. From AIADDRFAMILY on they are WasmEdge's."""


class WasiError(Exception):
    """A host call fails with `errno`. Never leaves this package."""

    def __init__(self, errno: Errno) -> None:
        self.errno = errno
        super().__init__(errno.name)


def _host_name(code: Errno) -> str:
    return "E2BIG" if code is Errno.TOOBIG else f"E{code.name}"


@cache
def _by_host() -> dict[int, Errno]:
    return {getattr(host, _host_name(code)): code for code in Errno if code.value and hasattr(host, _host_name(code))}


def from_host(error: OSError) -> Errno:
    """The WASI number for a failed system call; IO where WASI has no name for it."""
    return _by_host().get(error.errno or 0, Errno.IO)
