"""Global variables."""

from __future__ import annotations

from typing import Any, cast

from wasmjit.api.global_ import Global as ApiGlobal
from wasmjit.compat.wasmtime._error import WasmtimeError, refusals
from wasmjit.compat.wasmtime._extern import ExternBase
from wasmjit.compat.wasmtime._store import Storelike
from wasmjit.compat.wasmtime._types import GlobalType, wrap_extern_type
from wasmjit.compat.wasmtime._value import from_wasm, to_wasm


class Global(ExternBase):
    """A global variable with an initial value, which may be a `Val`."""

    __slots__ = ()

    _core: ApiGlobal

    def __init__(self, store: Storelike, ty: GlobalType, val: Any) -> None:
        if not isinstance(ty, GlobalType):
            raise TypeError("expected a GlobalType")
        home = store._context()
        type = ty.ptr()._content
        value = to_wasm(home, type, val)
        with refusals():
            self._core = ApiGlobal(home._core, type, value, ty.mutable)
        self._home = home

    def type(self, store: Storelike) -> GlobalType:
        """Type of the value, and whether it can change."""
        return cast(GlobalType, wrap_extern_type(self._in(store).type))

    def value(self, store: Storelike) -> Any:
        """The value of now."""
        return from_wasm(self._home, self._in(store).value)

    def set_value(self, store: Storelike, val: Any) -> None:
        """Change it. Raises TypeError for a wrong type, WasmtimeError if it can't be changed."""
        core = self._in(store)
        value = to_wasm(self._home, core.type.type, val)
        if not core.type.mutable:
            raise WasmtimeError("immutable global cannot be set")
        with refusals():
            core.value = value
