"""Reserved address space: what linear memories lie in, and which addresses belong to one.

A reservation is inaccessible until a part is committed. It never moves, so that pointers into it stay valid while a
memory grows. What is given up is kept for the next one of the same size, its contents thrown away: that saves most of
the system calls of a new one, and the page tables.
"""

from __future__ import annotations

import gc
from bisect import bisect_right, insort

from wasmjit.light import Callable
from wasmjit.runtime import libc

POOL_ENTRIES = 64
"""Reservations of one size that are kept."""

HUGE_BYTES = 4 << 20
"""Growth from which on the system is asked for large pages: what asks for that much at once is going to use it."""

_starts: list[int] = []  # ascending; single list operations only, each atomic under the GIL
_sizes: dict[int, int] = {}
_committed: dict[int, int] = {}  # bytes from the start that are accessible
_mapped: dict[int, int] = {}  # bytes from the start that are a private copy of an image
_pools: dict[int, list[int]] = {}  # by size, addresses of those that nobody has


def _release(
    address: int,
    starts: list[int] = _starts,
    sizes: dict[int, int] = _sizes,
    committed: dict[int, int] = _committed,
    mapped: dict[int, int] = _mapped,
    pools: dict[int, list[int]] = _pools,
    reset: Callable[[int, int, int], bool] = libc.reset_memory,
    munmap: libc.Function = libc.munmap,
) -> None:
    """Give a reservation up. The defaults are there so that it works while the interpreter ends."""
    size = sizes.pop(address, None)
    if size is None:
        return
    starts.remove(address)
    image = mapped.pop(address, 0)
    pool = pools.setdefault(size, [])
    if len(pool) < POOL_ENTRIES and reset(address, image, committed.get(address, 0)):
        pool.append(address)
    else:
        committed.pop(address, None)
        munmap(address, size)


class Reservation(int):
    """The address of a range of address space, which is given up when the last reference goes.

    It is an integer without attributes because the garbage collector does not track those: the finaliser of a tracked
    object runs early when a reference cycle is collected, when finalisers of other objects in the cycle, a user's
    `__del__` that calls into wasm for example, may still need the memory.
    """

    __slots__ = ()

    @property
    def size_bytes(self) -> int:
        """How large it is."""
        return _sizes[self]

    def commit(self, start: int, end: int) -> bool:
        """Make bytes up to `end` readable and writable, those up to `start` being so already; whether that worked.

        Both are multiples of the page size. What becomes accessible is zero.
        """
        known = _committed.get(self, 0)
        if start == 0 and known > end:  # what a larger memory has left; nobody uses it now
            if libc.mprotect(self + end, known - end, libc.PROT_NONE):
                return False
        elif known < end and libc.mprotect(self + known, end - known, libc.PROT_READ_WRITE):
            return False
        if start and end - start >= HUGE_BYTES:
            libc.madvise(self + start, end - start, libc.MADV_HUGEPAGE)  # a wish: it may have no such pages
        _committed[int(self)] = end
        return True

    def map_image(self, fd: int, size_bytes: int) -> bool:
        """Let the first `size_bytes`, whole pages that are committed, be a private copy of a file; whether it worked.

        Pages are copied when they are written to.
        """
        if not libc.map_file(self, size_bytes, fd):
            return False
        _mapped[int(self)] = size_bytes
        return True

    def __del__(self, release: Callable[[int], None] = _release) -> None:
        release(int(self))


def reserve(size_bytes: int, least_bytes: int | None = None) -> Reservation:
    """Reserve address space: all of it, or as much as `least_bytes` at least, if that is given.

    Both are multiples of 64 KiB. Raises MemoryError where there is not enough left, even after a garbage collection.
    """
    address = _from_pool(size_bytes)
    if address is None:
        address = libc.map_memory(size_bytes, libc.PROT_NONE)
    if address is None:
        gc.collect()
        empty_pools()
        address = libc.map_memory(size_bytes, libc.PROT_NONE)
    while address is None and least_bytes is not None and size_bytes > least_bytes:
        size_bytes = max(size_bytes >> 17 << 16, least_bytes)
        address = libc.map_memory(size_bytes, libc.PROT_NONE)
    if address is None:
        raise MemoryError(f"no address space for {size_bytes:#x} bytes")
    _sizes[address] = size_bytes
    insort(_starts, address)
    return Reservation(address)


def _from_pool(size_bytes: int) -> int | None:
    pool = _pools.get(size_bytes)
    try:
        return pool.pop() if pool else None
    except IndexError:  # another thread took it
        return None


def empty_pools() -> None:
    """Give address space back that nobody uses."""
    for size, pool in list(_pools.items()):
        while pool:
            address = pool.pop()
            _committed.pop(address, None)
            libc.munmap(address, size)


def find_reservation(address: int) -> int | None:
    """Start of the reservation that an address is in, None if it is in none."""
    starts = _starts[:]
    index = bisect_right(starts, address) - 1
    if index < 0 or address >= starts[index] + _sizes.get(starts[index], 0):
        return None
    return starts[index]
