"""Structures (spec 4.6.6)."""

from __future__ import annotations

from wasmjit.abi import gc
from wasmjit.abi.traps import TrapCode
from wasmjit.compile.lower.emitter import Emitter
from wasmjit.compile.lower.heap import Allocation, field_pointer, load_field, not_null, store_field
from wasmjit.compile.lower.registry import lowers
from wasmjit.compile.lower.subtype import type_info
from wasmjit.compile.lower.types import ZERO
from wasmjit.wasm.types import StructType, unpacked


def _struct(f: Emitter, typeidx: int) -> StructType:
    type = f.module.types[typeidx]
    assert isinstance(type, StructType)
    return type


@lowers("struct.new")
def lower_struct_new(f: Emitter, typeidx: int) -> None:
    """Allocate, then set the fields."""
    count = len(_struct(f, typeidx).fields)
    values = f.stack[len(f.stack) - count :]
    del f.stack[len(f.stack) - count :]
    _make(f, typeidx, values)


@lowers("struct.new_default")
def lower_struct_new_default(f: Emitter, typeidx: int) -> None:
    """All fields are zero or null."""
    _make(f, typeidx, [ZERO[unpacked(field.type)] for field in _struct(f, typeidx).fields])


def _make(f: Emitter, typeidx: int, values: list[str]) -> None:
    type = _struct(f, typeidx)
    offsets, size = gc.field_offsets(type)
    made = Allocation(f, type_info(f, typeidx), size)
    for field, offset, value in zip(type.fields, offsets, values, strict=True):
        store_field(f, field.type, value, field_pointer(f, made.pointer, offset))
    made.finish()


def _get(f: Emitter, imm: tuple[int, int], extension: str) -> None:
    type = _struct(f, imm[0])
    reference = not_null(f, f.pop(), TrapCode.NULL_STRUCTURE_REFERENCE)
    offsets, _ = gc.field_offsets(type)
    load_field(f, type.fields[imm[1]].type, field_pointer(f, reference, offsets[imm[1]]), extension)


@lowers("struct.get")
def lower_struct_get(f: Emitter, imm: tuple[int, int]) -> None:
    """Null, then a load."""
    _get(f, imm, "")


@lowers("struct.get_s")
def lower_struct_get_s(f: Emitter, imm: tuple[int, int]) -> None:
    """Null, then a load with the sign."""
    _get(f, imm, "sext")


@lowers("struct.get_u")
def lower_struct_get_u(f: Emitter, imm: tuple[int, int]) -> None:
    """Null, then a load without a sign."""
    _get(f, imm, "zext")


@lowers("struct.set")
def lower_struct_set(f: Emitter, imm: tuple[int, int]) -> None:
    """Null, then a store."""
    type = _struct(f, imm[0])
    value = f.pop()
    reference = not_null(f, f.pop(), TrapCode.NULL_STRUCTURE_REFERENCE)
    offsets, _ = gc.field_offsets(type)
    store_field(f, type.fields[imm[1]].type, value, field_pointer(f, reference, offsets[imm[1]]))
