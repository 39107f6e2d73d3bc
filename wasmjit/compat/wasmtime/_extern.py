"""What the objects of a store have in common, and the way between them and the engine's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from wasmjit.api.func import Func as ApiFunc
from wasmjit.api.global_ import Global as ApiGlobal
from wasmjit.api.memory import Memory as ApiMemory
from wasmjit.api.table import Table as ApiTable
from wasmjit.api.tag import Tag as ApiTag
from wasmjit.compat.wasmtime._error import WasmtimeError
from wasmjit.compat.wasmtime._store import Store, Storelike

if TYPE_CHECKING:
    from wasmjit.api.extern import Extern
    from wasmjit.compat.wasmtime._exportable import AsExtern


class ExternBase:
    """An object of a store: `_home`. `_core` is the engine's."""

    __slots__ = ("__weakref__", "_core", "_home")

    _home: Store
    _core: Any

    @classmethod
    def _wrap(cls, home: Store, core: Any) -> Self:
        """The public object for one of the engine's."""
        made = cls.__new__(cls)
        made._home = home
        made._core = core
        return made

    def _in(self, store: Storelike) -> Any:
        """The engine's object, which has to be of that store: WasmtimeError. ValueError if the store is closed."""
        return self._of_store(store._context())

    def _of_store(self, store: Store) -> Any:
        """As `_in`."""
        if store is not self._home:
            raise WasmtimeError("object used with the wrong store")
        return self._core


def wrap_extern(home: Store, core: Extern) -> AsExtern:
    """The public object for one of the engine's."""
    from wasmjit.compat.wasmtime._func import Func
    from wasmjit.compat.wasmtime._globals import Global
    from wasmjit.compat.wasmtime._memory import Memory
    from wasmjit.compat.wasmtime._sharedmemory import SharedMemory
    from wasmjit.compat.wasmtime._table import Table
    from wasmjit.compat.wasmtime._tag import Tag

    if isinstance(core, ApiFunc):
        return Func._wrap(home, core)
    if isinstance(core, ApiMemory):
        return SharedMemory._of(core) if core.type.shared else Memory._wrap(home, core)
    if isinstance(core, ApiTable):
        return Table._wrap(home, core)
    if isinstance(core, ApiTag):
        return Tag._wrap(home, core)
    assert isinstance(core, ApiGlobal)
    return Global._wrap(home, core)


def unwrap_extern(store: Storelike, item: object) -> Any:
    """The engine's object. Raises TypeError for what is none, WasmtimeError for one of another store."""
    from wasmjit.compat.wasmtime._sharedmemory import SharedMemory

    if isinstance(item, SharedMemory):
        return item.ptr()._core
    if not isinstance(item, ExternBase):
        raise TypeError("expected a Func, Global, Memory, SharedMemory, Tag, or Table")
    return item._in(store)
