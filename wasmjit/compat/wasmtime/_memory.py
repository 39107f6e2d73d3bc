"""Linear memories."""

from __future__ import annotations

import ctypes
from typing import Any, cast

from wasmjit.api.memory import Memory as ApiMemory
from wasmjit.compat.wasmtime._error import WasmtimeError, refusals
from wasmjit.compat.wasmtime._extern import ExternBase
from wasmjit.compat.wasmtime._store import Storelike
from wasmjit.compat.wasmtime._types import MemoryType, wrap_extern_type


class Memory(ExternBase):
    """A linear memory. Views of it stay valid whatever happens to it."""

    __slots__ = ()

    _core: ApiMemory

    def __init__(self, store: Storelike, ty: MemoryType) -> None:
        home = store._context()
        limits = ty.ptr().limits
        if ty.is_shared:
            raise WasmtimeError("a shared memory is a SharedMemory")
        with refusals():
            self._core = ApiMemory(
                home._core,
                limits.min,
                limits.max,
                address="i64" if ty.is_64 else "i32",
                page_size=1 if ty.page_size == 1 else 65536,
            )
        self._home = home

    def type(self, store: Storelike) -> MemoryType:
        """Limits in pages; the minimum is the size of now."""
        return cast(MemoryType, wrap_extern_type(self._in(store).type))

    def grow(self, store: Storelike, delta: int) -> int:
        """Add pages; return the old size in pages. Raises WasmtimeError if the limits don't allow it."""
        if delta < 0:
            raise WasmtimeError("cannot grow by negative amount")
        core = self._in(store)
        try:
            return cast(int, core.grow(delta))
        except ValueError as error:
            raise WasmtimeError(f"failed to grow memory by `{delta}`") from error

    def size(self, store: Storelike) -> int:
        """Size in pages."""
        return cast(int, self._in(store).size)

    def data_len(self, store: Storelike) -> int:
        """Size in bytes."""
        return len(self._in(store))

    def data_ptr(self, store: Storelike) -> ctypes._Pointer[ctypes.c_ubyte]:
        """A pointer to the first byte. It knows no bounds: `get_buffer_ptr` does."""
        return ctypes.cast(self.get_buffer_ptr(store), ctypes.POINTER(ctypes.c_ubyte))

    def get_buffer_ptr(self, store: Storelike, size: int | None = None, offset: int = 0) -> ctypes.Array[Any]:
        """The bytes from `offset` on, writable, without a copy: what `numpy.frombuffer` takes.

        Raises IndexError for a range that is not entirely inside.
        """
        return bytes_at(self._in(store), size, offset)

    def read(self, store: Storelike, start: int | None = 0, stop: int | None = None) -> bytearray:
        """A copy of the bytes from `start` to `stop`, which are as in `list[start:stop]`."""
        return bytearray(self._in(store).view()[start:stop])

    def write(self, store: Storelike, value: bytes | bytearray | memoryview, start: int | None = None) -> int:
        """Copy bytes to `start`, which counts from the end if negative; return how many.

        Raises IndexError, and writes nothing, if they don't fit.
        """
        view = self._in(store).view()
        data = value if isinstance(value, bytes | bytearray) else bytes(value)
        start = slice(start, None).indices(len(view))[0]
        if start >= len(view) or start + len(data) > len(view):
            raise IndexError("index out of range")
        view[start : start + len(data)] = data
        return len(data)

    def page_size(self, store: Storelike) -> int:
        """Size of a page in bytes."""
        return self.type(store).page_size

    def page_size_log2(self, store: Storelike) -> int:
        """Its logarithm."""
        return self.type(store).page_size_log2


def bytes_at(memory: ApiMemory, size: int | None, offset: int) -> ctypes.Array[Any]:
    """Bytes of a memory as an array of ctypes, which keeps them mapped. Raises IndexError out of bounds."""
    view = memory.view()
    size = len(view) - offset if size is None else size
    if not 0 <= offset <= offset + size <= len(view):
        raise IndexError("index out of range")
    return (ctypes.c_ubyte * size).from_buffer(view[offset : offset + size]) if size else (ctypes.c_ubyte * 0)()
