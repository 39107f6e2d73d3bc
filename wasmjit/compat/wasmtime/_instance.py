"""Instances and their exports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from wasmjit.api.instance import Instance as ApiInstance
from wasmjit.compat.wasmtime._error import WasmtimeError, errors
from wasmjit.compat.wasmtime._extern import unwrap_extern, wrap_extern
from wasmjit.compat.wasmtime._module import Module
from wasmjit.compat.wasmtime._store import Store, Storelike

if TYPE_CHECKING:
    from wasmjit.compat.wasmtime._exportable import AsExtern


class InstanceExports(Mapping[str, "AsExtern"]):
    """The exports by name, in the module's order; `by_index` has them as a sequence."""

    def __init__(self, store: Store, core: ApiInstance) -> None:
        self._externs = {name: wrap_extern(store, item) for name, item in core.exports.items()}

    @property
    def by_index(self) -> Sequence[AsExtern]:
        """The exports in order."""
        return tuple(self._externs.values())

    def __getitem__(self, name: str) -> AsExtern:
        return self._externs[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._externs)

    def __len__(self) -> int:
        return len(self._externs)

    def __repr__(self) -> str:
        return f"<exports {list(self)}>"


class Instance:
    """An instance of a module; `imports` are objects of the store, in the module's order.

    Its start function runs. Raises WasmtimeError for imports that do not fit, and what the start function raises.
    """

    _core: ApiInstance
    _home: Store
    _exports: InstanceExports | None

    def __init__(self, store: Storelike, module: Module, imports: Sequence[AsExtern]) -> None:
        core = module.ptr()
        self._set(store._context(), core, [unwrap_extern(store, item) for item in imports])

    @classmethod
    def _make(cls, home: Store, module: Module, imports: Sequence[Any]) -> Instance:
        """An instance whose imports are what the engine takes for them."""
        made = cls.__new__(cls)
        made._set(home, module, imports)
        return made

    def _set(self, home: Store, module: Module, imports: Sequence[Any]) -> None:
        declared = module.ptr()._core.imports
        if len(imports) != len(declared):
            raise WasmtimeError(f"expected {len(declared)} imports, found {len(imports)}")
        with errors():
            self._core = ApiInstance(home._core, module._core, imports)
        self._home = home
        self._exports = None

    def exports(self, store: Storelike) -> InstanceExports:
        """The exports. The store has to be the instance's: WasmtimeError."""
        if store._context() is not self._home:
            raise WasmtimeError("object used with the wrong store")
        if self._exports is None:
            self._exports = InstanceExports(self._home, self._core)
        return self._exports
