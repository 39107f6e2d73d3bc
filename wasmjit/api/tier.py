"""Where the tiers part: machine code runs with the objects of `runtime`, the interpreter with its own.

Both kinds of objects have the same surface. The types written here and elsewhere in `api` are those of `runtime`;
that the interpreter's stand for them is said in this file alone. The interpreter is loaded only when it is used.
"""

from __future__ import annotations

from wasmjit.compile.statistics import Statistics, body_bytes
from wasmjit.light import TYPE_CHECKING, Any, Callable, Sequence, TypeGuard, TypeVar, cast
from wasmjit.runtime import values
from wasmjit.runtime.deadline import call_limited, call_within, time_left_ns
from wasmjit.runtime.func import FuncInstance
from wasmjit.runtime.global_ import GlobalInstance
from wasmjit.runtime.hostcalls import HostFuncInstance
from wasmjit.runtime.instantiate import instantiate as instantiate_native
from wasmjit.runtime.matching import matches
from wasmjit.runtime.memory import MemoryInstance
from wasmjit.runtime.plan import plan_for
from wasmjit.runtime.quota import Quota, StoreLimits
from wasmjit.runtime.store import Store
from wasmjit.runtime.table import TableInstance
from wasmjit.runtime.tag import TagInstance
from wasmjit.runtime.waiting import WaitQueues
from wasmjit.wasm.types import FuncType, GlobalType, MemType, TableType

if TYPE_CHECKING:
    from wasmjit.abi.native import NativeModule
    from wasmjit.api.engine import Engine
    from wasmjit.config import Config
    from wasmjit.runtime.instance import ModuleInstance
    from wasmjit.runtime.matching import Extern
    from wasmjit.wasm.module import Module
    from wasmjit.wasm.rectypes import DefType

_T = TypeVar("_T")


class _Services:
    """What the interpreter shares with machine code."""

    pack = staticmethod(values.pack_value)
    unpack = staticmethod(values.unpack_value)
    matches = staticmethod(matches)
    wait_queues = WaitQueues
    within = staticmethod(call_limited)
    time_left_ns = staticmethod(time_left_ns)

    def quota(self) -> Quota:
        """No limits at first."""
        return Quota(StoreLimits())


def _interprets(store: Store) -> bool:
    return store.config.tier == "interp"


def new_store(engine: Engine) -> Store:
    """A store for an engine's tier."""
    if engine.config.tier == "interp":
        from wasmjit.interp.store import Store as InterpStore

        return cast(Store, InterpStore(engine.config, _Services()))
    return Store(engine.native, engine.config, engine.guard)


def new_code(module: Module, config: Config, statistics: Statistics) -> NativeModule:
    """A valid module's functions for the interpreter. Raises UnsupportedError."""
    from wasmjit.interp.code import ModuleCode

    def translated(funcidx: int, cpu_s: float, wall_s: float) -> None:
        statistics.made("interp", 1, body_bytes(module, [funcidx]), 0)
        statistics.spend("translate", cpu_s, wall_s)

    return cast("NativeModule", ModuleCode(module, translated, fuel=config.fuel))


def run_within(store: Store, timeout: float, function: Callable[..., _T], *args: Any) -> _T:
    """Call a function; wasm that it runs in this thread ends with CallTimeout `timeout` seconds from now.

    Inside of another such call, whichever ends first counts.
    """
    if _interprets(store):
        return call_limited(timeout, function, *args)
    return call_within(store.native.direct, timeout, function, *args)


def check_tiers(store: Store, code: NativeModule) -> None:
    """Raise ValueError unless a module's code is for the tier of the store."""
    if _interprets(store) != (type(code).__name__ == "ModuleCode"):
        raise ValueError("the module and the store are of engines with different tiers")


def prepare(store: Store, module: Module, code: NativeModule) -> None:
    """Before host functions are made for a module's imports: make what they all need at once."""
    if not _interprets(store) and type(code).__name__ != "ModuleCode":
        plan_for(module, code, store.native)


def instantiate(store: Store, module: Module, code: NativeModule, externs: Sequence[Extern]) -> ModuleInstance:
    """An instance. Raises what instantiation raises."""
    if _interprets(store):
        from wasmjit.interp import instantiate as interp

        return cast("ModuleInstance", interp.instantiate(cast(Any, store), cast(Any, code), cast(Any, externs)))
    return instantiate_native(store, module, code, externs)


def new_host_func(
    store: Store,
    type: FuncType,
    callable: Callable[..., object],
    *,
    wants_caller: bool,
    name: str | None,
    deftype: DefType | None = None,
) -> FuncInstance:
    """A Python callable as a function of a store."""
    if _interprets(store):
        from wasmjit.interp.func import HostFuncInstance as InterpFunc

        func = InterpFunc(cast(Any, store), type, callable, wants_caller=wants_caller, name=name, deftype=deftype)
        return cast(FuncInstance, func)
    return HostFuncInstance(store, type, callable, wants_caller=wants_caller, name=name, deftype=deftype)


def new_memory(store: Store, type: MemType) -> MemoryInstance:
    """A memory of the host's."""
    if _interprets(store):
        from wasmjit.interp.memory import MemoryInstance as InterpMemory

        return cast(MemoryInstance, InterpMemory(cast(Any, store), type))
    return MemoryInstance(store, type)


def new_table(store: Store, type: TableType, value: object) -> TableInstance:
    """A table of the host's."""
    if _interprets(store):
        from wasmjit.interp.table import TableInstance as InterpTable

        return cast(TableInstance, InterpTable.create(cast(Any, store), type, value))
    return TableInstance.create(store, type, value)


def new_global(store: Store, type: GlobalType, value: object) -> GlobalInstance:
    """A global of the host's."""
    if _interprets(store):
        from wasmjit.interp.global_ import GlobalInstance as InterpGlobal

        return cast(GlobalInstance, InterpGlobal.create(cast(Any, store), type, value))
    return GlobalInstance.create(store, type, value)


def new_tag(store: Store, type: FuncType) -> TagInstance:
    """A tag of the host's."""
    if _interprets(store):
        from wasmjit.interp.tag import TagInstance as InterpTag

        return cast(TagInstance, InterpTag(cast(Any, store), type))
    return TagInstance(store, type)


def is_tag(extern: object) -> TypeGuard[TagInstance]:
    """Whether it is a tag of either kind."""
    return getattr(extern, "kind", None) == "tag"


def is_func(extern: object) -> TypeGuard[FuncInstance]:
    """Whether it is a function of either kind."""
    return getattr(extern, "kind", None) == "func"


def is_memory(extern: object) -> TypeGuard[MemoryInstance]:
    """Whether it is a memory of either kind."""
    return getattr(extern, "kind", None) == "memory"


def is_shared(extern: object, store: Store) -> bool:
    """Whether it is a shared memory that another store of the same tier may use too."""
    return is_memory(extern) and extern.is_shared and _interprets(extern.store) == _interprets(store)


def is_table(extern: object) -> TypeGuard[TableInstance]:
    """Whether it is a table of either kind."""
    return getattr(extern, "kind", None) == "table"


def is_global(extern: object) -> TypeGuard[GlobalInstance]:
    """Whether it is a global of either kind."""
    return getattr(extern, "kind", None) == "global"
