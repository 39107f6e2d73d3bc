"""One more instance of a module for another thread: in a store of its own, with imports that can be shared."""

from __future__ import annotations

from wasmjit.errors import LinkError
from wasmjit.interp.func import HostFuncInstance
from wasmjit.interp.global_ import GlobalInstance
from wasmjit.interp.instance import Extern, ModuleInstance
from wasmjit.interp.instantiate import instantiate
from wasmjit.interp.memory import MemoryInstance
from wasmjit.interp.store import Store
from wasmjit.wasm.module import Import


def fork(instance: ModuleInstance) -> ModuleInstance:
    """The new instance. Raises LinkError if the module imports what threads can't share."""
    parent = instance.store
    store = Store(parent.config, parent.services)
    store.wrap_func, store.unwrap_func = parent.wrap_func, parent.unwrap_func
    store.wrap_tag, store.unwrap_tag = parent.wrap_tag, parent.unwrap_tag
    store.fuel_left = parent.fuel_left
    imports = [_shared(store, *pair) for pair in zip(instance.module.imports, instance.imports, strict=True)]
    return instantiate(store, instance.code, imports)


def _shared(store: Store, item: Import, extern: Extern) -> Extern:
    """What stands for an import in another store."""
    if isinstance(extern, MemoryInstance) and extern.is_shared:
        return extern
    if isinstance(extern, HostFuncInstance):
        return extern.copy(store)
    if isinstance(extern, GlobalInstance) and not extern.type.mutable and not extern.type.type.is_ref:
        return GlobalInstance(store, extern.type, extern.raw)
    raise LinkError(f"the import {item.module}.{item.name} can't be shared between threads: {item.type}")
