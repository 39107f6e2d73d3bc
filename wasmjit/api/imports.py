"""What an instance gets for its imports: Python values to the runtime's objects."""

from __future__ import annotations

from wasmjit.api.extern import ExternBase, ExternInstance, unwrap_extern
from wasmjit.api.func import host_func
from wasmjit.api.module import Module
from wasmjit.api.store import Store
from wasmjit.api.tier import new_host_func, new_memory, prepare
from wasmjit.api.types import describe
from wasmjit.errors import LinkError
from wasmjit.light import TYPE_CHECKING, Callable, Mapping, Sequence, TypeAlias, Union
from wasmjit.wasm import types as wasm
from wasmjit.wasm.module import Import

if TYPE_CHECKING:
    from wasmjit.api.extern import Extern
    from wasmjit.api.instance import Instance
    from wasmjit.runtime.wasi import Wasi, WasiConfig

Importable: TypeAlias = Union["Extern", Callable[..., object], int, float, bytes, None]
"""What may stand for an import: an object of the store, a callable for a function (it gets the type that the module
declares), a value for an immutable global."""

Imports: TypeAlias = Mapping[str, Union[Mapping[str, Importable], "Instance"]]
"""Imports by module name, then name; an instance offers its exports."""


class HostFunc:
    """A function with a type of its own, that becomes one of a store when it is imported.

    Its first argument is the runtime's instance that calls it. `other` takes its place where that has the type needed.
    """

    __slots__ = ("_made", "callable", "other", "type")

    def __init__(self, type: wasm.FuncType, callable: Callable[..., object], other: HostFunc | None = None) -> None:
        self.type = type
        self.callable = callable
        self.other = other
        self._made: tuple[object, ExternInstance] | None = None

    def of_type(self, type: object) -> HostFunc:
        """This function, or the other one of that name if that has the type."""
        return self.other if self.other is not None and self.other.type == type else self

    def in_store(self, store: Store, item: Import) -> ExternInstance:
        """The function of a store, for an import: the same one as long as it is wanted in no other store."""
        runtime = store._runtime
        if self._made is None or self._made[0] is not runtime:
            same = item.deftype is not None and item.deftype.stands_alone and self.type == item.type
            deftype = item.deftype if same else None
            func = new_host_func(runtime, self.type, self.callable, wants_caller=True, name=item.name, deftype=deftype)
            self._made = runtime, func
        return self._made[1]


Lookup: TypeAlias = Callable[[str, str], object]
"""What to import for a module name and a name; `MISSING` if there is nothing."""

MISSING = object()
_WASI = ("wasi_snapshot_preview1", "wasi_unstable", "wasi")


def mapping_lookup(imports: Imports) -> Lookup:
    """Look things up in a mapping of modules; an `Instance` is one too."""
    if not isinstance(imports, Mapping):
        raise TypeError(f"imports must be a mapping by module name, not {type(imports).__name__}")
    modules = {module: _names(module, value) for module, value in imports.items()}
    return lambda module, name: modules.get(module, {}).get(name, MISSING)


def _names(module: str, value: object) -> Mapping[str, object]:
    from wasmjit.api.instance import Instance

    names = value.exports if isinstance(value, Instance) else value
    if not isinstance(names, Mapping):
        raise TypeError(f"imports[{module!r}] must be a mapping by name or an Instance, not {type(value).__name__}")
    return names


def resolve_list(store: Store, module: Module, imports: Sequence[object]) -> list[ExternInstance]:
    """The externs for a module's imports, out of a list in the module's order."""
    declared = _imports_of(module)
    if len(imports) != len(declared):
        raise LinkError(f"the module has {len(declared)} imports, {len(imports)} are given")
    return [_as_extern(store, item, value) for item, value in zip(declared, imports, strict=True)]


def resolve(store: Store, module: Module, lookup: Lookup) -> list[ExternInstance]:
    """The externs for a module's imports, in its order. One LinkError names all that are missing."""
    declared = _imports_of(module)
    prepare(store._runtime, module._core, module._native)
    found = [lookup(item.module, item.name) for item in declared]
    if MISSING in found:
        found = _with_shared_memories(store, declared, found, lookup)
    missing = [item for item, value in zip(declared, found, strict=True) if value is MISSING]
    if missing:
        raise _missing_error(missing)
    return [_as_extern(store, item, value) for item, value in zip(declared, found, strict=True)]


def _with_shared_memories(store: Store, declared: list[Import], found: list[object], lookup: Lookup) -> list[object]:
    """Where guests may spawn threads, the host makes the shared memories that nobody has given (wasi-threads)."""
    if lookup("wasi", "thread-spawn") is MISSING:
        return found
    from wasmjit.api.memory import wrap_memory

    made = list(found)
    for i, item in enumerate(declared):
        if found[i] is MISSING and isinstance(item.type, wasm.MemType) and item.type.shared:
            made[i] = wrap_memory(new_memory(store._runtime, item.type))
    return made


def _imports_of(module: Module) -> list[Import]:
    if not isinstance(module, Module):
        raise TypeError(f"module must be a Module, not {type(module).__name__}")
    return module._core.imports


def _missing_error(missing: list[Import]) -> LinkError:
    listed = dict.fromkeys(f"{item.module}.{item.name} ({describe(item.type)})" for item in missing)
    hint = "; WASI is granted with wasi=WasiConfig(...)" if any(item.module in _WASI for item in missing) else ""
    return LinkError(f"unknown import: {', '.join(listed)}{hint}", missing[0].module, missing[0].name)


def _as_extern(store: Store, item: Import, value: object) -> ExternInstance:
    """The runtime's object for one import. Whether its type fits is checked at instantiation."""
    if isinstance(value, ExternBase):
        extern: ExternInstance = unwrap_extern(value, store)
        return extern
    if isinstance(value, HostFunc):
        return value.of_type(item.type).in_store(store, item)
    if isinstance(item.type, wasm.FuncType) and callable(value):
        return host_func(store, item.type, value, name=item.name, deftype=item.deftype)
    if isinstance(item.type, wasm.GlobalType) and not item.type.mutable:
        return _as_global(store, item, item.type, value)
    raise LinkError(
        f"incompatible import type: {item.module}.{item.name} must be {describe(item.type)}, not {value!r}",
        item.module,
        item.name,
    )


def _as_global(store: Store, item: Import, type: wasm.GlobalType, value: object) -> ExternInstance:
    from wasmjit.api.global_ import Global

    try:
        return Global(store, type.type, value)._instance
    except (TypeError, ValueError, OverflowError) as error:
        message = f"incompatible import type: {item.module}.{item.name} must be {describe(type)}: {error}"
        raise LinkError(message, item.module, item.name) from None


def wasi_functions(config: WasiConfig | None) -> dict[tuple[str, str], HostFunc]:
    """The functions of WASI preview 1 by module name and name, granting what `config` says."""
    from wasmjit.runtime.wasi import Wasi, WasiConfig

    return bound_wasi(Wasi(WasiConfig() if config is None else config))


def wasi_lookup(wasi: Wasi) -> Lookup:
    """Look in a guest's system interface, of which nothing is loaded that is not asked for."""

    def lookup(module: str, name: str) -> object:
        typed = wasi.function(module, name)
        if typed is None:
            return MISSING
        other = wasi.alternative(module, name)
        return HostFunc(*typed, None if other is None else HostFunc(*other))

    return lookup


def bound_wasi(wasi: Wasi) -> dict[tuple[str, str], HostFunc]:
    """The functions of a guest's system interface."""
    others = {key: HostFunc(*typed) for key, typed in wasi.alternatives().items()}
    return {key: HostFunc(*typed, others.get(key)) for key, typed in wasi.functions().items()}


def first_of(lookup: Lookup, functions: Mapping[tuple[str, str], object]) -> Lookup:
    """Look in `functions` for what `lookup` does not find."""

    def lookup_both(module: str, name: str) -> object:
        found = lookup(module, name)
        return functions.get((module, name), MISSING) if found is MISSING else found

    return lookup_both
