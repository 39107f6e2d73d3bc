"""Memory instances (spec 4.2.8): linear memory in reserved address space, growing in place."""

from __future__ import annotations

import ctypes
from _thread import RLock

from wasmjit.abi.layout import DEF_BASE, DEF_BYTES, DEF_LENGTH, GUARD_RESERVATION_BYTES, has_guard_pages
from wasmjit.abi.traps import TrapCode
from wasmjit.light import TYPE_CHECKING
from wasmjit.limits import MAX_MEMORY64_BYTES, MAX_MEMORY_BYTES, PAGE_SIZE, check_limit
from wasmjit.record import replace
from wasmjit.runtime.raw import Block
from wasmjit.runtime.reservation import Reservation, reserve
from wasmjit.runtime.traps import plain_trap
from wasmjit.runtime.waiting import WaitQueues
from wasmjit.wasm.types import I32, Limits, MemType

if TYPE_CHECKING:
    from wasmjit.runtime.image import MemoryImage
    from wasmjit.runtime.store import Store

_BASE, _LENGTH = DEF_BASE // 8, DEF_LENGTH // 8


class _Contents(ctypes.Array[ctypes.c_ubyte]):
    """All that a memory can ever hold. Views refer to it, and so to the reservation."""

    _type_ = ctypes.c_ubyte
    _length_ = MAX_MEMORY64_BYTES

    owner: Reservation


def maximum_bytes(type: MemType) -> int:
    """What a memory of a type may grow to: by its type, and by our limits."""
    most = MAX_MEMORY_BYTES if type.address is I32 else MAX_MEMORY64_BYTES
    return most if type.limits.max is None else min(type.limits.max << type.page_size_log2, most)


def _reserve(type: MemType, guard: bool) -> Reservation:
    """Guarded: whatever index plus offset can reach. Else only what the memory may grow to; where address space is
    short it may grow to less.
    """
    if guard and has_guard_pages(type):
        return reserve(GUARD_RESERVATION_BYTES)
    least = _whole_pages(max(type.limits.min << type.page_size_log2, 1))
    return reserve(_whole_pages(max(maximum_bytes(type), 1)), least)


def _whole_pages(size_bytes: int) -> int:
    """Rounded up to pages of 64 KiB, which are whole pages of any machine."""
    return -(-size_bytes // PAGE_SIZE) * PAGE_SIZE


class MemoryInstance:
    """A linear memory. Its contents are at a fixed address; what has been allocated is never taken back.

    A shared one may be imported by instances of any store.

    Raises LimitError if the type asks for more than `limits` allow, MemoryError if the system refuses.
    """

    __slots__ = (
        "__weakref__",
        "_contents",
        "_definition",
        "_lock",
        "_maximum_bytes",
        "_reservation",
        "_type",
        "base",
        "guarded",
        "store",
        "waiters",
    )

    kind = "memory"

    def __init__(self, store: Store, type: MemType) -> None:
        pages, most = type.limits.min, maximum_bytes(type)
        check_limit("memory pages", pages, most >> type.page_size_log2)
        size_bytes = pages << type.page_size_log2
        store.quota.check("memory_bytes", size_bytes)
        store.quota.add("memories", self)
        self.store = store
        self._type = type
        self._lock = RLock() if type.shared else store.lock
        self.waiters = WaitQueues()
        """The threads that wait at its addresses."""
        self.guarded = store.guard
        """Whether code may rely on guard pages."""
        self._reservation = _reserve(type, store.guard)
        self._maximum_bytes = min(most, self._reservation.size_bytes)
        if not self._reservation.commit(0, _whole_pages(size_bytes)):
            raise MemoryError(f"no memory for {pages} pages")
        self.base = int(self._reservation)
        contents = _Contents.from_address(self.base)
        contents.owner = self._reservation
        self._contents: memoryview = memoryview(contents).cast("B")
        self._definition = Block(DEF_BYTES)
        self._definition.words[_BASE] = self.base
        self._definition.words[_LENGTH] = size_bytes

    @property
    def type(self) -> MemType:
        """Type with the current size as minimum, as imports are matched against it (spec 4.5.1)."""
        return replace(self._type, limits=Limits(self.pages, self._type.limits.max))

    @property
    def is_shared(self) -> bool:
        """Whether several threads may use it at once, through instances of any stores."""
        return self._type.shared

    @property
    def definition(self) -> int:
        """Address of the MemoryDef of abi.layout."""
        return self._definition.address

    @property
    def size_bytes(self) -> int:
        """Current size in bytes."""
        size: int = self._definition.words[_LENGTH]
        return size

    @property
    def pages(self) -> int:
        """Current size in pages."""
        return self.size_bytes >> self._type.page_size_log2

    def grow(self, delta_pages: int) -> int:
        """Add pages; the old size in pages, or -1 if the limits or the system don't allow it (spec 4.5.3.9)."""
        if delta_pages < 0:
            raise ValueError("a memory cannot shrink")
        with self._lock:
            old = self.size_bytes
            new = old + (delta_pages << self._type.page_size_log2)
            if new > self._maximum_bytes or not self.store.quota.allows("memory_bytes", new):
                return -1
            if not self._reservation.commit(_whole_pages(old), _whole_pages(new)):
                return -1
            self._definition.words[_LENGTH] = new
            return old >> self._type.page_size_log2

    def read(self, offset: int, size_bytes: int) -> bytes:
        """A copy of some bytes. Traps if they are not all in bounds."""
        return self._slice(offset, size_bytes).tobytes()

    def write(self, offset: int, data: bytes | bytearray | memoryview) -> None:
        """Overwrite bytes. Traps, and writes nothing, if they are not all in bounds."""
        source = memoryview(data).cast("B")
        self._slice(offset, len(source))[:] = source

    def map_image(self, image: MemoryImage) -> bool:
        """Let the start be a private copy of an image, before anything has been written; whether that worked."""
        return self._reservation.map_image(image.fd, image.size_bytes)

    def view(self) -> memoryview:
        """The contents up to the current size, writable, without a copy. It stays valid whatever happens."""
        return self._contents[: self.size_bytes]

    def _slice(self, offset: int, size_bytes: int) -> memoryview:
        end = offset + size_bytes
        if not 0 <= offset <= end <= self.size_bytes:
            raise plain_trap(TrapCode.MEMORY_OUT_OF_BOUNDS)
        return self._contents[offset:end]
