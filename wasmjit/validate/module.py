"""Modules: everything but function bodies (spec 3.2, 3.4)."""

from __future__ import annotations

from collections.abc import Iterable

from wasmjit import limits
from wasmjit.errors import InvalidError
from wasmjit.limits import check_limit
from wasmjit.validate.constant import validate_const
from wasmjit.validate.lookup import check_all, lookup, lookup_type
from wasmjit.wasm.columns import DataColumns
from wasmjit.wasm.module import ConstExpr, DataSegment, ElementSegment, Module
from wasmjit.wasm.subtyping import composite_matches, is_defaultable, val_matches
from wasmjit.wasm.types import I32, I64, PAGE_SIZE_LOG2, FuncType, Limits, MemType, ValType, max_pages

_PAGE_SIZES_LOG2 = (0, PAGE_SIZE_LOG2)
_MAX_TABLE_SIZE = {I32: (1 << 32) - 1, I64: (1 << 64) - 1}


def validate_module(module: Module) -> None:
    """Check all of `module` but function bodies.

    Raises InvalidError with the byte offset where the module keeps one, LimitError, UnsupportedError.
    """
    if module.faults:
        raise module.faults[0]
    _validate_types(module)
    _validate_functions(module)
    _validate_tables(module)
    _validate_memories(module)
    _validate_tags(module)
    _validate_globals(module)
    _validate_exports(module)
    _validate_start(module)
    for element in module.elements:
        _validate_element(module, element)
    for data in _doubtful_datas(module):
        _validate_data(module, data)


def _validate_types(module: Module) -> None:
    for typeidx, (type, defined) in enumerate(zip(module.types, module.deftypes, strict=True)):
        if isinstance(type, FuncType):
            check_limit("parameters", len(type.params), limits.MAX_PARAMS)
            check_limit("results", len(type.results), limits.MAX_RESULTS)
        if defined.depth:
            check_limit("subtyping depth", defined.depth, limits.MAX_SUBTYPING_DEPTH)
            supertype = defined.supers[-2]
            if supertype.final or not composite_matches(type, supertype.composite):
                raise InvalidError(f"sub type {typeidx} does not match super type")


def _validate_functions(module: Module) -> None:
    check_all(module.func_typeidxs, len(module.types), "type")
    for typeidx in set(module.func_typeidxs):
        lookup_type(module, typeidx)


def _validate_limits(size: Limits, maximum: int, message: str) -> None:
    if size.min > maximum or (size.max is not None and size.max > maximum):
        raise InvalidError(message)
    if size.max is not None and size.min > size.max:
        raise InvalidError("size minimum must not be greater than maximum")


def _validate_tables(module: Module) -> None:
    for table in module.tables:
        _validate_limits(table.limits, _MAX_TABLE_SIZE[table.address], "table size must be at most 2^32-1")
    for tableidx in range(module.num_imported_tables, len(module.tables)):
        _validate_table_init(module, module.tables[tableidx].element, module.table_inits.get(tableidx))


def _validate_table_init(module: Module, element: ValType, init: ConstExpr | None) -> None:
    if init is not None:
        # Tables come before the module's own globals.
        validate_const(module, init, element, module.num_imported_globals, 0)
    elif not is_defaultable(element):
        raise InvalidError("type mismatch: a table of elements that cannot be null needs an initial value")


def _validate_memories(module: Module) -> None:
    for memory in module.memories:
        _validate_memory(memory)


def _validate_memory(memory: MemType) -> None:
    if memory.page_size_log2 not in _PAGE_SIZES_LOG2:
        raise InvalidError("invalid custom page size: it must be 1 or 65536")
    if memory.shared and memory.limits.max is None:
        raise InvalidError("shared memory must have maximum")
    maximum = max_pages(memory)
    size = " (4GiB)" if maximum == limits.MAX_MEMORY_PAGES else ""
    _validate_limits(memory.limits, maximum, f"memory size must be at most {maximum} pages{size}")


def _validate_tags(module: Module) -> None:
    check_all(module.tag_typeidxs, len(module.types), "type")
    for typeidx in module.tag_typeidxs:
        if lookup_type(module, typeidx).results:
            raise InvalidError("non-empty tag result type")


def _validate_globals(module: Module) -> None:
    for globalidx, variable in enumerate(module.globals):
        if variable.init is not None:
            # An initialiser sees the globals before its own.
            validate_const(module, variable.init, variable.type.type, globalidx, variable.offset)


def _validate_exports(module: Module) -> None:
    sizes = {
        "func": len(module.func_typeidxs),
        "table": len(module.tables),
        "memory": len(module.memories),
        "global": len(module.globals),
        "tag": len(module.tag_typeidxs),
    }
    names: set[str] = set()
    for export in module.exports:
        if export.index >= sizes[export.kind]:
            what = "function" if export.kind == "func" else export.kind
            raise InvalidError(f"unknown {what} {export.index}", None, export.offset)
        if export.name in names:
            raise InvalidError(f"duplicate export name {export.name!r}", None, export.offset)
        names.add(export.name)


def _validate_start(module: Module) -> None:
    if module.start is None:
        return
    lookup(module.func_typeidxs, module.start, "function", module.start_offset)
    if module.func_type(module.start) != FuncType():
        raise InvalidError("start function must have no parameters and no results", module.start, module.start_offset)


def _validate_element(module: Module, segment: ElementSegment) -> None:
    check_all(segment.funcs or (), len(module.func_typeidxs), "function", segment.offset)
    for expr in segment.exprs or ():
        validate_const(module, expr, segment.type, len(module.globals), segment.offset)
    if segment.mode != "active":
        return
    table = lookup(module.tables, segment.tableidx, "table", segment.offset)
    if not val_matches(segment.type, table.element):
        message = f"type mismatch: segment of {segment.type} for a table of {table.element}"
        raise InvalidError(message, None, segment.offset)
    if segment.at is not None:
        validate_const(module, segment.at, table.address, len(module.globals), segment.offset)


def _doubtful_datas(module: Module) -> Iterable[DataSegment]:
    """The data segments to look at: not the plain ones if there is a memory of 32 bits for them to go to."""
    datas, memories = module.datas, module.memories
    if isinstance(datas, DataColumns) and memories and memories[0].address is I32:
        return datas.others.values()
    return datas


def _validate_data(module: Module, segment: DataSegment) -> None:
    if segment.at is not None:
        address = lookup(module.memories, segment.memidx, "memory", segment.offset).address
        validate_const(module, segment.at, address, len(module.globals), segment.offset)
