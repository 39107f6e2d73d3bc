"""Memories that belong to no store."""

from __future__ import annotations

import ctypes

from wasmjit.compat.wasmtime._engine import Engine
from wasmjit.compat.wasmtime._error import WasmtimeError
from wasmjit.compat.wasmtime._managed import Managed
from wasmjit.compat.wasmtime._memory import Memory
from wasmjit.compat.wasmtime._store import Store
from wasmjit.compat.wasmtime._types import MemoryType


class SharedMemory(Managed):
    """A memory for threads, of an engine. Python can use it; wasm that shares memories is not supported yet."""

    def __init__(self, engine: Engine, ty: MemoryType) -> None:
        engine.ptr()
        limits = ty.ptr().limits
        if not ty.is_shared:
            raise WasmtimeError("shared memory must have the `shared` flag enabled on its memory type")
        self._type = ty
        self._store = Store(engine)
        self._memory = Memory(self._store, MemoryType(limits, ty.is_64, page_size_log2=ty.page_size_log2))
        self._open()

    def type(self) -> MemoryType:
        """Limits in pages."""
        return self.ptr()._type

    def grow(self, delta: int) -> int:
        """Add pages; return the old size in pages. Raises WasmtimeError if the limits don't allow it."""
        return self.ptr()._memory.grow(self._store, delta)

    def size(self) -> int:
        """Size in pages."""
        return self.ptr()._memory.size(self._store)

    def data_ptr(self) -> ctypes._Pointer[ctypes.c_ubyte]:
        """A pointer to the first byte. It knows no bounds."""
        return self.ptr()._memory.data_ptr(self._store)

    def data_len(self) -> int:
        """Size in bytes."""
        return self.ptr()._memory.data_len(self._store)
