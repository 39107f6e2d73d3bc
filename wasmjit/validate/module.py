"""Modules: everything but function bodies (spec 3.2, 3.4)."""

from __future__ import annotations

from wasmjit import limits
from wasmjit.errors import InvalidError
from wasmjit.limits import check_limit
from wasmjit.validate.constant import validate_const
from wasmjit.validate.lookup import check_all, lookup
from wasmjit.wasm.module import DataSegment, ElementSegment, Module
from wasmjit.wasm.types import I32, I64, FuncType, Limits, MemType, max_pages

_MAX_TABLE_SIZE = {I32: (1 << 32) - 1, I64: (1 << 64) - 1}


def validate_module(module: Module) -> None:
    """Check all of `module` but function bodies.

    Raises InvalidError with the byte offset where the module keeps one, LimitError, UnsupportedError.
    """
    _validate_types(module)
    _validate_functions(module)
    _validate_tables(module)
    _validate_memories(module)
    _validate_globals(module)
    _validate_exports(module)
    _validate_start(module)
    for element in module.elements:
        _validate_element(module, element)
    for data in module.datas:
        _validate_data(module, data)


def _validate_types(module: Module) -> None:
    for type in module.types:
        check_limit("parameters", len(type.params), limits.MAX_PARAMS)
        check_limit("results", len(type.results), limits.MAX_RESULTS)


def _validate_functions(module: Module) -> None:
    check_all(module.func_typeidxs, len(module.types), "type")


def _validate_limits(size: Limits, maximum: int, message: str) -> None:
    if size.min > maximum or (size.max is not None and size.max > maximum):
        raise InvalidError(message)
    if size.max is not None and size.min > size.max:
        raise InvalidError("size minimum must not be greater than maximum")


def _validate_tables(module: Module) -> None:
    for table in module.tables:
        _validate_limits(table.limits, _MAX_TABLE_SIZE[table.address], "table size must be at most 2^32-1")


def _validate_memories(module: Module) -> None:
    for memory in module.memories:
        _validate_memory(memory)


def _validate_memory(memory: MemType) -> None:
    maximum = max_pages(memory)
    size = " (4 GiB)" if maximum == limits.MAX_MEMORY_PAGES else ""
    _validate_limits(memory.limits, maximum, f"memory size must be at most {maximum} pages{size}")


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
    if table.element is not segment.type:
        message = f"type mismatch: segment of {segment.type} for a table of {table.element}"
        raise InvalidError(message, None, segment.offset)
    if segment.at is not None:
        validate_const(module, segment.at, table.address, len(module.globals), segment.offset)


def _validate_data(module: Module, segment: DataSegment) -> None:
    if segment.at is not None:
        address = lookup(module.memories, segment.memidx, "memory", segment.offset).address
        validate_const(module, segment.at, address, len(module.globals), segment.offset)
