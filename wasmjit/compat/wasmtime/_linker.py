"""Linkers: names that modules import from, for any number of stores."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from wasmjit.api.types import FuncType as ApiFuncType
from wasmjit.compat.wasmtime._engine import Engine
from wasmjit.compat.wasmtime._error import WasmtimeError
from wasmjit.compat.wasmtime._extern import unwrap_extern, wrap_extern
from wasmjit.compat.wasmtime._func import Func
from wasmjit.compat.wasmtime._instance import Instance
from wasmjit.compat.wasmtime._instance_pre import InstancePre
from wasmjit.compat.wasmtime._items import (
    Definition,
    Given,
    HostDefinition,
    WasiDefinition,
    as_extern,
    default_for,
    trapping,
)
from wasmjit.compat.wasmtime._managed import Managed
from wasmjit.compat.wasmtime._module import Module
from wasmjit.compat.wasmtime._store import Store, Storelike
from wasmjit.compat.wasmtime._types import FuncType
from wasmjit.runtime.wasi.registry import HOST_CALLS
from wasmjit.runtime.wasi.wasi import declare_all_calls

if TYPE_CHECKING:
    from wasmjit.compat.wasmtime._exportable import AsExtern


class Linker(Managed):
    """Definitions by module name and name. A name can be defined once, unless `allow_shadowing` is set."""

    def __init__(self, engine: Engine) -> None:
        self.engine: Engine = engine.ptr()
        self.allow_shadowing = False
        self._definitions: dict[tuple[str, str], Definition] = {}
        self._open()

    # --- defining

    def define(self, store: Storelike, module: str, name: str, item: AsExtern) -> None:
        """Define an object of a store. Raises WasmtimeError for one of another store, and for a name that exists."""
        core = unwrap_extern(store, item)
        self._define(module, name, Given(store._context(), core))

    def define_func(
        self, module: str, name: str, ty: FuncType, func: Callable[..., Any], access_caller: bool = False
    ) -> None:
        """Define a Python callable, for any store; see `Func`."""
        if not isinstance(ty, FuncType):
            raise TypeError("expected a FuncType")
        self._define(module, name, HostDefinition(ty, func, access_caller))

    def define_instance(self, store: Storelike, name: str, instance: Instance) -> None:
        """Define all exports of an instance under a module name."""
        if not isinstance(instance, Instance):
            raise TypeError("expected an `Instance`")
        for export, item in instance.exports(store).items():
            self.define(store, name, export, item)

    def define_wasi(self) -> None:
        """Define WASI preview 1, granting what the store's `set_wasi` says when it is called."""
        declare_all_calls()
        for (module, name), call in HOST_CALLS.items():
            self._define(module, name, WasiDefinition((module, name), call.type))

    def define_module(self, store: Storelike, name: str, module: Module) -> None:
        """Define the exports of a module that is instantiated by itself: a command for each call, a library once."""
        if not isinstance(module, Module):
            raise TypeError("expected a `Module`")
        home = store._context()
        exports = {export.name: export.type for export in module.ptr()._core.exports}
        if isinstance(exports.get("_start"), ApiFuncType):
            self._define_command(home, name, module)
            return
        instance = self.instantiate(home, module)
        initialize = instance.exports(home).get("_initialize")
        if isinstance(initialize, Func):
            initialize(home)
        self.define_instance(home, name, instance)

    def _define_command(self, home: Store, name: str, module: Module) -> None:
        """Each function runs in an instance of its own."""
        pre = self.instantiate_pre(module)

        def runner(export: str) -> Callable[..., Any]:
            def run(*args: Any) -> Any:
                func = pre.instantiate(home).exports(home)[export]
                assert isinstance(func, Func)
                return func(home, *args)

            return run

        for export in module._core.exports:
            if isinstance(export.type, ApiFuncType):
                self._define(name, export.name, HostDefinition(FuncType._of(export.type), runner(export.name), False))

    def define_unknown_imports_as_traps(self, module: Module) -> None:
        """Define the functions that a module imports and that are not defined: calling them is a WasmtimeError."""
        for key, type in self._unknown(module).items():
            if isinstance(type, ApiFuncType):
                self._define(*key, trapping(key, type))

    def define_unknown_imports_as_default_values(self, store: Storelike, module: Module) -> None:
        """Define what a module imports and is not defined: functions that return zeros and nulls, globals of zero,
        memories and tables of the size asked for.
        """
        unknown = self._unknown(module)
        home = store._context()
        for key, type in unknown.items():
            self._define(*key, default_for(home, type))

    def _unknown(self, module: Module) -> dict[tuple[str, str], Any]:
        if not isinstance(module, Module):
            raise TypeError("expected a `Module`")
        declared = {(item.module, item.name): item.type for item in module.ptr()._core.imports}
        return {key: type for key, type in declared.items() if key not in self.ptr()._definitions}

    def _define(self, module: str, name: str, item: Definition) -> None:
        for part in (module, name):
            if not isinstance(part, str):
                raise AttributeError(f"names are str, not {type(part).__name__}")
        if (module, name) in self.ptr()._definitions and not self.allow_shadowing:
            raise WasmtimeError(f"import of `{module}::{name}` defined twice")
        self._definitions[module, name] = item

    # --- using

    def get(self, store: Storelike, module: str, name: str) -> AsExtern:
        """What is defined under a name. Raises WasmtimeError."""
        item = self.ptr()._definitions.get((module, name))
        if item is None:
            raise WasmtimeError("item not defined in linker")
        home = store._context()
        return wrap_extern(home, as_extern(home, item))

    def get_default(self, store: Storelike, name: str) -> Func:
        """The main function of a module that has been defined: called "" or `_start`; one that does nothing if there is
        none.
        """
        home = store._context()
        for export in ("", "_start"):
            item = self.ptr()._definitions.get((name, export))
            found = None if item is None else wrap_extern(home, as_extern(home, item))
            if isinstance(found, Func):
                return found
            if found is not None:
                raise WasmtimeError(f"default export in '{name}' is not a function")
        return Func(home, FuncType([], []), lambda: None)

    def instantiate(self, store: Storelike, module: Module) -> Instance:
        """An instance of a module. Raises WasmtimeError for an import that is not defined or does not fit."""
        return self.instantiate_pre(module.ptr()).instantiate(store)

    def instantiate_pre(self, module: Module) -> InstancePre:
        """A module with its imports resolved, to be instantiated many times. Raises WasmtimeError."""
        if not isinstance(module, Module):
            raise TypeError("expected a `Module`")
        definitions = self.ptr()._definitions
        items = []
        for declared in module.ptr()._core.imports:
            item = definitions.get((declared.module, declared.name))
            if item is None:
                raise WasmtimeError(f"unknown import: `{declared.module}::{declared.name}` has not been defined")
            items.append(item)
        return InstancePre(module, items)
