"""Linear memories as users see them."""

from __future__ import annotations

import operator
from functools import cache
from struct import Struct

from wasmjit.api.extern import ExternBase
from wasmjit.api.store import Store, runtime_of
from wasmjit.api.tier import new_memory
from wasmjit.light import Any, Literal, SupportsIndex, TypeAlias, overload
from wasmjit.limits import PAGE_SIZE
from wasmjit.record import replace
from wasmjit.runtime.buffer import exports_buffer
from wasmjit.runtime.memory import MemoryInstance
from wasmjit.wasm.types import I32, I64, Limits, MemType, ValType, max_pages

_ITEM_BYTES = {"b": 1, "B": 1, "h": 2, "H": 2, "i": 4, "I": 4, "q": 8, "Q": 8, "f": 4, "d": 8}
_ADDRESS_TYPES = {"i32": I32, "i64": I64}

AddressType: TypeAlias = Literal["i32", "i64"]
"""The type of addresses and sizes in wasm."""


@exports_buffer
class Memory(ExternBase[MemoryInstance]):
    """A linear memory of `min` pages, that may grow to `max`.

    Pages have 64 KiB, or `page_size` bytes, which may be 1. `address` is the type of its addresses in wasm: "i32", or
    "i64" for memories that may be larger than 4 GiB. A `shared` memory, which needs `max`, can be imported by instances
    of all stores with the same way to check bounds, and so be used by several threads at once; its bytes are then
    whatever the threads make them, also while Python reads.

    Bytes are read and written by address: `memory[address]`, `memory[start:stop]`, `read`, `write`; values by `unpack`
    and `pack`, text by `read_string` and `write_string`. It is a buffer: `memoryview(memory)`, `numpy.frombuffer` and
    `view` give all of it, or a part as numbers, without a copy. Such views stay valid when it grows.

    An access that is not entirely inside raises IndexError, as do negative addresses: pointers that functions return as
    i32 are signed, so `pointer & 0xFFFFFFFF` is the address.
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
        shared: bool = False,
    ) -> None:
        if page_size not in (1, PAGE_SIZE):
            raise ValueError(f"page_size must be 1 or {PAGE_SIZE}, not {page_size!r}")
        if shared and max is None:
            raise ValueError("a shared memory needs max")
        type = MemType(Limits(0), as_address_type(address), shared, page_size.bit_length() - 1)
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
        """The buffer protocol: all bytes of now."""
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

    def view(self, format: str = "B", address: int = 0, count: int | None = None) -> memoryview:
        """`count` numbers from `address` on, writable, without a copy; all that there are to the end by default.

        `format` is a letter of `struct`: "b B h H i I q Q f d". The view stays valid, and the same, when the memory
        grows. Raises IndexError if it is not inside.
        """
        size = _ITEM_BYTES.get(format)
        if size is None:
            raise ValueError(f"format must be one of {' '.join(_ITEM_BYTES)}, not {format!r}")
        if count is None:
            count = max(len(self) - operator.index(address), 0) // size
        self._check(address, count * size)
        part = self._instance.view()[address : address + count * size]
        return part if format == "B" else part.cast(format)  # type: ignore[call-overload]

    def unpack(self, format: str, address: int) -> tuple[Any, ...]:
        """Values at an address, as `struct.unpack` reads them, little-endian unless `format` says otherwise."""
        layout = _struct(format)
        self._check(address, layout.size)
        return layout.unpack_from(self._instance.view(), address)

    def pack(self, format: str, address: int, *values: Any) -> None:
        """Write values as `struct.pack` does. Raises IndexError, or struct.error, and then writes nothing."""
        self.write(address, _struct(format).pack(*values))

    def read_string(self, address: int, size: int | None = None, encoding: str = "utf-8") -> str:
        """The text of `size` bytes, or up to the next zero byte. Raises IndexError, UnicodeDecodeError."""
        if size is None:
            self._check(address, 1)
            size = self._end_of_string(address) - address
        return self.read(address, size).decode(encoding)

    def _end_of_string(self, address: int) -> int:
        """Where the next zero byte is."""
        view, size = self._instance.view(), 64
        while address < len(view):
            found = bytes(view[address : address + size]).find(0)
            if found >= 0:
                return address + found
            address, size = address + size, size * 2
        raise IndexError("there is no zero byte up to the end of the memory")

    def write_string(self, address: int, text: str, encoding: str = "utf-8", *, terminated: bool = True) -> int:
        """Write text, and a zero byte unless not `terminated`; the number of bytes written. Raises IndexError."""
        data = text.encode(encoding) + b"\0" * terminated
        self.write(address, data)
        return len(data)

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


@cache
def _struct(format: str) -> Struct:
    return Struct(format if format[:1] in ("@", "=", "<", ">", "!") else "<" + format)


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
