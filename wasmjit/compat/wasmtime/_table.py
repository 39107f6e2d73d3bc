"""Tables of references."""

from __future__ import annotations

from typing import Any, cast

from wasmjit.api.table import Table as ApiTable
from wasmjit.compat.wasmtime._error import WasmtimeError, refusals
from wasmjit.compat.wasmtime._extern import ExternBase
from wasmjit.compat.wasmtime._store import Storelike
from wasmjit.compat.wasmtime._types import TableType, wrap_extern_type
from wasmjit.compat.wasmtime._value import from_wasm, to_wasm


class Table(ExternBase):
    """A table, filled with `init`: a `Func` or None for funcref, any object for externref."""

    __slots__ = ()

    _core: ApiTable

    def __init__(self, store: Storelike, ty: TableType, init: Any) -> None:
        home = store._context()
        type, limits = ty.ptr()._element, ty.limits
        value = to_wasm(home, type, init)
        with refusals():
            self._core = ApiTable(home._core, type, limits.min, limits.max, value)
        self._home = home

    def type(self, store: Storelike) -> TableType:
        """Element type and limits; the minimum is the size of now."""
        return cast(TableType, wrap_extern_type(self._in(store).type))

    def size(self, store: Storelike) -> int:
        """Number of elements."""
        return len(self._in(store))

    def grow(self, store: Storelike, amt: int, init: Any) -> int:
        """Add elements; return the old size. Raises WasmtimeError if the limits don't allow it."""
        core = self._in(store)
        value = to_wasm(self._home, core.type.element, init)
        try:
            return cast(int, core.grow(amt, value))
        except ValueError as error:
            raise WasmtimeError(f"failed to grow table by `{amt}`") from error

    def get(self, store: Storelike, idx: int) -> Any:
        """The element at an index; None for null, and out of bounds."""
        core = self._in(store)
        return from_wasm(self._home, core[idx]) if 0 <= idx < len(core) else None

    def set(self, store: Storelike, idx: int, val: Any) -> None:
        """Replace an element. Raises WasmtimeError out of bounds."""
        core = self._in(store)
        value = to_wasm(self._home, core.type.element, val)
        try:
            core[idx] = value
        except IndexError as error:
            raise WasmtimeError("wasm trap: undefined element: out of bounds table access") from error
