"""Address space: reserving, protecting and giving back pages. Addresses and sizes in bytes, multiples of a page."""

from __future__ import annotations

import ctypes
import os

PAGE_BYTES: int = os.sysconf("SC_PAGE_SIZE")
NONE, READ, READ_WRITE, READ_EXECUTE = 0, 1, 3, 5  # PROT_*, the same on all systems

_PRIVATE, _FIXED, _ANONYMOUS, _NORESERVE = 0x02, 0x10, 0x20, 0x4000
_FAILED = (1 << 64) - 1
_RLIMIT_AS = 9

_libc = ctypes.CDLL(None, use_errno=True)
_mmap = _libc.mmap
_mmap.restype = ctypes.c_uint64
_mmap.argtypes = (ctypes.c_uint64, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_int64)
_mprotect = _libc.mprotect
_mprotect.argtypes = (ctypes.c_uint64, ctypes.c_size_t, ctypes.c_int)


def round_to_pages(size: int) -> int:
    """`size` rounded up to whole pages."""
    return -(-size // PAGE_BYTES) * PAGE_BYTES


def reserve(size: int) -> int:
    """Address space without access and without memory behind it. Raises OSError if there is no room."""
    return _map(0, size, _PRIVATE | _ANONYMOUS | _NORESERVE)


def discard(address: int, size: int) -> None:
    """Return pages of a reservation to the state that `reserve` gives, in one step; their contents are gone."""
    _map(address, size, _PRIVATE | _ANONYMOUS | _NORESERVE | _FIXED)


def protect(address: int, size: int, access: int) -> None:
    """Set the access to pages: `NONE`, `READ`, `READ_WRITE` or `READ_EXECUTE`."""
    if _mprotect(address, size, access):
        raise _os_error()


def address_space_limit() -> int:
    """How many bytes of address space the process may have; an enormous number if there is no limit."""
    limits = (ctypes.c_uint64 * 2)()
    if _libc.getrlimit(_RLIMIT_AS, limits):
        raise _os_error()
    return limits[0]


def _map(address: int, size: int, flags: int) -> int:
    result: int = _mmap(address, size, NONE, flags, -1, 0)
    if result == _FAILED:
        raise _os_error()
    return result


def _os_error() -> OSError:
    error = ctypes.get_errno()
    return OSError(error, os.strerror(error))
