"""Memory by address, as bytes to read and write."""

from __future__ import annotations

import ctypes


def view_of(address: int, size: int) -> memoryview:
    """The `size` bytes at an address, which the caller keeps mapped; writable if the pages are."""
    return memoryview((ctypes.c_ubyte * size).from_address(address)).cast("B")
