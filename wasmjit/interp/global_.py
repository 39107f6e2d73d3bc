"""Global instances (spec 4.2.9)."""

from __future__ import annotations

from typing import Any

from wasmjit.interp.func import lift_value, lower_value
from wasmjit.interp.store import Store
from wasmjit.wasm.types import GlobalType


class GlobalInstance:
    """A global. `raw` is the value as translated code has it."""

    __slots__ = ("__weakref__", "raw", "store", "type")

    kind = "global"

    def __init__(self, store: Store, type: GlobalType, raw: Any) -> None:
        self.store = store
        self.type = type
        self.raw = raw

    @staticmethod
    def create(store: Store, type: GlobalType, value: object) -> GlobalInstance:
        """A global of the host's. Raises as `lower_value` for an unsuitable value."""
        return GlobalInstance(store, type, lower_value(store, type.type, value))

    @property
    def storage(self) -> int:
        """A number that identifies the global."""
        return id(self)

    @property
    def value(self) -> object:
        """The value as a Python object. Setting raises TypeError if the global is immutable."""
        return lift_value(self.store, self.type.type, self.raw)

    @value.setter
    def value(self, value: object) -> None:
        if not self.type.mutable:
            raise TypeError("the global is immutable")
        self.raw = lower_value(self.store, self.type.type, value)
