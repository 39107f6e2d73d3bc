"""Pages of code: made executable, with the processor's instruction cache brought up to date."""

from __future__ import annotations

import ctypes

from wasmjit.compile.platform import current_platform, mapping
from wasmjit.light import Callable, cache


def make_executable(address: int, size: int) -> None:
    """Let `size` bytes at `address`, which have been written, be executed, and no longer written; by whole pages.

    Afterwards every thread that learns of the address finds the new code there.
    """
    mapping.protect(address, mapping.round_to_pages(size), mapping.READ_EXECUTE)
    flush = _flusher()
    if flush is not None:
        flush(address, address + size)


@cache
def _flusher() -> Callable[[int, int], None] | None:
    """The platform's `flush_code` as a function of a range's start and end; None where caches are coherent.

    It needs no flush itself: Linux cleans the caches when a new page becomes executable, but not when one does again.
    """
    code = current_platform().flush_code
    if not code:
        return None
    start = mapping.reserve(mapping.PAGE_BYTES)
    mapping.protect(start, mapping.PAGE_BYTES, mapping.READ_WRITE)
    ctypes.memmove(start, code, len(code))
    mapping.protect(start, mapping.PAGE_BYTES, mapping.READ_EXECUTE)
    return ctypes.CFUNCTYPE(None, ctypes.c_uint64, ctypes.c_uint64)(start)
