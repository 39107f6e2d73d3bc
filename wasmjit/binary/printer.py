"""One instruction as text (spec ch. 6): the mnemonic and its immediates, indices as numbers, without folding."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from typing import Any

from wasmjit.wasm.opcodes import OPCODES, Op
from wasmjit.wasm.types import FuncType, HeapType, RefType, ValType, ref_type


def print_instr(code: int, imm: Any) -> str:
    """The instruction in the text format, as `wasm-tools print` would have it but for names."""
    row = OPCODES[code]
    immediate = _PRINTERS[row.imm](row, imm)
    mnemonic = row.name.split()[0]  # "select t"
    return f"{mnemonic} {immediate}" if immediate else mnemonic


def print_functype(type: FuncType) -> str:
    """A type use without an index: `(param i32) (result i64)`."""
    parts = (("param", type.params), ("result", type.results))
    return " ".join(_print_types(keyword, types) for keyword, types in parts if types)


def _print_types(keyword: str, types: tuple[ValType, ...]) -> str:
    return f"({keyword} {' '.join(type.name for type in types)})"


def _print_nothing(row: Op, imm: None) -> str:
    return ""


def _print_value(row: Op, imm: int) -> str:
    return str(imm)


def _print_values(row: Op, imm: tuple[int, ...] | bytes) -> str:
    return " ".join(map(str, imm))


def _print_nonzero(row: Op, imm: int | tuple[int, int]) -> str:
    """Indices that need no mention while all of them are 0."""
    indices = imm if isinstance(imm, tuple) else (imm,)
    return _print_values(row, indices) if any(indices) else ""


def _print_block(row: Op, imm: FuncType | int) -> str:
    return f"(type {imm})" if isinstance(imm, int) else print_functype(imm)


def _print_try_table(row: Op, imm: tuple[FuncType | int, tuple[tuple[str, int | None, int], ...]]) -> str:
    type, clauses = imm
    parts = [_print_block(row, type)]
    parts += [f"({kind} {label})" if tag is None else f"({kind} {tag} {label})" for kind, tag, label in clauses]
    return " ".join(filter(None, parts))


def _print_type_table(row: Op, imm: tuple[int, int]) -> str:
    typeidx, tableidx = imm
    return f"{tableidx} (type {typeidx})" if tableidx else f"(type {typeidx})"


def _print_segment(row: Op, imm: tuple[int, int]) -> str:
    """A segment and the memory or table it goes to, which stands first if it is not 0."""
    segment, target = imm
    return f"{target} {segment}" if target else f"{segment}"


def _print_heaptype(row: Op, imm: ValType) -> str:
    return str(imm.heap) if isinstance(imm, RefType) else imm.name


def _print_reference(row: Op, imm: HeapType | int) -> str:
    """The target of a cast, nullable if the row's name says so."""
    return _print_reftype(ref_type(imm, row.name.endswith(" null")))


def _print_reftype(type: RefType) -> str:
    return f"(ref null {type.heap})" if type.nullable else f"(ref {type.heap})"


def _print_cast(row: Op, imm: tuple[int, RefType, RefType]) -> str:
    label, before, after = imm
    return f"{label} {_print_reftype(before)} {_print_reftype(after)}"


def _print_memarg(row: Op, imm: tuple[int, int, int]) -> str:
    align_log2, offset, memidx = imm
    parts = [str(memidx)] if memidx else []
    parts += [f"offset={offset}"] if offset else []
    parts += [f"align={1 << align_log2}"] if align_log2 != row.align_log2 else []
    return " ".join(parts)


def _print_memarg_lane(row: Op, imm: tuple[int, int, int, int]) -> str:
    return f"{_print_memarg(row, imm[:3])} {imm[3]}".lstrip()


def _print_f32(row: Op, imm: int) -> str:
    return _print_float(struct.unpack("<f", imm.to_bytes(4, "little"))[0], imm >> 31, imm & 0x7F_FFFF)


def _print_f64(row: Op, imm: int) -> str:
    return _print_float(struct.unpack("<d", imm.to_bytes(8, "little"))[0], imm >> 63, imm & 0xF_FFFF_FFFF_FFFF)


def _print_float(value: float, sign: int, payload: int) -> str:
    """All bits survive: finite values in hexadecimal, NaNs with their payload."""
    if math.isnan(value):
        return f"{'-' if sign else ''}nan:{payload:#x}"
    return str(value) if math.isinf(value) else value.hex()


def _print_v128(row: Op, imm: bytes) -> str:
    words = struct.unpack("<4I", imm)
    return f"i32x4 {' '.join(f'{word:#010x}' for word in words)}"


_PRINTERS: dict[str, Callable[[Op, Any], str]] = {
    "": _print_nothing,
    "zero": _print_nothing,
    "block": _print_block,
    **dict.fromkeys(
        ("label", "func", "local", "global", "table", "data", "elem", "type", "tag", "lane", "i32", "i64"),
        _print_value,
    ),
    "labels": _print_values,
    "try_table": _print_try_table,
    "lanes": _print_values,
    **dict.fromkeys(("memory", "memory_memory", "table_table"), _print_nonzero),
    "type_table": _print_type_table,
    "data_memory": _print_segment,
    "elem_table": _print_segment,
    "types": lambda row, imm: _print_types("result", imm),
    "ref": _print_heaptype,
    "heap": _print_reference,
    "cast": _print_cast,
    **dict.fromkeys(("type_field", "type_count", "type_data", "type_elem", "type_type"), _print_values),
    "memarg": _print_memarg,
    "memarg_lane": _print_memarg_lane,
    "f32": _print_f32,
    "f64": _print_f64,
    "v128": _print_v128,
}
