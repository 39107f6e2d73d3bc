"""System calls that Python's `os` lacks, by ctypes: openat2, and utimensat with times left as they are."""

from __future__ import annotations

import ctypes
import os
import sys
from functools import cache

from wasmjit.runtime.wasi.layout import NOW, Times

O_PATH: int = getattr(os, "O_PATH", os.O_RDONLY)
"""Opens a place in the tree without access to its contents; where there is none, reading has to do."""

_NR_OPENAT2 = 437  # on every architecture
_RESOLVE_NO_MAGICLINKS = 0x02
_RESOLVE_BENEATH = 0x08
_AT_FDCWD = -100
_AT_SYMLINK_NOFOLLOW = 0x100 if sys.platform == "linux" else 0x20
_AT_EMPTY_PATH = 0x1000
_UTIME_NOW = (1 << 30) - 1 if sys.platform == "linux" else -1
_UTIME_OMIT = (1 << 30) - 2 if sys.platform == "linux" else -2
_NS = 1_000_000_000

_libc = ctypes.CDLL(None, use_errno=True)


class _OpenHow(ctypes.Structure):
    _fields_ = (("flags", ctypes.c_uint64), ("mode", ctypes.c_uint64), ("resolve", ctypes.c_uint64))


class _Timespec(ctypes.Structure):
    _fields_ = (("tv_sec", ctypes.c_long), ("tv_nsec", ctypes.c_long))


_Timespecs = _Timespec * 2

_libc.syscall.restype = ctypes.c_long
_libc.utimensat.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.POINTER(_Timespec), ctypes.c_int)
_libc.futimens.argtypes = (ctypes.c_int, ctypes.POINTER(_Timespec))


def _check(result: int) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def openat2_beneath(dir_fd: int, path: bytes, flags: int, mode: int) -> int:
    """Open `path`, never leaving the directory: RESOLVE_BENEATH, no links of /proc. Returns a host descriptor.

    OSError EXDEV if the path leads out, EAGAIN if the kernel can't tell because something moved meanwhile.
    """
    how = _OpenHow(flags | os.O_CLOEXEC, mode if flags & os.O_CREAT else 0, _RESOLVE_BENEATH | _RESOLVE_NO_MAGICLINKS)
    size = ctypes.c_size_t(ctypes.sizeof(how))
    return _check(_libc.syscall(ctypes.c_long(_NR_OPENAT2), dir_fd, path, ctypes.byref(how), size))


@cache
def has_openat2() -> bool:
    """Whether the kernel has it and lets us use it (5.6 and later; container filters may not)."""
    if sys.platform != "linux":
        return False
    try:
        os.close(openat2_beneath(_AT_FDCWD, b".", O_PATH | os.O_DIRECTORY, 0))
    except OSError:
        return False
    return True


def _timespec(time_ns: int | None) -> _Timespec:
    if time_ns is None:
        return _Timespec(0, _UTIME_OMIT)
    if time_ns == NOW:
        return _Timespec(0, _UTIME_NOW)
    return _Timespec(*divmod(time_ns, _NS))


def set_times_at(dir_fd: int, name: bytes, times: Times) -> None:
    """Set the times of the directory's entry `name` itself; a symbolic link is not followed."""
    _check(_libc.utimensat(dir_fd, name, _Timespecs(*map(_timespec, times)), _AT_SYMLINK_NOFOLLOW))


def set_times_of_path_fd(fd: int, times: Times) -> None:
    """Set the times of what a descriptor opened by `O_PATH` stands for. EINVAL before Linux 5.8."""
    _check(_libc.utimensat(fd, b"", _Timespecs(*map(_timespec, times)), _AT_EMPTY_PATH))


def set_times_of_fd(fd: int, times: Times) -> None:
    """Set the times of an open file."""
    _check(_libc.futimens(fd, _Timespecs(*map(_timespec, times))))
