"""Stores: the worlds that instances live in."""

from __future__ import annotations

from functools import cached_property

from wasmjit.api.engine import Engine
from wasmjit.runtime.func import FuncInstance
from wasmjit.runtime.store import Store as RuntimeStore


class Store:
    """The objects that can be linked with each other: instances, functions, memories, tables, globals (spec 4.2.3).

    It is freed, with all of them, when nothing refers to any of them any more. One thread at a time runs code in a
    store, others wait for it; threads that have stores of their own run at once.
    """

    def __init__(self, engine: Engine | None = None) -> None:
        if engine is None:
            engine = Engine()
        elif not isinstance(engine, Engine):
            raise TypeError(f"engine must be an Engine, not {type(engine).__name__}")
        self._runtime: RuntimeStore = _RuntimeStore(engine.native, engine.config, engine.guard)

    @cached_property
    def engine(self) -> Engine:
        """The engine that it was made with, or one that equals it."""
        return Engine(self._runtime.config)

    def __eq__(self, other: object) -> bool:
        return self._runtime is other._runtime if isinstance(other, Store) else NotImplemented

    def __hash__(self) -> int:
        return hash(id(self._runtime))

    def __repr__(self) -> str:
        return f"<Store at {id(self._runtime):#x}>"


class _RuntimeStore(RuntimeStore):
    """A store that passes functions to Python in their public form."""

    def wrap_func(self, func: FuncInstance) -> object:
        """The public object for a function reference."""
        from wasmjit.api.func import wrap_func

        return wrap_func(func)

    def unwrap_func(self, value: object) -> FuncInstance | None:
        """The function of a public object, None for anything else."""
        from wasmjit.api.func import unwrap_func

        return unwrap_func(value)


def wrap_store(runtime: RuntimeStore) -> Store:
    """The public object for a store of the runtime."""
    store = Store.__new__(Store)
    store._runtime = runtime
    return store
