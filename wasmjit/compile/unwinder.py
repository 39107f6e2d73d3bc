"""The tables by which exceptions pass through code in the arena (unwind_ir.py), made when one first comes through.

What is known of a piece of code are its *records*, which unwind.py makes. A table has those of an object's pieces.
"""

from __future__ import annotations

import _thread
import ctypes
import struct
import weakref
from _thread import RLock, allocate_lock
from bisect import bisect_right, insort

from wasmjit.compile.platform import mapping
from wasmjit.light import TYPE_CHECKING, Callable, Iterable, Protocol

if TYPE_CHECKING:
    from wasmjit.compile.arena import Arena

MAX_SAVED = 24
"""Registers that a function may save for its callers."""
UNWIND_PAGE_BITS = 12
"""Tables are found by pages of this many bits."""

HEADER = struct.Struct("<QQ")
COUNTS = struct.Struct("<II")
TRAILER = struct.Struct("<II")
FUNCTION = struct.Struct(f"<IIIIII{MAX_SAVED}sII")
SITE = struct.Struct("<III")


def unwind_table(start: int, pieces: Iterable[tuple[int, bytes | memoryview]]) -> bytes:
    """The table of code at an address, of pieces at ascending offsets with their records."""
    records: list[bytes] = []
    sites: list[bytes] = []
    for base, data in pieces:
        num_records, num_sites = COUNTS.unpack_from(data)
        middle = COUNTS.size + FUNCTION.size * num_records
        for begin, end, first, *rest in FUNCTION.iter_unpack(data[COUNTS.size : middle]):
            records.append(FUNCTION.pack(begin + base, end + base, first + len(sites), *rest))
        for site in SITE.iter_unpack(data[middle : middle + SITE.size * num_sites]):
            sites.append(SITE.pack(*(offset + base for offset in site)))
    return b"".join([HEADER.pack(start, len(records)), *records, *sites])


def attached_records(code: bytes | memoryview, start: int, end: int) -> bytes | memoryview:
    """The records behind the piece between `start` and `end`."""
    offset, size = TRAILER.unpack_from(code, end - TRAILER.size)
    return code[start + offset : start + offset + size]


class Code(Protocol):
    """Code in the arena."""

    start: int
    end: int

    def unwind_table(self) -> bytes:
        """What `unwind_table` makes of it."""


class Unwinder:
    """The tables of all objects in an arena, made when the machine code asks for them."""

    def __init__(self, arena: Arena) -> None:
        self._arena = arena
        size_bytes = mapping.round_to_pages(8 * (arena.size >> UNWIND_PAGE_BITS))
        self.pages = mapping.reserve(size_bytes)
        """Address of the table that leads from a page to the table of its object."""
        mapping.protect(self.pages, size_bytes, mapping.READ_WRITE)
        self._lock = RLock()
        self._starts: list[int] = []
        self._objects: dict[int, weakref.ref[Code]] = {}
        self._tables: dict[int, ctypes.Array[ctypes.c_char]] = {}
        self._callback = ctypes.CFUNCTYPE(None, ctypes.c_uint64)(self._fill_uninterrupted)
        self.fill_address: int = ctypes.cast(self._callback, ctypes.c_void_p).value or 0

    def add(self, obj: Code) -> None:
        """Note an object."""
        with self._lock:
            insort(self._starts, obj.start)
            self._objects[obj.start] = weakref.ref(obj)

    def forget(self, start: int, size: int) -> None:
        """Forget the object at an address, before its pages are given back."""
        with self._lock:
            if self._objects.pop(start, None) is not None:
                self._starts.remove(start)
            if self._tables.pop(start, None) is not None:
                self._set_pages(start, size, 0)

    def _set_pages(self, start: int, size: int, value: int) -> None:
        first = (start - self._arena.start) >> UNWIND_PAGE_BITS
        count = -(-size >> UNWIND_PAGE_BITS)
        (ctypes.c_uint64 * count).from_address(self.pages + 8 * first)[:] = [value] * count

    def _fill_uninterrupted(self, pc: int) -> None:
        """The machine code comes back until there is a table: what interrupts this is put off."""
        try:
            self.fill(pc)
        except KeyboardInterrupt:
            _thread.interrupt_main()

    def fill(self, pc: int) -> None:
        """Make the table of the object whose code is at `pc`."""
        with self._lock:
            start = self._starts[bisect_right(self._starts, pc) - 1]
            obj = self._objects[start]()
            contents = HEADER.pack(start, 0) if obj is None else obj.unwind_table()
            table = self._tables[start] = ctypes.create_string_buffer(contents, len(contents))
            end = start + (1 << UNWIND_PAGE_BITS) if obj is None else obj.end
            self._set_pages(start, end - start, ctypes.addressof(table))


_unwinder: Unwinder | None = None
_unwinder_lock = allocate_lock()


def process_unwinder(make_arena: Callable[[], Arena]) -> Unwinder:
    """The tables for the arena of this process."""
    global _unwinder
    with _unwinder_lock:
        if _unwinder is None:
            _unwinder = Unwinder(make_arena())
        return _unwinder
