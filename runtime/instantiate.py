"""Instantiation (spec 4.5.4)."""

from __future__ import annotations

from bisect import bisect_left

from wasmjit.abi.layout import (
    FUNCREF_CODE,
    FUNCREF_FUNCIDX,
    FUNCREF_TYPE_ID,
    FUNCREF_VMCTX,
    HOST_CONTEXT_BYTES,
    IMPORT_CODE,
    IMPORT_VMCTX,
    MEMORY_BASE,
    MEMORY_DEF,
)
from wasmjit.abi.traps import TrapCode
from wasmjit.light import TYPE_CHECKING, Iterator, Sequence
from wasmjit.runtime.constexpr import evaluate
from wasmjit.runtime.func import FuncInstance, WasmFuncInstance
from wasmjit.runtime.global_ import GlobalInstance
from wasmjit.runtime.hostcalls import HOST_FUNCIDX, HostFuncInstance, HostImport
from wasmjit.runtime.instance import ModuleInstance
from wasmjit.runtime.matching import Extern, match_imports
from wasmjit.runtime.memory import MemoryInstance
from wasmjit.runtime.plan import RECORD_WORDS, plan_for
from wasmjit.runtime.raw import Block
from wasmjit.runtime.store import Store
from wasmjit.runtime.table import TableInstance, TableStorage
from wasmjit.runtime.tag import TagInstance
from wasmjit.runtime.traps import plain_trap
from wasmjit.runtime.typeinfo import type_id
from wasmjit.wasm.module import ElementSegment, Module
from wasmjit.wasm.types import is_func_ref
from wasmjit.words import words

if TYPE_CHECKING:
    from wasmjit.abi.native import NativeModule
    from wasmjit.runtime.image import MemoryImage


def instantiate(store: Store, module: Module, native: NativeModule, imports: Sequence[Extern]) -> ModuleInstance:
    """Instantiate a valid module; `imports` in the order of its imports.

    Raises LinkError for imports that do not fit; Trap if an active segment is out of bounds (what earlier segments
    wrote stays); what the start function raises; LimitError and MemoryError.
    """
    match_imports(store, module.imports, imports)
    plan = plan_for(module, native, store.native)
    with store.lock:
        instance = ModuleInstance(store, plan, native, imports)
        store.code[native] = plan
        if plan.needs_heap:
            from wasmjit.runtime.heap import make_heap

            make_heap(store).link(instance)
        _take_imports(instance)
        _define_memories(instance)
        _define_tables(instance)
        _fill_functions(instance)
        _define_tags(instance)
        _fill_globals(instance)
        _fill_tables(instance)
        store.externrefs.hold(_run_elements, instance)
        _run_datas(instance)
    if module.start is not None:
        _run_start(instance, instance.func(module.start))
    return instance


def _run_start(instance: ModuleInstance, func: FuncInstance) -> None:
    """The start function has neither parameters nor results. A host function learns that the instance calls it."""
    if isinstance(func, HostFuncInstance) and func.wants_caller:
        func.callable(instance)
    else:
        func.call(())


# --- imports


def _take_imports(instance: ModuleInstance) -> None:
    for extern in instance.imports:
        if isinstance(extern, MemoryInstance):
            instance.memories.append(extern)
        elif isinstance(extern, TableInstance):
            instance.tables.append(extern.storage)
            extern.link(instance)
        elif isinstance(extern, GlobalInstance):
            extern.link(instance)
        elif isinstance(extern, TagInstance):
            instance.tags.append(extern)
            extern.link(instance)
        elif isinstance(extern, WasmFuncInstance) and any(map(is_func_ref, extern.type.params)):
            extern.instance.links.add(instance)


def _callees(instance: ModuleInstance) -> Iterator[tuple[int, int]]:
    """Code and context of each imported function; host functions that need one get a context for this instance."""
    contexts = Block(HOST_CONTEXT_BYTES * len(instance.imported_funcs))
    for funcidx, func in enumerate(instance.imported_funcs):
        code, context = func.callee
        if isinstance(func, HostFuncInstance) and func.needs_caller:
            own = HostImport(func, instance, contexts.part(HOST_CONTEXT_BYTES * funcidx, HOST_CONTEXT_BYTES))
            instance.host_imports.append(own)
            context = own.block.address
        yield code, context


# --- the VMContext


def _define_memories(instance: ModuleInstance) -> None:
    for type in instance.module.memories[len(instance.memories) :]:
        instance.memories.append(MemoryInstance(instance.store, type))
    for memidx, memory in enumerate(instance.memories):
        offset = instance.plan.layout.memory(memidx)
        instance.vmctx.words[(offset + MEMORY_BASE) // 8] = memory.base
        instance.vmctx.words[(offset + MEMORY_DEF) // 8] = memory.definition


def _define_tables(instance: ModuleInstance) -> None:
    for type in instance.module.tables[len(instance.tables) :]:
        instance.tables.append(TableStorage(instance.store, type, 0))
    for tableidx, table in enumerate(instance.tables):
        instance.vmctx.words[instance.plan.layout.table(tableidx) // 8] = table.definition


def _define_tags(instance: ModuleInstance) -> None:
    module, layout = instance.module, instance.plan.layout
    for typeidx in module.tag_typeidxs[len(instance.tags) :]:
        tag = TagInstance(instance.store, module.functype(typeidx), module.deftypes[typeidx])
        tag.link(instance)
        instance.tags.append(tag)
    for tagidx, tag in enumerate(instance.tags):
        instance.vmctx.words[layout.tag(tagidx) // 8] = tag.address


def _fill_functions(instance: ModuleInstance) -> None:
    """The imported functions, and the records of all functions that can become references."""
    layout, words = instance.plan.layout, instance.vmctx.words
    for funcidx, (code, vmctx) in enumerate(_callees(instance)):
        offset = layout.imported_func(funcidx)
        words[(offset + IMPORT_CODE) // 8] = code
        words[(offset + IMPORT_VMCTX) // 8] = vmctx
    _fill_records(instance)


def _fill_records(instance: ModuleInstance) -> None:
    plan = instance.plan
    escaping = plan.layout.escaping
    start, count = plan.first_record, len(escaping)
    records = instance.vmctx.words[start // 8 : start // 8 + RECORD_WORDS * count]
    records[:] = plan.records(instance.native.callable_addresses())
    address = instance.vmctx.address
    instance.store.native.add_words(address + start + FUNCREF_VMCTX, count, RECORD_WORDS, address)
    for rank, funcidx in enumerate(escaping[: bisect_left(escaping, len(instance.imported_funcs))]):
        _fill_imported_record(instance, records[RECORD_WORDS * rank : RECORD_WORDS * (rank + 1)], funcidx)


def _fill_imported_record(instance: ModuleInstance, record: memoryview, funcidx: int) -> None:
    """A copy of the original's record, so that the reference leads back to the original."""
    func = instance.imported_funcs[funcidx]
    offset = instance.plan.layout.imported_func(funcidx)
    words = instance.vmctx.words
    record[FUNCREF_CODE // 8] = words[(offset + IMPORT_CODE) // 8]
    record[FUNCREF_VMCTX // 8] = words[(offset + IMPORT_VMCTX) // 8]
    record[FUNCREF_TYPE_ID // 8] = type_id(func.deftype)
    record[FUNCREF_FUNCIDX // 8] = func.funcidx if isinstance(func, WasmFuncInstance) else HOST_FUNCIDX


def _fill_globals(instance: ModuleInstance) -> None:
    layout, words = instance.plan.layout, instance.vmctx.words
    for globalidx, imported in enumerate(instance.globals):
        words[layout.global_(globalidx) // 8] = imported.storage
    for globalidx, definition in enumerate(instance.module.globals):
        if definition.init is not None:
            instance.define_global(globalidx, evaluate(instance, definition.init))


def _fill_tables(instance: ModuleInstance) -> None:
    """Initial values of tables that have some."""
    for tableidx, init in instance.module.table_inits.items():
        table = instance.tables[tableidx]
        table.fill(0, evaluate(instance, init), table.size)


# --- segments


def _references(instance: ModuleInstance, segment: ElementSegment) -> memoryview:
    """The contents of an element segment, as words."""
    if segment.funcs is not None:
        block = Block(8 * len(segment.funcs))
        found = block.words[: len(segment.funcs)]
        found[:] = instance.plan.references(segment)
        instance.store.native.add_words(block.address, len(found), 1, instance.vmctx.address)
        return found
    heap = instance.store.heap
    references: list[int] = heap.pinned if heap is not None else []
    height = len(references)
    try:
        for expr in segment.exprs or ():
            references.append(evaluate(instance, expr))
        return words("Q", references[height:])
    finally:
        del references[height:]


def _run_elements(instance: ModuleInstance) -> None:
    """Active segments into their tables, in order; passive ones are kept."""
    for elemidx, segment in enumerate(instance.module.elements):
        if segment.mode == "passive":
            instance.set_element(elemidx, _references(instance, segment))
        elif segment.at is not None:
            instance.tables[segment.tableidx].write(evaluate(instance, segment.at), _references(instance, segment))


def _run_datas(instance: ModuleInstance) -> None:
    """Active segments into their memories, in order; passive ones are kept."""
    plan = instance.plan
    plan.instances += 1
    if plan.datas.has_passive:
        instance.data_words[:] = plan.remaining_data_words
    if plan.instances > 1 and plan.images is not None and _map_images(instance, plan.images):
        return
    for run in plan.datas.runs:
        stopped = _run_data(instance, run)
        if stopped < run.stop:
            instance.keep_datas(stopped)
            raise plain_trap(TrapCode.MEMORY_OUT_OF_BOUNDS)


def _run_data(instance: ModuleInstance, run: range) -> int:
    """A run of segments; the index of the first that does not fit, or the run's end."""
    plan = instance.plan
    segment = plan.datas.others.get(run.start)
    if segment is None:
        memory = instance.memories[0]
        return plan.datas.copy(instance.store.native, run, memory.base, memory.size_bytes)
    if segment.at is not None:
        offset, contents = evaluate(instance, segment.at), plan.data(run.start)
        memory = instance.memories[segment.memidx]
        if offset + len(contents) > memory.size_bytes:
            return run.start
        memory.write(offset, contents)
    return run.stop


def _map_images(instance: ModuleInstance, images: dict[int, MemoryImage]) -> bool:
    return all([instance.memories[memidx].map_image(image) for memidx, image in images.items()])
