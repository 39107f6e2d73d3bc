"""Comparing types at run time, by their TypeInfos (abi/layout.py)."""

from __future__ import annotations

from wasmjit.abi import layout
from wasmjit.compile.lower.emitter import INVARIANT, Emitter


def type_info(f: Emitter, typeidx: int) -> str:
    """Address of the TypeInfo of a type of the module, an i64: what it is in this process."""
    ids = f.hoisted("%types", layout.VMCTX_TYPE_IDS)
    pointer = f.emit(f"getelementptr i8, ptr {ids}, i64 {8 * typeidx}")
    return f.emit(f"load i64, ptr {pointer}{INVARIANT}")


def is_subtype(f: Emitter, info: str, wanted: str, depth: int) -> str:
    """The i1 that says whether the type whose TypeInfo is at `info` is `wanted`, which has that depth, or below it.

    The lists of supertypes have a least length, so that one load answers in nearly all cases.
    """
    index = f"{depth}"
    if depth >= layout.MIN_SUPERS:
        # A type that is not as deep as that has itself last, and cannot be the wanted one.
        pointer = f.emit(f"getelementptr i8, ptr {info}, i64 {layout.TYPE_INFO_DEPTH}")
        actual = f.emit(f"load i32, ptr {pointer}{INVARIANT}")
        deep = f.emit(f"icmp uge i32 {actual}, {depth}")
        index = f.emit(f"select i1 {deep}, i64 {depth}, i64 0")
    base = f.emit(f"getelementptr i8, ptr {info}, i64 {layout.TYPE_INFO_SUPERS}")
    pointer = f.emit(f"getelementptr i64, ptr {base}, i64 {index}")
    found = f.emit(f"load i64, ptr {pointer}{INVARIANT}")
    return f.emit(f"icmp eq i64 {found}, {wanted}")
