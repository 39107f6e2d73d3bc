"""Imports and exports (spec 5.5.5, 5.5.10)."""

from __future__ import annotations

from wasmjit import limits
from wasmjit.binary.definitions import decode_tag
from wasmjit.binary.reader import Reader
from wasmjit.binary.types import decode_globaltype, decode_memtype, decode_tabletype
from wasmjit.errors import MalformedError
from wasmjit.wasm.module import Export, ExternKind, Global, Import, Module
from wasmjit.wasm.rectypes import DefType
from wasmjit.wasm.types import FuncType, TagType

_KINDS: tuple[ExternKind, ...] = ("func", "table", "memory", "global", "tag")


def decode_import_section(r: Reader, module: Module) -> None:
    """Section 2: the imports, and their types at the start of the index spaces."""
    count = r.read_count("imports", limits.MAX_IMPORTS)
    module.imports = [_decode_import(r, module) for _ in range(count)]
    module.num_imported_funcs = len(module.func_typeidxs)
    module.num_imported_tables = len(module.tables)
    module.num_imported_memories = len(module.memories)
    module.num_imported_globals = len(module.globals)
    module.num_imported_tags = len(module.tag_typeidxs)


def _decode_import(r: Reader, module: Module) -> Import:
    offset = r.pos
    source, name = r.read_name(), r.read_name()
    kind = _decode_kind(r, "malformed import kind")
    if kind == "func":
        typeidx = r.read_u32()
        module.func_typeidxs.append(typeidx)
        type, defined = _function_type(module, typeidx)
        return Import(source, name, type, typeidx, defined)
    if kind == "table":
        module.tables.append(decode_tabletype(r, module))
        return Import(source, name, module.tables[-1])
    if kind == "memory":
        module.memories.append(decode_memtype(r))
        return Import(source, name, module.memories[-1])
    if kind == "tag":
        typeidx = decode_tag(r)
        module.tag_typeidxs.append(typeidx)
        type, defined = _function_type(module, typeidx)
        return Import(source, name, TagType(type), typeidx, defined)
    module.globals.append(Global(decode_globaltype(r, module), None, offset))
    return Import(source, name, module.globals[-1].type)


def _function_type(module: Module, typeidx: int) -> tuple[FuncType, DefType | None]:
    """Type `typeidx`. An index of no function type is for validation to report: until then the type is empty."""
    defined = module.deftypes[typeidx] if typeidx < len(module.deftypes) else None
    type = defined.composite if defined is not None else None
    return type if isinstance(type, FuncType) else FuncType(), defined


def decode_export_section(r: Reader, module: Module) -> None:
    """Section 7: names and indices, checked by validation."""
    count = r.read_count("exports", limits.MAX_EXPORTS)
    module.exports = [_decode_export(r) for _ in range(count)]


def _decode_export(r: Reader) -> Export:
    offset = r.pos
    return Export(r.read_name(), _decode_kind(r, "malformed export kind"), r.read_u32(), offset)


def _decode_kind(r: Reader, message: str) -> ExternKind:
    code = r.read_byte()
    if code < len(_KINDS):
        return _KINDS[code]
    raise MalformedError(message, r.pos - 1)
