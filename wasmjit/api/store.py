"""Stores: the worlds that instances live in."""

from __future__ import annotations

from wasmjit.api.engine import Engine
from wasmjit.api.tier import new_store, run_within
from wasmjit.light import Any, Callable, TypeVar, cached_property
from wasmjit.runtime.quota import StoreLimits
from wasmjit.runtime.store import Store as RuntimeStore

_T = TypeVar("_T")


class Store:
    """The objects that can be linked with each other: instances, functions, memories, tables, globals (spec 4.2.3).

    It is freed, with all of them, when nothing refers to any of them any more. One thread at a time runs code in a
    store, others wait for it; threads that have stores of their own run at once.
    """

    def __init__(self, engine: Engine | None = None, *, limits: StoreLimits | None = None) -> None:
        if engine is None:
            engine = Engine()
        elif not isinstance(engine, Engine):
            raise TypeError(f"engine must be an Engine, not {type(engine).__name__}")
        self._runtime = _new_runtime_store(engine)
        if limits is not None:
            self.limits = limits

    @cached_property
    def engine(self) -> Engine:
        """The engine that it was made with, or one that equals it."""
        return Engine(self._runtime.config)

    @property
    def limits(self) -> StoreLimits:
        """What guests may have at most; it can be set at any time."""
        return self._runtime.quota.limits

    @limits.setter
    def limits(self, limits: StoreLimits) -> None:
        if not isinstance(limits, StoreLimits):
            raise TypeError(f"limits must be StoreLimits, not {type(limits).__name__}")
        self._runtime.quota.limits = limits

    @property
    def fuel(self) -> int:
        """Instructions that wasm may still execute, if the engine has `fuel`: 0 at first. It can be set at any time.

        What counts is in wasmjit/abi/fuel.py: about each instruction, the same everywhere. When it is used up, wasm
        ends with `FuelExhausted`. Raises ValueError without `Config(fuel=True)`.
        """
        return self._runtime.fuel

    @fuel.setter
    def fuel(self, fuel: int) -> None:
        self._runtime.fuel = fuel

    def run_within(self, timeout: float | None, function: Callable[..., _T], *args: Any) -> _T:
        """Call a function of Python; wasm that it runs in this thread is stopped `timeout` seconds from now.

        It raises `CallTimeout` then. None is no limit: the function is just called.
        """
        if timeout is None:
            return function(*args)
        return run_within(self._runtime, timeout, function, *args)

    def gc(self) -> int:
        """Collect the garbage among structures and arrays now; the size of the heap that is left, in bytes.

        It happens by itself as the heap grows. Objects of the host that only garbage refers to go with it. Objects of
        the interpreter are Python's, which are not measured.
        """
        store = self._runtime
        heap = store.heap
        if heap is None:
            return 0
        store.externrefs.hold(heap.collect)
        return heap.used_bytes

    def interrupt(self) -> bool:
        """Stop what runs in the store now, from any thread: it raises `Interrupted`. False if nothing runs."""
        return self._runtime.interrupt()

    def __eq__(self, other: object) -> bool:
        return self._runtime is other._runtime if isinstance(other, Store) else NotImplemented

    def __hash__(self) -> int:
        return hash(id(self._runtime))

    def __repr__(self) -> str:
        return f"<Store at {id(self._runtime):#x}>"


def _new_runtime_store(engine: Engine) -> RuntimeStore:
    """A store of the runtime that passes functions and tags to Python in their public form."""
    from wasmjit.api.func import unwrap_func, wrap_func
    from wasmjit.api.tag import unwrap_tag, wrap_tag

    store = new_store(engine)
    store.wrap_func = wrap_func
    store.unwrap_func = unwrap_func
    store.wrap_tag = wrap_tag
    store.unwrap_tag = unwrap_tag
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
