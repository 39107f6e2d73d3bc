"""Instances: modules brought to life."""

from __future__ import annotations

from itertools import islice

from wasmjit.api.extern import Extern, ExternInstance, wrap_extern
from wasmjit.api.func import Func
from wasmjit.api.imports import Imports, mapping_lookup, resolve, resolve_list
from wasmjit.api.module import Module
from wasmjit.api.store import Store, runtime_of, wrap_store
from wasmjit.api.tier import check_tiers, instantiate
from wasmjit.api.types import FuncType
from wasmjit.light import Any, Iterator, Mapping, Sequence
from wasmjit.runtime.instance import ModuleInstance

_SHOWN = 20
"""Exports that `repr` shows."""


class Exports(Mapping[str, Extern]):
    """The exports of an instance by name, in the module's order; those whose names allow it are attributes too."""

    __slots__ = ("_instance", "_wrapped")

    def __init__(self, instance: ModuleInstance) -> None:
        self._instance = instance
        self._wrapped: dict[str, Extern] = {}

    def __getitem__(self, name: str) -> Extern:
        found = self._wrapped.get(name)
        if found is None:
            found = self._wrapped[name] = wrap_extern(self._instance.exports[name])
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._instance.exports)

    def __len__(self) -> int:
        return len(self._instance.exports)

    def __contains__(self, name: object) -> bool:
        return name in self._instance.exports

    def __getattr__(self, name: str) -> Any:
        if name in Exports.__slots__ or name not in self:
            raise AttributeError(f"there is no export {name!r}")
        return self[name]

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(name for name in self if name.isidentifier())]

    def __repr__(self) -> str:
        shown = [f"  {name!r}: {extern!r}," for name, extern in islice(self.items(), _SHOWN)]
        more = [f"  ... {len(self) - _SHOWN:,} more"] if len(self) > _SHOWN else []
        return "\n".join(["<exports {", *shown, *more, "}>"]) if shown else "<exports {}>"

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from wasmjit.api.display import exports_html

        return exports_html(self)

    def _ipython_key_completions_(self) -> list[str]:
        """What IPython offers after an opening bracket."""
        return list(self)


class Instance:
    """An instance of a module in a store.

    Its exports are attributes and items: `instance.add(1, 2)`, `instance["odd name"]`; iterating gives their names.
    `exports` and `store` are the instance's own attributes: exports of these names are reached as items.

    `imports` are the module's imports in its order, or a mapping as `wasmjit.load` takes it. The start function runs.
    Raises `LinkError` for imports that are missing or of the wrong type, and what the
    module's start does: `Trap`, or what a host function raises.
    """

    __slots__ = ("__dict__", "__weakref__", "_instance", "exports")

    exports: Exports

    def __init__(self, store: Store, module: Module, imports: Imports | Sequence[object] | None = None) -> None:
        runtime_of(store)
        if imports is None or isinstance(imports, Mapping):
            externs = resolve(store, module, mapping_lookup(imports or {}))
        else:
            externs = resolve_list(store, module, imports)
        self._instantiate(store, module, externs)

    def _instantiate(self, store: Store, module: Module, externs: Sequence[ExternInstance]) -> None:
        check_tiers(store._runtime, module._native)
        if module._guard and not store._runtime.guard:
            raise ValueError("the module relies on guard pages, but the store's engine has bounds_checks='explicit'")
        if module._fuel != store._runtime.config.fuel:
            does = "consumes" if module._fuel else "does not consume"
            raise ValueError(f"the module {does} fuel, unlike what the store's engine says")
        self._set(instantiate(store._runtime, module._core, module._native, externs))

    def _set(self, instance: ModuleInstance) -> None:
        self._instance = instance
        self.exports = Exports(instance)

    def interrupt(self) -> bool:
        """Stop what runs in the instance's store now, from any thread: it raises `Interrupted`.

        False if nothing runs there. A host function is not stopped, but the code that called it is when it returns.
        """
        return self.store.interrupt()

    @property
    def store(self) -> Store:
        """The store that it lives in."""
        return wrap_store(self._instance.store)

    def __getattr__(self, name: str) -> Any:
        if name in Instance.__slots__ or name not in self.exports:
            raise AttributeError(f"the instance has no export {name!r}")
        extern = self.__dict__[name] = self.exports[name]
        return extern

    def __getitem__(self, name: str) -> Any:
        return self.exports[name]

    def __contains__(self, name: object) -> bool:
        return name in self.exports

    def __iter__(self) -> Iterator[str]:
        return iter(self.exports)

    def __len__(self) -> int:
        return len(self.exports)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(name for name in self.exports if name.isidentifier())]

    def _ipython_key_completions_(self) -> list[str]:
        """What IPython offers after an opening bracket."""
        return list(self)

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return self.exports._repr_html_()

    def __eq__(self, other: object) -> bool:
        return self._instance is other._instance if isinstance(other, Instance) else NotImplemented

    def __hash__(self) -> int:
        return hash(id(self._instance))

    def __repr__(self) -> str:
        return f"<Instance with {len(self)} exports at {id(self._instance):#x}>"


def wrap_instance(runtime: ModuleInstance) -> Instance:
    """The public object for an instance of the runtime."""
    instance = Instance.__new__(Instance)
    instance._set(runtime)
    return instance


def instantiate_externs(store: Store, module: Module, externs: Sequence[ExternInstance]) -> Instance:
    """An instance whose imports are the runtime's objects already."""
    instance = Instance.__new__(Instance)
    instance._instantiate(store, module, externs)
    return instance


def initialize(instance: Instance) -> None:
    """Call `_initialize`, which a WASI reactor wants to run before anything else; others are left alone."""
    func = instance.exports.get("_initialize")
    if isinstance(func, Func) and func.type == FuncType():
        func()
