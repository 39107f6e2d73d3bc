"""Reserved address space: what linear memories lie in, and which addresses belong to one.

A reservation is inaccessible until a part is committed. It never moves, so that pointers into it stay valid while a
memory grows.
"""

from __future__ import annotations

import gc
from bisect import bisect_right, insort

from wasmjit.runtime import libc

_starts: list[int] = []  # ascending; single list operations only, each atomic under the GIL
_sizes: dict[int, int] = {}


class Reservation(int):
    """The address of a range of address space, which is unmapped when the last reference goes.

    It is an integer without attributes because the garbage collector does not track those: the finaliser of a tracked
    object runs early when a reference cycle is collected, when finalisers of other objects in the cycle, a user's
    `__del__` that calls into wasm for example, may still need the memory.
    """

    __slots__ = ()

    def commit(self, start: int, end: int) -> bool:
        """Make bytes `start` to `end` (multiples of the page size) readable and writable; whether that worked."""
        return start == end or libc.mprotect(self + start, end - start, libc.PROT_READ_WRITE) == 0

    def __del__(
        self,
        starts: list[int] = _starts,
        sizes: dict[int, int] = _sizes,
        munmap: libc.Function = libc.munmap,
    ) -> None:
        address = int(self)
        size = sizes.pop(address, None)
        if size is not None:
            starts.remove(address)
            munmap(address, size)


def reserve(size_bytes: int) -> Reservation:
    """Reserve address space. Raises MemoryError where there is none left, even after a garbage collection."""
    address = libc.map_memory(size_bytes, libc.PROT_NONE)
    if address is None:
        gc.collect()
        address = libc.map_memory(size_bytes, libc.PROT_NONE)
    if address is None:
        raise MemoryError(f"no address space for {size_bytes:#x} bytes")
    _sizes[address] = size_bytes
    insort(_starts, address)
    return Reservation(address)


def find_reservation(address: int) -> int | None:
    """Start of the reservation that an address is in, None if it is in none."""
    starts = _starts[:]
    index = bisect_right(starts, address) - 1
    if index < 0 or address >= starts[index] + _sizes.get(starts[index], 0):
        return None
    return starts[index]
