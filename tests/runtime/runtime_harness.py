"""Modules written as text, brought to life without the API: for the tests of the runtime and their scripts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from wasmjit.abi.native import NativeModule
from wasmjit.api.wat import wat_to_wasm
from wasmjit.binary import decode_module
from wasmjit.compile.driver import compile_module
from wasmjit.compile.support import native_support
from wasmjit.config import BoundsChecks, Config
from wasmjit.runtime.hostcalls import HostFuncInstance
from wasmjit.runtime.instance import ModuleInstance
from wasmjit.runtime.instantiate import instantiate
from wasmjit.runtime.matching import Extern
from wasmjit.runtime.store import Store
from wasmjit.validate import validate_all
from wasmjit.wasm.module import Module
from wasmjit.wasm.types import VAL_TYPE_BY_NAME, FuncType, ValType


@cache
def module(wat: str) -> Module:
    """A validated module."""
    decoded = decode_module(wat_to_wasm(wat))
    validate_all(decoded)
    return decoded


@cache
def code(wat: str, config: Config) -> NativeModule:
    """Its machine code."""
    return compile_module(module(wat), config)


def new_store(checks: BoundsChecks = "guard", **options: Any) -> Store:
    """A store; code for it is not optimised."""
    return Store(native_support(), Config(opt="0", bounds_checks=checks, **options), checks == "guard")


def instance(store: Store, wat: str, imports: Sequence[Extern] = ()) -> ModuleInstance:
    """An instance of a module written as text."""
    return instantiate(
        store, module(wat), code(wat, Config(opt="0", bounds_checks=store.config.bounds_checks)), imports
    )


def functype(text: str) -> FuncType:
    """A function type, `i32 i64 -> f32`."""
    params, _, results = text.partition("->")
    return FuncType(_types(params), _types(results))


def _types(text: str) -> tuple[ValType, ...]:
    return tuple(VAL_TYPE_BY_NAME[name] for name in text.split())


def host(store: Store, type: str, callable: Callable[..., object], **options: Any) -> HostFuncInstance:
    """A host function."""
    return HostFuncInstance(store, functype(type), callable, **options)


def call(inst: ModuleInstance, name: str, *args: object) -> Any:
    """Call an export."""
    func: Any = inst.exports[name]
    return func.call(args)
