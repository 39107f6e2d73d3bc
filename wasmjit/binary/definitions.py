"""Sections that define things: types, functions, tables, memories, globals, start, code (spec 5.5.4-5.5.16)."""

from __future__ import annotations

from wasmjit import limits
from wasmjit.binary.constexpr import decode_constexpr
from wasmjit.binary.reader import Reader, read_u32
from wasmjit.binary.types import decode_globaltype, decode_memtype, decode_tabletype
from wasmjit.errors import LimitError, MalformedError
from wasmjit.light import NoReturn
from wasmjit.wasm.columns import CodeColumns, unsigned_column
from wasmjit.wasm.module import Global, Module

_TABLE_WITH_INIT = 0x40
_EXCEPTION_ATTRIBUTE = 0x00


def decode_function_section(r: Reader, module: Module) -> None:
    """Section 3: type indices, checked by validation."""
    module.func_typeidxs += r.read_u32s(r.read_count("functions", limits.MAX_FUNCTIONS))


def decode_table_section(r: Reader, module: Module) -> None:
    """Section 4."""
    count = r.read_count("tables", limits.MAX_TABLES)
    for _ in range(count):
        _decode_table(r, module)


def _decode_table(r: Reader, module: Module) -> None:
    """A table, with an initial value for its elements or without (spec 5.5.7)."""
    offset = r.pos
    if r.data[offset] != _TABLE_WITH_INIT:
        module.tables.append(decode_tabletype(r, module))
        return
    r.pos += 1
    if r.read_byte():
        raise MalformedError("zero byte expected", offset + 1)
    tableidx = len(module.tables)
    module.tables.append(decode_tabletype(r, module))
    module.table_inits[tableidx] = decode_constexpr(r)


def decode_memory_section(r: Reader, module: Module) -> None:
    """Section 5."""
    count = r.read_count("memories", limits.MAX_MEMORIES)
    module.memories += [decode_memtype(r) for _ in range(count)]


def decode_global_section(r: Reader, module: Module) -> None:
    """Section 6."""
    count = r.read_count("globals", limits.MAX_GLOBALS)
    module.globals += [_decode_global(r, module) for _ in range(count)]


def _decode_global(r: Reader, module: Module) -> Global:
    offset = r.pos
    return Global(decode_globaltype(r, module), decode_constexpr(r), offset)


def decode_tag_section(r: Reader, module: Module) -> None:
    """Section 13: type indices, checked by validation."""
    count = r.read_count("tags", limits.MAX_TAGS)
    module.tag_typeidxs += [decode_tag(r) for _ in range(count)]


def decode_tag(r: Reader) -> int:
    """A tag type (spec 5.3.11): the index of a function type."""
    if r.read_byte() != _EXCEPTION_ATTRIBUTE:
        raise MalformedError("malformed tag attribute", r.pos - 1)
    return r.read_u32()


def decode_start_section(r: Reader, module: Module) -> None:
    """Section 8."""
    module.start_offset = r.pos
    module.start = r.read_u32()


def decode_data_count_section(r: Reader, module: Module) -> None:
    """Section 12."""
    module.data_count = r.read_u32()


def decode_code_section(r: Reader, module: Module) -> None:
    """Section 10: the bodies' places only."""
    count = r.read_count("functions", limits.MAX_FUNCTIONS)
    data, pos, end = r.data, r.pos, len(r.data)
    starts: list[int] = []
    ends: list[int] = []
    add_start, add_end = starts.append, ends.append
    for _ in range(count):
        size = data[pos]
        pos += 1
        if size >= 0x80:
            size, pos = read_u32(data, pos - 1)
        stop = pos + size
        if size > limits.MAX_BODY_BYTES or stop > end:
            _refuse_body(size, pos, end)
        add_start(pos)
        add_end(stop)
        pos = stop
    r.pos = pos
    module.codes = CodeColumns(unsigned_column(starts), unsigned_column(ends))


def _refuse_body(size: int, pos: int, end: int) -> NoReturn:
    if pos + size > end:
        raise MalformedError("length out of bounds", pos)
    raise LimitError("bytes of a function body", size, limits.MAX_BODY_BYTES)
