"""Immediates of instructions (spec 5.4), one function for each shape that `Op.imm` names.

All take the data and the position of the first immediate byte, and return the immediate and the position behind
it. binary.code has the commonest shapes once more, inline.
"""

from __future__ import annotations

from collections.abc import Callable

from wasmjit.binary.reader import Data, end_of_data, read_length, read_s32, read_s64, read_u32, read_u32s, read_u64
from wasmjit.binary.types import read_blocktype, read_heaptype, read_null, read_valtypes
from wasmjit.errors import MalformedError, UnsupportedError
from wasmjit.light import Any, TypeAlias
from wasmjit.limits import MAX_BR_TABLE_TARGETS, MAX_CATCH_CLAUSES, MAX_RESULTS, check_limit
from wasmjit.wasm.opcodes import FEATURE_BY_CODE, OPCODES, PREFIX_SHIFT
from wasmjit.wasm.types import FuncType, RefType, ValType, ref_type

CatchClause: TypeAlias = tuple[str, int | None, int]
"""Kind (a mnemonic of the text format), tag, label."""

_CATCH_KINDS = ("catch", "catch_ref", "catch_all", "catch_all_ref")

ImmediateReader: TypeAlias = Callable[[Data, int], tuple[Any, int]]

PREFIXES = (0xFB, 0xFC, 0xFD, 0xFE)

_HAS_MEMIDX = 0x40
_NULL_BEFORE, _NULL_AFTER = 1, 2
_FLAGS_END = 0x80


def _read_none(data: Data, pos: int) -> tuple[None, int]:
    return None, pos


def _read_pair(data: Data, pos: int) -> tuple[tuple[int, int], int]:
    first, pos = read_u32(data, pos)
    second, pos = read_u32(data, pos)
    return (first, second), pos


def _read_labels(data: Data, pos: int) -> tuple[tuple[int, ...], int]:
    start = pos
    count, pos = read_length(data, pos)
    check_limit("targets of a br_table", count, MAX_BR_TABLE_TARGETS)
    if pos + count >= len(data):
        raise MalformedError("length out of bounds", start)
    labels, pos = read_u32s(data, pos, count + 1)
    return tuple(labels), pos


def _read_try_table(data: Data, pos: int) -> tuple[tuple[FuncType | int, tuple[CatchClause, ...]], int]:
    type, pos = read_blocktype(data, pos)
    start = pos
    count, pos = read_length(data, pos)
    check_limit("catch clauses of a try_table", count, MAX_CATCH_CLAUSES)
    if pos + 2 * count > len(data):
        raise MalformedError("length out of bounds", start)
    clauses: list[CatchClause] = []
    for _ in range(count):
        clause, pos = _read_catch(data, pos)
        clauses.append(clause)
    return (type, tuple(clauses)), pos


def _read_catch(data: Data, pos: int) -> tuple[CatchClause, int]:
    """A catch clause (spec 5.4.1)."""
    code = data[pos]
    if code >= len(_CATCH_KINDS):
        raise MalformedError("malformed catch clause", pos)
    kind = _CATCH_KINDS[code]
    pos += 1
    tagidx = None
    if kind in ("catch", "catch_ref"):
        tagidx, pos = read_u32(data, pos)
    label, pos = read_u32(data, pos)
    return (kind, tagidx, label), pos


def _read_types(data: Data, pos: int) -> tuple[tuple[ValType, ...], int]:
    count, pos = read_length(data, pos)
    check_limit("types of a select", count, MAX_RESULTS)
    return read_valtypes(data, pos, count)


def _read_cast(data: Data, pos: int) -> tuple[tuple[int, RefType, RefType], int]:
    """The label of a cast, and the types before and after it, whose flags come first (spec 5.4.1)."""
    flags = data[pos]
    if flags > (_NULL_BEFORE | _NULL_AFTER):
        raise MalformedError("malformed br_on_cast flags", pos)
    label, pos = read_u32(data, pos + 1)
    before, pos = read_heaptype(data, pos)
    after, pos = read_heaptype(data, pos)
    types = ref_type(before, bool(flags & _NULL_BEFORE)), ref_type(after, bool(flags & _NULL_AFTER))
    return (label, *types), pos


def read_memarg(data: Data, pos: int) -> tuple[tuple[int, int, int], int]:
    """Alignment, offset and memory (spec 5.4.6); memory 0 goes without saying."""
    start = pos
    flags, pos = read_u32(data, pos)
    if flags >= _FLAGS_END:
        raise MalformedError("malformed memop flags", start)
    memidx = 0
    if flags & _HAS_MEMIDX:
        memidx, pos = read_u32(data, pos)
    offset, pos = read_u64(data, pos)
    return (flags & ~_HAS_MEMIDX, offset, memidx), pos


def _read_memarg_lane(data: Data, pos: int) -> tuple[tuple[int, int, int, int], int]:
    memarg, pos = read_memarg(data, pos)
    return (*memarg, data[pos]), pos + 1


def _read_zero(data: Data, pos: int) -> tuple[None, int]:
    """A byte kept free for later."""
    if data[pos]:
        raise MalformedError("zero byte expected", pos)
    return None, pos + 1


def _read_lane(data: Data, pos: int) -> tuple[int, int]:
    return data[pos], pos + 1


def _read_fixed(data: Data, pos: int, size: int) -> tuple[bytes, int]:
    value = bytes(data[pos : pos + size])
    if len(value) < size:
        raise end_of_data(data)
    return value, pos + size


def _read_bits32(data: Data, pos: int) -> tuple[int, int]:
    value, pos = _read_fixed(data, pos, 4)
    return int.from_bytes(value, "little"), pos


def _read_bits64(data: Data, pos: int) -> tuple[int, int]:
    value, pos = _read_fixed(data, pos, 8)
    return int.from_bytes(value, "little"), pos


def _read_v128(data: Data, pos: int) -> tuple[bytes, int]:
    return _read_fixed(data, pos, 16)


READERS: dict[str, ImmediateReader] = {
    "": _read_none,
    "block": read_blocktype,
    **dict.fromkeys(("label", "func", "local", "global", "table", "memory", "data", "elem", "tag", "type"), read_u32),
    "labels": _read_labels,
    "try_table": _read_try_table,
    **dict.fromkeys(("type_table", "data_memory", "elem_table", "memory_memory", "table_table"), _read_pair),
    **dict.fromkeys(("type_field", "type_count", "type_data", "type_elem", "type_type"), _read_pair),
    "types": _read_types,
    "ref": read_null,
    "heap": read_heaptype,
    "cast": _read_cast,
    "memarg": read_memarg,
    "memarg_lane": _read_memarg_lane,
    "lane": _read_lane,
    "zero": _read_zero,
    "lanes": _read_v128,
    "i32": read_s32,
    "i64": read_s64,
    "f32": _read_bits32,
    "f64": _read_bits64,
    "v128": _read_v128,
}
"""The function for each shape that `Op.imm` names."""

READER_BY_CODE: dict[int, ImmediateReader] = {code: READERS[row.imm] for code, row in OPCODES.items()}
"""The function for each opcode of the table."""


def read_prefixed_opcode(data: Data, pos: int) -> tuple[int, int]:
    """The opcode whose prefix is at `pos`: the key of OPCODES, and the position behind it."""
    number, after = read_u32(data, pos + 1)
    if number >> PREFIX_SHIFT:
        raise illegal_opcode(data, pos)
    return data[pos] << PREFIX_SHIFT | number, after


def illegal_opcode(data: Data, pos: int) -> MalformedError | UnsupportedError:
    """The error for an opcode at `pos` that is not in the table: a feature that is not built, or nonsense."""
    byte = data[pos]
    if byte not in PREFIXES:
        feature = FEATURE_BY_CODE.get(byte)
        return UnsupportedError(feature, pos) if feature else MalformedError(f"illegal opcode {byte:02x}", pos)
    number, _ = read_u32(data, pos + 1)
    feature = None if number >> PREFIX_SHIFT else FEATURE_BY_CODE.get(byte << PREFIX_SHIFT | number)
    if feature:
        return UnsupportedError(feature, pos)
    return MalformedError(f"illegal opcode {byte:02x} {number:02x}", pos)
