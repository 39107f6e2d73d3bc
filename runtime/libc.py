"""The functions of the C library that the runtime calls, with their constants (Linux; x86-64 and AArch64 agree)."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, c_int, c_long, c_size_t, c_ulong, c_void_p

from wasmjit.light import Any, Callable, TypeAlias

PROT_NONE, PROT_READ_WRITE = 0, 3
MAP_PRIVATE, MAP_FIXED, MAP_ANONYMOUS, MAP_NORESERVE = 0x02, 0x10, 0x20, 0x4000
MAP_FAILED = (1 << 64) - 1
SS_DISABLE = 2


class SignalStack(ctypes.Structure):
    """`stack_t` (sigaltstack)."""

    _fields_ = (("sp", c_void_p), ("flags", c_int), ("size", c_size_t))


class ThreadAttributes(ctypes.Union):
    """`pthread_attr_t`: opaque, at most 64 bytes on 64-bit platforms; twice that to be safe."""

    _fields_ = (("bytes", ctypes.c_char * 128), ("align", c_long))


_libc = ctypes.CDLL(None)


Function: TypeAlias = Callable[..., Any]


def _function(name: str, result: type | None, *arguments: Any) -> Function:
    function = _libc[name]
    function.restype, function.argtypes = result, arguments
    return function


mmap = _function("mmap", c_void_p, c_void_p, c_size_t, c_int, c_int, c_int, c_long)


def map_memory(size_bytes: int, protection: int) -> int | None:
    """Address of fresh private memory that the system commits page by page; None if there is none."""
    address: int = mmap(None, size_bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    return None if address == MAP_FAILED else address


munmap = _function("munmap", c_int, c_void_p, c_size_t)
madvise = _function("madvise", c_int, c_void_p, c_size_t, c_int)
MADV_DONTNEED = 4
MADV_HUGEPAGE = 14


def map_file(address: int, size_bytes: int, fd: int) -> bool:
    """Put a private, writable copy of the start of a file in the place of pages; whether that worked."""
    result: int = mmap(address, size_bytes, PROT_READ_WRITE, MAP_PRIVATE | MAP_FIXED, fd, 0)
    return result == address


def reset_memory(
    address: int,
    file_bytes: int,
    size_bytes: int,
    madvise: Function = madvise,
    mmap: Function = mmap,
) -> bool:
    """Make accessible pages zero; the first `file_bytes` are a file's. Whether that worked.

    The defaults are there so that it works while the interpreter ends.
    """
    flags = 0x32 | 0x4000  # MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE
    if file_bytes and mmap(address, file_bytes, 3, flags, -1, 0) != address:  # PROT_READ | PROT_WRITE
        return False
    rest = size_bytes - file_bytes
    return rest <= 0 or madvise(address + file_bytes, rest, 4) == 0  # MADV_DONTNEED


mprotect = _function("mprotect", c_int, c_void_p, c_size_t, c_int)
sigaltstack = _function("sigaltstack", c_int, POINTER(SignalStack), POINTER(SignalStack))
pthread_self = _function("pthread_self", c_ulong)
pthread_getattr_np = _function("pthread_getattr_np", c_int, c_ulong, POINTER(ThreadAttributes))
pthread_attr_getstack = _function(
    "pthread_attr_getstack", c_int, POINTER(ThreadAttributes), POINTER(c_void_p), POINTER(c_size_t)
)
pthread_attr_destroy = _function("pthread_attr_destroy", c_int, POINTER(ThreadAttributes))
