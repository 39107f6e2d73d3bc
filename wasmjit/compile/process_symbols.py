"""Addresses of C functions that are in the process already: what generated code may call outside itself."""

from __future__ import annotations

import ctypes

from wasmjit.errors import InternalError
from wasmjit.light import cache

_MATH_LIBRARIES = ("libm.so.6", "libm.so")  # most Pythons have it loaded, but are not obliged to


@cache
def process_symbol(name: str) -> int:
    """Address of the function (or variable) `name` of C library or Python. Raises `InternalError` if there is none."""
    for library in _libraries():
        try:
            return ctypes.addressof(ctypes.c_char.in_dll(library, name))
        except ValueError:
            continue
    raise InternalError(f"generated code needs the symbol {name!r}, which this process does not have")


@cache
def _libraries() -> tuple[ctypes.CDLL, ...]:
    libraries = [ctypes.CDLL(None), ctypes.pythonapi]
    for name in _MATH_LIBRARIES:
        try:
            libraries.append(ctypes.CDLL(name))
            break
        except OSError:
            continue
    return tuple(libraries)
