"""Between the objects that users hold and the runtime's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

from wasmjit.api.store import Store
from wasmjit.runtime.func import FuncInstance
from wasmjit.runtime.global_ import GlobalInstance
from wasmjit.runtime.memory import MemoryInstance
from wasmjit.runtime.table import TableInstance

if TYPE_CHECKING:
    from wasmjit.api.func import Func
    from wasmjit.api.global_ import Global
    from wasmjit.api.memory import Memory
    from wasmjit.api.table import Table

    Extern: TypeAlias = Func | Memory | Table | Global

ExternInstance: TypeAlias = FuncInstance | MemoryInstance | TableInstance | GlobalInstance

_I = TypeVar("_I", FuncInstance, MemoryInstance, TableInstance, GlobalInstance)


class ExternBase(Generic[_I]):
    """An object of a store. Two of them are equal when they stand for the same object of the runtime."""

    __slots__ = ("__weakref__", "_instance", "store")

    _instance: _I
    store: Store

    def __eq__(self, other: object) -> bool:
        return self._instance is other._instance if isinstance(other, ExternBase) else NotImplemented

    def __hash__(self) -> int:
        return hash(id(self._instance))


def unwrap_extern(extern: ExternBase[_I], store: Store) -> _I:
    """The runtime's object. Raises ValueError if it belongs to another store."""
    if extern.store._runtime is not store._runtime:
        raise ValueError(f"{extern!r} belongs to another store")
    return extern._instance


def wrap_extern(instance: ExternInstance, store: Store) -> Extern:
    """The public object for one of the runtime's."""
    if isinstance(instance, FuncInstance):
        from wasmjit.api.func import wrap_func

        return wrap_func(instance, store)
    from wasmjit.api.global_ import wrap_global
    from wasmjit.api.memory import wrap_memory
    from wasmjit.api.table import wrap_table

    if isinstance(instance, MemoryInstance):
        return wrap_memory(instance, store)
    return wrap_table(instance, store) if isinstance(instance, TableInstance) else wrap_global(instance, store)
