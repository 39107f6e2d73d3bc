"""What the public objects of a store have in common, and the way between them and the runtime's own."""

from __future__ import annotations

from wasmjit.api.store import Store, wrap_store
from wasmjit.api.tier import is_func, is_memory, is_shared, is_table, is_tag
from wasmjit.light import TYPE_CHECKING, Generic, TypeAlias, TypeVar, Union, cast
from wasmjit.runtime.func import FuncInstance
from wasmjit.runtime.global_ import GlobalInstance
from wasmjit.runtime.memory import MemoryInstance
from wasmjit.runtime.table import TableInstance
from wasmjit.runtime.tag import TagInstance

if TYPE_CHECKING:
    from wasmjit.api.func import Func
    from wasmjit.api.global_ import Global
    from wasmjit.api.memory import Memory
    from wasmjit.api.table import Table
    from wasmjit.api.tag import Tag

Extern: TypeAlias = Union["Func", "Memory", "Table", "Global", "Tag"]
ExternInstance: TypeAlias = FuncInstance | MemoryInstance | TableInstance | GlobalInstance | TagInstance

_I = TypeVar("_I", FuncInstance, MemoryInstance, TableInstance, GlobalInstance, TagInstance)


class ExternBase(Generic[_I]):
    """An object of a store. Two of them are equal when they stand for the same object of the runtime."""

    __slots__ = ("__weakref__", "_instance")

    _instance: _I

    @property
    def store(self) -> Store:
        """The store that it belongs to."""
        return wrap_store(self._instance.store)

    @property
    def _address(self) -> int:
        """Where generated code finds it: the same for all that stand for the same."""
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ExternBase):
            return NotImplemented
        return type(self) is type(other) and self._address == other._address

    def __hash__(self) -> int:
        return hash(self._address)


def unwrap_extern(extern: ExternBase[_I], store: Store) -> _I:
    """The runtime's object. Raises ValueError if it belongs to another store, and is no shared memory."""
    instance = extern._instance
    if instance.store is not store._runtime and not is_shared(instance, store._runtime):
        raise ValueError(f"{extern!r} belongs to another store")
    return instance


def wrap_extern(instance: ExternInstance) -> Extern:
    """The public object for one of the runtime's."""
    if is_func(instance):
        from wasmjit.api.func import wrap_func

        return wrap_func(instance)
    from wasmjit.api.global_ import wrap_global
    from wasmjit.api.memory import wrap_memory
    from wasmjit.api.table import wrap_table

    if is_tag(instance):
        from wasmjit.api.tag import wrap_tag

        return wrap_tag(instance)
    if is_memory(instance):
        return wrap_memory(instance)
    if is_table(instance):
        return wrap_table(instance)
    return wrap_global(cast(GlobalInstance, instance))
