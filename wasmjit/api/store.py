"""Stores: the worlds that instances live in."""

from __future__ import annotations

from functools import cached_property

from wasmjit.api.engine import Engine
from wasmjit.api.tier import new_store
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
        self._runtime = _new_runtime_store(engine)

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


def _new_runtime_store(engine: Engine) -> RuntimeStore:
    """A store of the runtime that passes functions to Python in their public form."""
    from wasmjit.api.func import unwrap_func, wrap_func

    store = new_store(engine)
    store.wrap_func = wrap_func
    store.unwrap_func = unwrap_func
    return store


def runtime_of(store: Store) -> RuntimeStore:
    """The runtime's store. Raises TypeError if `store` is something else."""
    if not isinstance(store, Store):
        raise TypeError(f"store must be a Store, not {type(store).__name__}")
    return store._runtime


def wrap_store(runtime: RuntimeStore) -> Store:
    """The public object for a store of the runtime."""
    store = Store.__new__(Store)
    store._runtime = runtime
    return store
