"""Globals as users see them."""

from __future__ import annotations

from wasmjit.api.extern import ExternBase
from wasmjit.api.store import Store, runtime_of
from wasmjit.api.tier import new_global
from wasmjit.api.types import ValTypeLike, as_valtype
from wasmjit.runtime.global_ import GlobalInstance
from wasmjit.wasm.types import GlobalType


class Global(ExternBase[GlobalInstance]):
    """A global variable with an initial value; values are as for `Func`."""

    __slots__ = ()

    def __init__(self, store: Store, type: ValTypeLike, value: object, mutable: bool = False) -> None:
        self._instance = new_global(runtime_of(store), GlobalType(as_valtype(type), mutable), value)

    def __repr__(self) -> str:
        return f"<Global {self.type.type}: {self.value!r}>"

    @property
    def type(self) -> GlobalType:
        """Type of the value, and whether it can change."""
        return self._instance.type

    @property
    def value(self) -> object:
        """The value. Setting raises TypeError for an immutable global or a wrong type, OverflowError out of range."""
        return self._instance.value

    @value.setter
    def value(self, value: object) -> None:
        self._instance.value = value

    @property
    def _address(self) -> int:
        return self._instance.storage


def wrap_global(instance: GlobalInstance) -> Global:
    """The public object for a global of the runtime."""
    wrapped = Global.__new__(Global)
    wrapped._instance = instance
    return wrapped
