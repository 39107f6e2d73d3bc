"""Memory instances (spec 4.2.8): a mapping as large as the memory may become, and a view of what it is now."""

from __future__ import annotations

import mmap
import sys
import threading
from weakref import WeakSet

from wasmjit.abi.traps import TrapCode
from wasmjit.interp.namespace import Namespace
from wasmjit.interp.scalars import trap
from wasmjit.interp.store import Store
from wasmjit.limits import MAX_MEMORY64_BYTES, MAX_MEMORY_BYTES, check_limit
from wasmjit.record import replace
from wasmjit.wasm.types import I32, Limits, MemType

_NO_RESERVE = getattr(mmap, "MAP_NORESERVE", 0x4000 if sys.platform == "linux" else 0)


def _map(size_bytes: int) -> mmap.mmap:
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _NO_RESERVE
    try:
        return mmap.mmap(-1, size_bytes, flags=flags)
    except OSError as error:
        raise MemoryError(f"no address space for {size_bytes:#x} bytes") from error


def _maximum_bytes(type: MemType) -> int:
    """What a memory of a type may grow to: by its type, and by our limits."""
    most = MAX_MEMORY_BYTES if type.address is I32 else MAX_MEMORY64_BYTES
    return most if type.limits.max is None else min(type.limits.max << type.page_size_log2, most)


class MemoryInstance:
    """A linear memory. A shared one may be imported by instances of any store.

    Raises LimitError if the type asks for more than `limits` allow, MemoryError if the system refuses.
    """

    __slots__ = ("__weakref__", "_contents", "_type", "_users", "buffer", "lock", "store", "waiters")

    kind = "memory"

    def __init__(self, store: Store, type: MemType) -> None:
        pages, most = type.limits.min, _maximum_bytes(type)
        check_limit("memory pages", pages, most >> type.page_size_log2)
        store.quota.check("memory_bytes", pages << type.page_size_log2)
        store.quota.add("memories", self)
        self.store = store
        self.lock = threading.RLock() if type.shared else store.lock
        """Atomic accesses hold it."""
        self.waiters = store.services.wait_queues()
        """The threads that wait at its addresses."""
        self._type = type
        self._contents = memoryview(_map(max(most, 1)))
        self.buffer = self._contents[: pages << type.page_size_log2]
        """The contents of now."""
        self._users: WeakSet[Namespace] = WeakSet()

    def use(self, namespace: Namespace) -> None:
        """Have a namespace told whenever the memory has grown."""
        with self.lock:
            self._users.add(namespace)

    @property
    def is_shared(self) -> bool:
        """Whether several threads may use it at once, through instances of any stores."""
        return self._type.shared

    @property
    def type(self) -> MemType:
        """Type with the current size as minimum, as imports are matched against it (spec 4.5.1)."""
        return replace(self._type, limits=Limits(self.pages, self._type.limits.max))

    @property
    def definition(self) -> int:
        """A number that identifies the memory."""
        return id(self)

    @property
    def size_bytes(self) -> int:
        """Current size in bytes."""
        return len(self.buffer)

    @property
    def pages(self) -> int:
        """Current size in pages."""
        return len(self.buffer) >> self._type.page_size_log2

    def grow(self, delta_pages: int) -> int:
        """Add pages; the old size in pages, or -1 if the limits don't allow it (spec 4.5.3.9)."""
        if delta_pages < 0:
            raise ValueError("a memory cannot shrink")
        with self.lock:
            old = self.pages
            new_bytes = old + delta_pages << self._type.page_size_log2
            if new_bytes > _maximum_bytes(self._type) or not self.store.quota.allows("memory_bytes", new_bytes):
                return -1
            self.buffer = self._contents[:new_bytes]
            for namespace in self._users:
                namespace.refresh(self)
            return old

    def read(self, offset: int, size_bytes: int) -> bytes:
        """A copy of some bytes. Traps if they are not all in bounds."""
        return bytes(self.span(offset, size_bytes))

    def write(self, offset: int, data: bytes | bytearray | memoryview) -> None:
        """Overwrite bytes. Traps, and writes nothing, if they are not all in bounds."""
        source = memoryview(data).cast("B")
        self.span(offset, len(source))[:] = source

    def view(self) -> memoryview:
        """The contents up to the current size, writable, without a copy. It stays valid whatever happens."""
        return self.buffer

    def span(self, offset: int, size_bytes: int) -> memoryview:
        """A part of the contents. Traps if it is not all in bounds."""
        end = offset + size_bytes
        if not 0 <= offset <= end <= len(self.buffer):
            raise trap(TrapCode.MEMORY_OUT_OF_BOUNDS)
        return self.buffer[offset:end]
