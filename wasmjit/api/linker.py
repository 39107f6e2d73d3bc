"""Linkers: names that modules import from, collected once and used for many modules."""

from __future__ import annotations

from collections.abc import Callable

from wasmjit.api.engine import Engine
from wasmjit.api.func import Func
from wasmjit.api.imports import MISSING, Importable, resolve, wasi_functions
from wasmjit.api.instance import Instance, initialize, instantiate_externs
from wasmjit.api.module import Module
from wasmjit.api.store import Store
from wasmjit.api.stubs import ZERO, stub
from wasmjit.api.types import FuncType
from wasmjit.light import TYPE_CHECKING

if TYPE_CHECKING:
    from wasmjit.runtime.wasi import WasiConfig


class Linker:
    """Definitions by module name and name, for `instantiate` to take a module's imports from.

    It belongs to a store; given an engine, it makes one. A name can be defined once, unless `allow_shadowing` is set:
    then the last definition counts. Definitions raise ValueError for a name that exists.
    """

    def __init__(self, store: Store | Engine, *, allow_shadowing: bool = False) -> None:
        if not isinstance(store, Store | Engine):
            raise TypeError(f"a Store or Engine is needed, not {type(store).__name__}")
        self.store = store if isinstance(store, Store) else Store(store)
        self.allow_shadowing = allow_shadowing
        self._definitions: dict[tuple[str, str], object] = {}

    def __repr__(self) -> str:
        return f"<Linker with {len(self._definitions)} definitions>"

    def define(self, module: str, name: str, item: Importable) -> None:
        """Define a name.

        `item` is an object of the store, a callable (its type is what the importing module declares), or a value for an
        immutable global.
        """
        self._define(module, name, item)

    def define_func(
        self, module: str, name: str, type: FuncType, callable: Callable[..., object], *, wants_caller: bool = False
    ) -> Func:
        """Define a name as a Python function of that type; see `Func`."""
        func = Func(self.store, type, callable, wants_caller=wants_caller)
        self._define(module, name, func)
        return func

    def define_instance(self, module: str, instance: Instance) -> None:
        """Define all exports of an instance under a module name."""
        for name, item in instance.exports.items():
            self._define(module, name, item)

    def define_module(self, name: str, module: Module) -> Instance:
        """Instantiate a module with what is defined so far, initialise it, and define its exports."""
        instance = self.instantiate(module)
        initialize(instance)
        self.define_instance(name, instance)
        return instance

    def define_wasi(self, config: WasiConfig | None = None) -> None:
        """Define the functions of WASI preview 1, granting what `config` says."""
        for (module, name), func in wasi_functions(config).items():
            self._define(module, name, func)

    def define_stubs(self, module: Module, value: object = ZERO) -> None:
        """Define what `module` imports and nothing here provides, as stand-ins: see `wasmjit.api.stubs.stub`."""
        for item in module.imports:
            if (item.module, item.name) not in self._definitions:
                made = stub(self.store, item.type, value, name=f"{item.module}.{item.name}")
                self._define(item.module, item.name, made)

    def get(self, module: str, name: str) -> object:
        """What is defined under a name. Raises KeyError."""
        return self._definitions[module, name]

    def instantiate(self, module: Module) -> Instance:
        """An instance of the module. One `LinkError` names all imports that are not defined."""
        externs = resolve(self.store, module, lambda *key: self._definitions.get(key, MISSING))
        return instantiate_externs(self.store, module, externs)

    def _define(self, module: str, name: str, item: object) -> None:
        if (module, name) in self._definitions and not self.allow_shadowing:
            raise ValueError(f"{module}.{name} is defined already")
        self._definitions[module, name] = item
