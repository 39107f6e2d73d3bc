"""Modules whose imports are resolved already."""

from __future__ import annotations

from collections.abc import Sequence

from wasmjit.compat.wasmtime._instance import Instance
from wasmjit.compat.wasmtime._items import Definition, as_import
from wasmjit.compat.wasmtime._managed import Managed
from wasmjit.compat.wasmtime._module import Module
from wasmjit.compat.wasmtime._store import Storelike


class InstancePre(Managed):
    """A module with what a linker had for its imports; `Linker.instantiate_pre` makes it."""

    def __init__(self, module: Module, items: Sequence[Definition]) -> None:
        self._module = module
        self._items = items
        self._open()

    def instantiate(self, store: Storelike) -> Instance:
        """An instance in a store.

        Raises WasmtimeError for imports that don't fit, and what the start function raises.
        """
        self.ptr()
        home = store._context()
        return Instance._make(home, self._module, [as_import(home, item) for item in self._items])

    @property
    def module(self) -> Module:
        """The module."""
        return self.ptr()._module
