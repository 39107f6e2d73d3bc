"""What a linker's names stand for: made into an object of a store when a module is instantiated there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn, TypeAlias

from wasmjit.api.extern import wrap_extern
from wasmjit.api.imports import HostFunc
from wasmjit.api.stubs import stub
from wasmjit.api.types import ExternType
from wasmjit.api.types import FuncType as ApiFuncType
from wasmjit.compat.wasmtime._error import WasmtimeError, refusals
from wasmjit.compat.wasmtime._func import host_func
from wasmjit.compat.wasmtime._store import Store
from wasmjit.compat.wasmtime._types import FuncType
from wasmjit.runtime.hostcalls import HostFuncInstance
from wasmjit.wasm import types as wasm


class Given(NamedTuple):
    """An object of a store."""

    home: Store
    core: Any


class HostDefinition(NamedTuple):
    """A Python callable, for any store."""

    type: FuncType
    func: Callable[..., Any]
    access_caller: bool


class WasiDefinition(NamedTuple):
    """A call of WASI, whose state is the store's."""

    key: tuple[str, str]
    type: wasm.FuncType


Definition: TypeAlias = Given | HostDefinition | WasiDefinition


def as_import(store: Store, item: Definition) -> Any:
    """What the engine takes for an import. Raises WasmtimeError for an object of another store."""
    if isinstance(item, Given):
        if item.home is not store:
            raise WasmtimeError("object used with the wrong store")
        return item.core
    if isinstance(item, HostDefinition):
        return host_func(store, *item)
    return HostFunc(item.type, _wasi_call(store, item.key))


def as_extern(store: Store, item: Definition) -> Any:
    """The object of the store."""
    found = as_import(store, item)
    if not isinstance(found, HostFunc):
        return found
    runtime = store._core._runtime
    return wrap_extern(HostFuncInstance(runtime, found.type, found.callable, wants_caller=True))


def _wasi_call(store: Store, key: tuple[str, str]) -> Callable[..., object]:
    """Look the implementation up at each call: the store may get another configuration."""
    return lambda caller, *args: store._wasi_function(key)(caller, *args)


def trapping(key: tuple[str, str], type: ApiFuncType) -> HostDefinition:
    """A function that fails when it is called."""

    def fail(*args: object) -> NoReturn:
        raise WasmtimeError(f"unknown import: `{key[0]}::{key[1]}` has not been defined")

    return HostDefinition(FuncType._of(type), fail, False)


def default_for(store: Store, type: ExternType) -> Given:
    """An object of a type, with zeros and nulls in it."""
    with refusals():
        return Given(store, stub(store._core, type))
