"""Instantiation (spec 4.5.4)."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from functools import partial
from types import FunctionType
from typing import Any

from wasmjit.errors import LinkError
from wasmjit.interp.aggregates import AGGREGATES, classes_of
from wasmjit.interp.atomics import ATOMICS
from wasmjit.interp.code import ModuleCode
from wasmjit.interp.func import FuncInstance, callee, non_null
from wasmjit.interp.global_ import GlobalInstance
from wasmjit.interp.instance import Extern, ModuleInstance
from wasmjit.interp.memory import MemoryInstance
from wasmjit.interp.scalars import SCALARS
from wasmjit.interp.segments import array_init_data, array_init_elem, array_new_data, array_new_elem
from wasmjit.interp.store import INSTANCE, Store
from wasmjit.interp.table import LazyView, TableInstance
from wasmjit.interp.tag import TagInstance, Thrown, delegate, throw, throw_ref
from wasmjit.interp.vector import VECTORS
from wasmjit.wasm.module import ConstExpr, ElementSegment, Import
from wasmjit.wasm.rectypes import defined_func
from wasmjit.wasm.subtyping import heap_matches
from wasmjit.wasm.types import I32, FuncType, TagType, ValType, is_func_ref

_METHODS = (
    "memory_grow", "memory_fill", "memory_copy", "memory_init", "data_drop", "table_get", "table_set", "table_size",
    "table_grow", "table_fill", "table_copy", "table_init", "elem_drop",
)  # fmt: skip

_OF_SEGMENTS = (array_new_data, array_new_elem, array_init_data, array_init_elem)


def instantiate(store: Store, code: ModuleCode, imports: Sequence[Extern]) -> ModuleInstance:
    """Instantiate a valid module; `imports` in the order of its imports.

    Raises LinkError for imports that do not fit; Trap if an active segment is out of bounds (what earlier segments
    wrote stays); what the start function raises; LimitError and MemoryError.
    """
    match_imports(store, code.module.imports, imports)
    with store.lock:
        instance = ModuleInstance(store, code, imports)
        _take_imports(instance, imports)
        _define(instance)
        _fill_namespace(instance)
        _define_globals(instance)
        _fill_tables(instance)
        _run_elements(instance)
        _run_datas(instance)
    if code.module.start is not None:
        instance.func(code.module.start).call(())
    return instance


def match_imports(store: Store, imports: Sequence[Import], given: Sequence[Extern]) -> None:
    """Raise LinkError unless every import is given something that fits."""
    for wanted, extern in zip(imports, given, strict=True):
        if extern.store is not store and not (isinstance(extern, MemoryInstance) and extern.is_shared):
            detail = "the object given belongs to another store"
        elif not _fits(store, extern, wanted):
            detail = f"{wanted.type} expected, {extern.type} given"
        else:
            continue
        message = f'incompatible import type for "{wanted.module}" "{wanted.name}": {detail}'
        raise LinkError(message, wanted.module, wanted.name)


def _fits(store: Store, extern: Extern, wanted: Import) -> bool:
    if isinstance(extern, FuncInstance) and isinstance(wanted.type, FuncType):
        return heap_matches(extern.deftype, wanted.deftype or defined_func(wanted.type))
    if isinstance(extern, TagInstance) and isinstance(wanted.type, TagType):
        return extern.deftype is (wanted.deftype or defined_func(wanted.type.type))
    return store.services.matches(extern.type, wanted.type)


def _take_imports(instance: ModuleInstance, imports: Sequence[Extern]) -> None:
    for extern in imports:
        if isinstance(extern, FuncInstance):
            instance.import_func(extern)
        elif isinstance(extern, MemoryInstance):
            instance.memories.append(extern)
        elif isinstance(extern, TableInstance):
            instance.tables.append(extern)
        elif isinstance(extern, TagInstance):
            instance.tags.append(extern)
        else:
            instance.globals.append(extern)


def _define(instance: ModuleInstance) -> None:
    module, store = instance.module, instance.store
    instance.define_funcs()
    for memory in module.memories[len(instance.memories) :]:
        instance.memories.append(MemoryInstance(store, memory))
    for typeidx in module.tag_typeidxs[len(instance.tags) :]:
        instance.tags.append(TagInstance(store, module.functype(typeidx), module.deftypes[typeidx]))
    for table in module.tables[len(instance.tables) :]:
        instance.tables.append(TableInstance(store, table))


def _fill_namespace(instance: ModuleInstance) -> None:
    names = instance.namespace.names
    names.update(SCALARS)
    names.update(VECTORS)
    names.update(AGGREGATES)
    names.update(ATOMICS)
    names.update(classes_of(instance.store, instance.module.deftypes))
    names.update({function.__name__: partial(function, instance) for function in _OF_SEGMENTS})
    names.update({"callee": callee, "non_null": non_null})
    names.update({"Thrown": Thrown, "delegate": delegate, "throw": throw, "throw_ref": throw_ref})
    names["__builtins__"] = {}
    names["F32"] = array("f", [0.0])
    names[INSTANCE] = instance
    names["store"] = instance.store
    names["ref_func"] = instance.func
    names.update({method: getattr(instance, method) for method in _METHODS})
    names.update({f"f{funcidx}": function for funcidx, function in enumerate(instance.functions)})
    instance.namespace.set_memories(instance.memories)
    names.update({f"memory{memidx}": memory for memidx, memory in enumerate(instance.memories)})
    for globalidx, variable in enumerate(instance.globals):
        names[f"g{globalidx}"] = variable
    for tagidx, tag in enumerate(instance.tags):
        names[f"tag{tagidx}"] = tag
    for tableidx, table in enumerate(instance.tables):
        for typeidx, type in enumerate(instance.module.deftypes):
            if is_func_ref(table.table_type.element) and isinstance(type.composite, FuncType):
                name = f"t{tableidx}_{typeidx}"
                names[name] = LazyView(names, name, table, type)


def _evaluate(instance: ModuleInstance, expr: ConstExpr, type: ValType) -> Any:
    return FunctionType(instance.code.constant(expr, type), instance.namespace.names)()


def _define_globals(instance: ModuleInstance) -> None:
    for definition in instance.module.globals:
        if definition.init is None:
            continue
        value = _evaluate(instance, definition.init, definition.type.type)
        variable = GlobalInstance(instance.store, definition.type, value)
        instance.namespace.names[f"g{len(instance.globals)}"] = variable
        instance.globals.append(variable)


def _fill_tables(instance: ModuleInstance) -> None:
    """Tables whose elements are something at first."""
    for tableidx, init in instance.module.table_inits.items():
        table = instance.tables[tableidx]
        table.fill(0, _evaluate(instance, init, table.table_type.element), table.size)


def _references(instance: ModuleInstance, segment: ElementSegment) -> list[Any]:
    if segment.funcs is not None:
        return [instance.func(funcidx) for funcidx in segment.funcs]
    return [_evaluate(instance, expr, segment.type) for expr in segment.exprs or ()]


def _run_elements(instance: ModuleInstance) -> None:
    """Active segments into their tables, in order; passive ones are kept."""
    for elemidx, segment in enumerate(instance.module.elements):
        if segment.mode == "passive":
            instance.elements[elemidx] = _references(instance, segment)
        elif segment.at is not None:
            start = _evaluate(instance, segment.at, I32)
            instance.tables[segment.tableidx].write(start, _references(instance, segment))


def _run_datas(instance: ModuleInstance) -> None:
    """Active segments into their memories, in order; passive ones are kept."""
    data = memoryview(instance.module.data)
    for dataidx, segment in enumerate(instance.module.datas):
        contents = data[segment.start : segment.end]
        if segment.at is None:
            instance.datas[dataidx] = contents
        else:
            instance.memories[segment.memidx].write(_evaluate(instance, segment.at, I32), contents)
