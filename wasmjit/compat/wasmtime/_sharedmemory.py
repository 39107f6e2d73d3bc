"""Memories that belong to no store, for threads."""

from __future__ import annotations

import ctypes
from typing import Any, cast

from wasmjit.api.memory import Memory as ApiMemory
from wasmjit.api.store import Store as ApiStore
from wasmjit.compat.wasmtime._engine import Engine
from wasmjit.compat.wasmtime._error import WasmtimeError, refusals
from wasmjit.compat.wasmtime._managed import Managed
from wasmjit.compat.wasmtime._memory import bytes_at
from wasmjit.compat.wasmtime._types import MemoryType, wrap_extern_type


class SharedMemory(Managed):
    """A memory of an engine, that instances in all stores can import, and so several threads use at once."""

    _core: ApiMemory

    def __init__(self, engine: Engine, ty: MemoryType) -> None:
        core, limits = engine.ptr()._core, ty.ptr().limits
        if not ty.is_shared:
            raise WasmtimeError("shared memory must have the `shared` flag enabled on its memory type")
        with refusals():
            self._core = ApiMemory(
                ApiStore(core),
                limits.min,
                limits.max,
                address="i64" if ty.is_64 else "i32",
                page_size=1 if ty.page_size == 1 else 65536,
                shared=True,
            )
        self._open()

    @classmethod
    def _of(cls, core: ApiMemory) -> SharedMemory:
        made = cls.__new__(cls)
        made._core = core
        made._open()
        return made

    def type(self) -> MemoryType:
        """Limits in pages; the minimum is the size of now."""
        return cast(MemoryType, wrap_extern_type(self.ptr()._core.type))

    def grow(self, delta: int) -> int:
        """Add pages; return the old size in pages. Raises WasmtimeError if the limits don't allow it."""
        if delta < 0:
            raise WasmtimeError("cannot grow by negative amount")
        try:
            return self.ptr()._core.grow(delta)
        except ValueError as error:
            raise WasmtimeError(f"failed to grow memory by `{delta}`") from error

    def size(self) -> int:
        """Size in pages."""
        return self.ptr()._core.size

    def data_ptr(self) -> ctypes._Pointer[ctypes.c_ubyte]:
        """A pointer to the first byte. It knows no bounds."""
        return ctypes.cast(self.get_buffer_ptr(), ctypes.POINTER(ctypes.c_ubyte))

    def get_buffer_ptr(self, size: int | None = None, offset: int = 0) -> ctypes.Array[Any]:
        """As `Memory.get_buffer_ptr`."""
        return bytes_at(self.ptr()._core, size, offset)

    def data_len(self) -> int:
        """Size in bytes."""
        return len(self.ptr()._core)
