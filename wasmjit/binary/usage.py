"""Which features of the language a module uses, beyond the first version of it."""

from __future__ import annotations

from collections.abc import Iterator

from wasmjit import features
from wasmjit.binary.code import Body, decode_body
from wasmjit.errors import UnsupportedError
from wasmjit.wasm.module import ConstExpr, Module
from wasmjit.wasm.opcodes import OPCODES
from wasmjit.wasm.rectypes import DefType
from wasmjit.wasm.types import (
    EXN,
    EXTERN,
    EXTERNREF,
    FUNC,
    FUNCREF,
    I64,
    NOEXN,
    PAGE_SIZE_LOG2,
    V128,
    FuncType,
    GlobalType,
    HeapType,
    RefType,
    ValType,
)

_FEATURE_BY_HEAP = {EXN: features.EXCEPTIONS, NOEXN: features.EXCEPTIONS}
_MVP_BLOCK_RESULTS = 1


def features_used(module: Module) -> set[str]:
    """The features, by the names of features.py, that the module's sections and all its bodies use.

    A feature that is not built shows too if a body has it. Raises MalformedError if a body is broken.
    """
    used = _features_of_sections(module)
    for funcidx in range(module.num_imported_funcs, len(module.func_typeidxs)):
        try:
            used |= _features_of_body(decode_body(module, funcidx))
        except UnsupportedError as error:
            used.add(error.feature)
    if module.tag_typeidxs and features.LEGACY_EXCEPTIONS not in used:
        used.add(features.EXCEPTIONS)
    used.discard("")
    return used


def refuse_features(module: Module, allowed: frozenset[str]) -> None:
    """Raise UnsupportedError if the module, or any of its bodies, uses a feature that is not allowed."""
    missing = set[str]() if allowed >= features.SUPPORTED else features_used(module) - allowed
    if missing:
        raise UnsupportedError(min(missing))


def _features_of_sections(module: Module) -> set[str]:
    used = _features_of_types(_types_of_sections(module))
    exported = (module.globals[e.index].type for e in module.exports if _names_global(module, e.kind, e.index))
    imported = (i.type for i in module.imports if isinstance(i.type, GlobalType))
    if any(type.mutable for type in (*exported, *imported)):
        used.add(features.MUTABLE_GLOBALS)
    if any(isinstance(type, FuncType) and len(type.results) > _MVP_BLOCK_RESULTS for type in module.types):
        used.add(features.MULTI_VALUE)
    if any(not isinstance(type, FuncType) for type in module.types) or any(map(_is_gc_type, module.deftypes)):
        used.add(features.GC)
    if module.table_inits:
        used.add(features.FUNCTION_REFERENCES)
    if module.data_count is not None or "passive" in _segment_modes(module):
        used.add(features.BULK_MEMORY)
    if len(module.tables) > 1 or any(s.exprs is not None or s.mode == "declarative" for s in module.elements):
        used.add(features.REFERENCE_TYPES)
    used.update(_features_of_memories(module))
    for expr in _constexprs(module):
        used |= _features_of_constexpr(expr)
    return used


def _features_of_memories(module: Module) -> Iterator[str]:
    """Of the memories, and of the tables for their 64-bit indices."""
    if len(module.memories) > 1:
        yield features.MULTI_MEMORY
    if I64 in [memory.address for memory in module.memories] + [table.address for table in module.tables]:
        yield features.MEMORY64
    if any(memory.page_size_log2 != PAGE_SIZE_LOG2 for memory in module.memories):
        yield features.CUSTOM_PAGE_SIZES
    if any(memory.shared for memory in module.memories):
        yield features.THREADS


def _segment_modes(module: Module) -> set[str]:
    return {segment.mode for segment in module.elements} | {segment.mode for segment in module.datas}


def _names_global(module: Module, kind: str, index: int) -> bool:
    return kind == "global" and index < len(module.globals)


def _types_of_sections(module: Module) -> Iterator[ValType]:
    for type in module.types:
        if isinstance(type, FuncType):
            yield from type.params
            yield from type.results
    yield from (table.element for table in module.tables)
    yield from (g.type.type for g in module.globals)
    yield from (segment.type for segment in module.elements if segment.exprs is not None)


def _features_of_types(types: Iterator[ValType]) -> set[str]:
    return {_feature_of_type(type) for type in set(types)}


def _feature_of_type(type: ValType) -> str:
    if not isinstance(type, RefType):
        return features.SIMD if type is V128 else ""
    if type is FUNCREF or type is EXTERNREF:
        return features.REFERENCE_TYPES if type is EXTERNREF else ""
    if isinstance(type.heap, HeapType):
        if type.heap in (FUNC, EXTERN):
            return features.FUNCTION_REFERENCES
        return _FEATURE_BY_HEAP.get(type.heap, features.GC)
    return features.FUNCTION_REFERENCES


def _is_gc_type(type: DefType) -> bool:
    return not type.final or type.depth > 0 or len(type.group.types) > 1


def _constexprs(module: Module) -> Iterator[ConstExpr]:
    yield from (g.init for g in module.globals if g.init is not None)
    yield from module.table_inits.values()
    yield from (segment.at for segment in module.elements if segment.at is not None)
    yield from (segment.at for segment in module.datas if segment.at is not None)
    for segment in module.elements:
        yield from segment.exprs or ()


def _features_of_constexpr(expr: ConstExpr) -> set[str]:
    rows = [OPCODES[instr.code] for instr in expr]
    return {row.const if row.const == features.EXTENDED_CONST else row.feature for row in rows}


def _features_of_body(body: Body) -> set[str]:
    used = {OPCODES[code].feature for code in {code for code, _, _ in body.instrs}}
    used |= _features_of_types(iter(body.local_types))
    if any(_is_multi_value_block(code, imm) for code, imm, _ in body.instrs):
        used.add(features.MULTI_VALUE)
    return used


def _is_multi_value_block(code: int, imm: FuncType | int) -> bool:
    """Only the long form of a block type can have parameters or several results."""
    return OPCODES[code].imm == "block" and isinstance(imm, int)
