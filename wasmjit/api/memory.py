"""Linear memories as users see them."""

from __future__ import annotations

import operator
from dataclasses import replace
from typing import Literal, SupportsIndex, TypeAlias, overload

from wasmjit.api.extern import ExternBase
from wasmjit.api.store import Store, runtime_of
from wasmjit.api.tier import new_memory
from wasmjit.limits import PAGE_SIZE
from wasmjit.runtime.memory import MemoryInstance
from wasmjit.wasm.types import I32, I64, Limits, MemType, ValType, max_pages

_ADDRESS_TYPES = {"i32": I32, "i64": I64}

AddressType: TypeAlias = Literal["i32", "i64"]
"""The type of addresses and sizes in wasm."""


class Memory(ExternBase[MemoryInstance]):
    """A linear memory of `min` pages, that may grow to `max`.

    Pages have 64 KiB, or `page_size` bytes, which may be 1. `address` is the type of its addresses in wasm: "i32", or
    "i64" for memories that may be larger than 4 GiB.

    Bytes are read and written by address: `memory[address]`, `memory[start:stop]`, `read`, `write`; `view` gives all of
    it without a copy. An access that is not entirely inside raises IndexError, as do negative addresses: pointers
    that functions return as i32 are signed, so `pointer & 0xFFFFFFFF` is the address.
    """

    __slots__ = ()

    def __init__(
        self,
        store: Store,
        min: int,
        max: int | None = None,
        *,
        address: AddressType = "i32",
        page_size: Literal[1, 65536] = 65536,
    ) -> None:
        if page_size not in (1, PAGE_SIZE):
            raise ValueError(f"page_size must be 1 or {PAGE_SIZE}, not {page_size!r}")
        type = MemType(Limits(0), as_address_type(address), page_size_log2=page_size.bit_length() - 1)
        type = replace(type, limits=as_limits(min, max, max_pages(type), "pages"))
        self._instance = new_memory(runtime_of(store), type)

    def __repr__(self) -> str:
        return f"<Memory of {self.size} pages at {self._address:#x}>"

    @property
    def type(self) -> MemType:
        """Limits in pages; the minimum is the size of now."""
        return self._instance.type

    @property
    def size(self) -> int:
        """Size in pages."""
        return self._instance.pages

    def __len__(self) -> int:
        """Size in bytes."""
        return self._instance.size_bytes

    def __buffer__(self, flags: int, /) -> memoryview:
        """The buffer protocol, from Python 3.12 on: `memoryview(memory)`, `numpy.asarray(memory)`."""
        return self.view()

    def grow(self, pages: int) -> int:
        """Add zeroed pages; return the old size in pages. Raises ValueError if the limits don't allow it."""
        pages = operator.index(pages)
        old = -1 if pages < 0 else self._instance.grow(pages)
        if old < 0:
            raise ValueError(f"a memory of type ({self.type}) can't grow by {pages} pages")
        return old

    def read(self, address: int, size: int) -> bytes:
        """Copy `size` bytes out. Raises IndexError."""
        self._check(address, size)
        return self._instance.read(address, size)

    def write(self, address: int, data: bytes | bytearray | memoryview) -> None:
        """Copy bytes in. Raises IndexError, and then writes nothing."""
        data = memoryview(data).cast("B") if not isinstance(data, bytes) else data
        self._check(address, len(data))
        self._instance.write(address, data)

    def view(self) -> memoryview:
        """All bytes of now, writable, without a copy. It does not follow a later `grow`."""
        return self._instance.view()

    @overload
    def __getitem__(self, key: SupportsIndex) -> int: ...

    @overload
    def __getitem__(self, key: slice) -> bytes: ...

    def __getitem__(self, key: SupportsIndex | slice) -> int | bytes:
        if isinstance(key, slice):
            return self.read(*self._span(key))
        return self.read(operator.index(key), 1)[0]

    def __setitem__(self, key: SupportsIndex | slice, value: int | bytes | bytearray | memoryview) -> None:
        if not isinstance(key, slice):
            self.write(operator.index(key), bytes([value]) if isinstance(value, int) else _needs_int(value))
            return
        address, size = self._span(key)
        if isinstance(value, int):
            raise TypeError("a slice takes bytes, not int")
        if memoryview(value).nbytes != size:
            raise ValueError(f"{size} bytes are needed, not {memoryview(value).nbytes}: a memory keeps its size")
        self.write(address, value)

    @property
    def _address(self) -> int:
        return self._instance.definition

    def _span(self, key: slice) -> tuple[int, int]:
        """Address and size of a slice."""
        if key.step not in (None, 1):
            raise ValueError("slices of a memory have no step")
        start = 0 if key.start is None else operator.index(key.start)
        stop = len(self) if key.stop is None else operator.index(key.stop)
        self._check(start, stop - start)
        return start, stop - start

    def _check(self, address: int, size: int) -> None:
        if address < 0 or size < 0 or address + size > self._instance.size_bytes:
            raise IndexError(f"{size} bytes at {address} are not inside a memory of {len(self)} bytes")


def _needs_int(value: object) -> bytes:
    raise TypeError(f"a byte is an int, not {type(value).__name__}")


def as_address_type(name: AddressType) -> ValType:
    """The type with that name. Raises ValueError unless it is "i32" or "i64"."""
    if name not in _ADDRESS_TYPES:
        raise ValueError(f"address must be 'i32' or 'i64', not {name!r}")
    return _ADDRESS_TYPES[name]


def as_limits(min: int, max: int | None, bound: int, unit: str) -> Limits:
    """Limits, checked. Raises ValueError unless 0 <= min <= max <= bound."""
    min = operator.index(min)
    max = None if max is None else operator.index(max)
    if not 0 <= min <= (bound if max is None else max) or (max or 0) > bound:
        raise ValueError(f"sizes must be 0 <= min <= max <= {bound} {unit}, not {min} and {max}")
    return Limits(min, max)


def wrap_memory(instance: MemoryInstance) -> Memory:
    """The public object for a memory of the runtime."""
    memory = Memory.__new__(Memory)
    memory._instance = instance
    return memory
