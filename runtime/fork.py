"""One more instance of a module for another thread: in a store of its own, with imports that can be shared."""

from __future__ import annotations

from wasmjit.errors import LinkError
from wasmjit.light import TYPE_CHECKING
from wasmjit.record import replace
from wasmjit.runtime.global_ import GlobalInstance
from wasmjit.runtime.hostcalls import HostFuncInstance
from wasmjit.runtime.instantiate import instantiate
from wasmjit.runtime.memory import MemoryInstance
from wasmjit.runtime.store import Store

if TYPE_CHECKING:
    from wasmjit.runtime.instance import ModuleInstance
    from wasmjit.runtime.matching import Extern
    from wasmjit.wasm.module import Import


def fork(instance: ModuleInstance) -> ModuleInstance:
    """The new instance. Raises LinkError if the module imports what threads can't share."""
    parent = instance.store
    store = Store(parent.native, replace(parent.config, release_gil=True), parent.guard)
    store.wrap_func, store.unwrap_func = parent.wrap_func, parent.unwrap_func
    if parent.config.fuel:
        store.fuel = parent.fuel
    imports = [_shared(store, *pair) for pair in zip(instance.module.imports, instance.imports, strict=True)]
    return instantiate(store, instance.module, instance.native, imports)


def _shared(store: Store, item: Import, extern: Extern) -> Extern:
    """What stands for an import in another store."""
    if isinstance(extern, MemoryInstance) and extern.is_shared:
        return extern
    if isinstance(extern, HostFuncInstance):
        return HostFuncInstance(
            store,
            extern.type,
            extern.callable,
            wants_caller=extern.wants_caller,
            name=extern.name,
            deftype=extern.deftype,
        )
    if isinstance(extern, GlobalInstance) and not extern.type.mutable and not extern.type.type.is_ref:
        return GlobalInstance.create(store, extern.type, extern.value)
    raise LinkError(f"the import {item.module}.{item.name} can't be shared between threads: {item.type}")
