"""Stores: the worlds that instances live in."""

from __future__ import annotations

from wasmjit.api.engine import Engine
from wasmjit.runtime.store import Store as RuntimeStore


class Store:
    """The objects that can be linked with each other: instances, functions, memories, tables, globals (spec 4.2.3).

    It is freed, with all of them, when nothing refers to any of them any more. One thread at a time runs code in a
    store, others wait for it; threads that have stores of their own run at once.
    """

    __slots__ = ("__weakref__", "_runtime", "engine")

    def __init__(self, engine: Engine | None = None) -> None:
        if engine is not None and not isinstance(engine, Engine):
            raise TypeError(f"engine must be an Engine, not {type(engine).__name__}")
        self.engine = Engine() if engine is None else engine
        self._runtime = RuntimeStore(self.engine.native, self.engine.config, self.engine.guard)

    def __repr__(self) -> str:
        return f"<Store at {id(self):#x}>"
