"""The host module `spectest` that scripts of the suite import (spec interpreter, `host/spectest.ml`)."""

from __future__ import annotations

from wasmjit.api.extern import Extern
from wasmjit.api.func import Func
from wasmjit.api.global_ import Global
from wasmjit.api.memory import Memory
from wasmjit.api.store import Store
from wasmjit.api.table import Table
from wasmjit.api.types import FuncType, ValTypeLike

_PRINT_PARAMS: dict[str, list[ValTypeLike]] = {
    "print": [],
    "print_i32": ["i32"],
    "print_i64": ["i64"],
    "print_f32": ["f32"],
    "print_f64": ["f64"],
    "print_i32_f32": ["i32", "f32"],
    "print_f64_f64": ["f64", "f64"],
}


def spectest_module(store: Store) -> dict[str, Extern]:
    """Its exports by name. What scripts print is not shown."""
    exports: dict[str, Extern] = {
        name: Func(store, FuncType(params), _ignore) for name, params in _PRINT_PARAMS.items()
    }
    exports["global_i32"] = Global(store, "i32", 666)
    exports["global_i64"] = Global(store, "i64", 666)
    exports["global_f32"] = Global(store, "f32", 666.6)
    exports["global_f64"] = Global(store, "f64", 666.6)
    exports["table"] = Table(store, "funcref", 10, 20)
    exports["table64"] = Table(store, "funcref", 10, 20, address="i64")
    exports["memory"] = Memory(store, 1, 2)
    exports["shared_memory"] = Memory(store, 1, 2, shared=True)
    return exports


def _ignore(*values: object) -> None:
    """Print nothing."""
