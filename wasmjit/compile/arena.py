"""The one stretch of address space that holds all machine code of the process.

So "is this our code" is one comparison, and everything in it reaches everything else with 32-bit displacements.
"""

from __future__ import annotations

from _thread import allocate_lock
from bisect import bisect_left

from wasmjit.compile.platform import mapping
from wasmjit.errors import LimitError
from wasmjit.light import cache, deque

ARENA_BYTES = (2 << 30) - (64 << 10)
"""Size of the process's arena: just below the reach of a signed 32-bit displacement."""

_SMALLEST_ARENA_BYTES = 64 << 20


class Arena:
    """Ranges of pages, first fit. Thread-safe; `release` may also be called by the garbage collector at any point."""

    def __init__(self, size: int = ARENA_BYTES, start: int | None = None) -> None:
        self.size = mapping.round_to_pages(size)
        self.start = mapping.reserve(self.size) if start is None else start
        self.end = self.start + self.size
        self._starts = [self.start]  # of the free ranges, ascending; never adjacent to one another
        self._sizes = [self.size]
        self._lock = allocate_lock()
        self._released: deque[tuple[int, int]] = deque()

    def __contains__(self, address: int) -> bool:
        return self.start <= address < self.end

    @property
    def free_bytes(self) -> int:
        """Bytes that are not allocated."""
        with self._lock:
            self._take_back()
            return sum(self._sizes)

    def allocate(self, size: int) -> int:
        """Address of `size` bytes (rounded up to pages) without access; the caller sets it with `mapping.protect`.

        Raises LimitError if no free range is large enough.
        """
        size = mapping.round_to_pages(size)
        with self._lock:
            self._take_back()
            for i, free in enumerate(self._sizes):
                if free >= size:
                    return self._carve(i, size)
            used = self.size - sum(self._sizes)
        raise LimitError("machine code in bytes", used + size, self.size)

    def release(self, address: int, size: int) -> None:
        """Give a range back. Its pages lose contents and access at once."""
        size = mapping.round_to_pages(size)
        mapping.discard(address, size)
        # The collector can call this inside any operation of this thread, one that holds the lock included: then the
        # range waits for the next operation.
        self._released.append((address, size))
        if self._lock.acquire(blocking=False):
            try:
                self._take_back()
            finally:
                self._lock.release()

    def _carve(self, i: int, size: int) -> int:
        address = self._starts[i]
        if self._sizes[i] == size:
            del self._starts[i], self._sizes[i]
        else:
            self._starts[i] += size
            self._sizes[i] -= size
        return address

    def _take_back(self) -> None:
        while self._released:
            self._insert(*self._released.popleft())

    def _insert(self, address: int, size: int) -> None:
        i = bisect_left(self._starts, address)
        if i < len(self._starts) and address + size == self._starts[i]:
            size += self._sizes[i]
            del self._starts[i], self._sizes[i]
        if i and self._starts[i - 1] + self._sizes[i - 1] == address:
            self._sizes[i - 1] += size
        else:
            self._starts.insert(i, address)
            self._sizes.insert(i, size)


SUPPORT_BYTES = 16 << 20

_process_arena: Arena | None = None
_process_arena_lock = allocate_lock()


def process_arena() -> Arena:
    """The arena of this process, made at the first call: smaller than `ARENA_BYTES` if address space is limited."""
    global _process_arena
    with _process_arena_lock:
        if _process_arena is None:
            _process_arena = _largest_arena()
        return _process_arena


def _largest_arena() -> Arena:
    size = ARENA_BYTES
    while True:
        try:
            return Arena(size)
        except OSError:
            size //= 2
            if size < _SMALLEST_ARENA_BYTES:
                raise


@cache
def support_arena() -> Arena:
    """The part of the process's arena that holds our own code, which is never stopped in the middle."""
    size = mapping.round_to_pages(SUPPORT_BYTES)
    return Arena(size, process_arena().allocate(size))
