"""Table instructions (spec 3.3.6): they move the element type of the table that they name."""

from __future__ import annotations

from wasmjit.errors import InvalidError
from wasmjit.validate.checker import Checker
from wasmjit.validate.lookup import lookup
from wasmjit.validate.registry import validates
from wasmjit.wasm.types import I32, ValType


def _element(check: Checker, tableidx: int) -> ValType:
    return lookup(check.module.tables, tableidx, "table").element


def _pop_i32s(check: Checker, count: int) -> None:
    for _ in range(count):
        check.pop_val(I32)


@validates("table.get")
def validate_table_get(check: Checker, tableidx: int) -> None:
    """[i32] -> [t]"""
    element = _element(check, tableidx)
    check.pop_val(I32)
    check.stack.append(element)


@validates("table.set")
def validate_table_set(check: Checker, tableidx: int) -> None:
    """[i32 t] -> []"""
    check.pop_val(_element(check, tableidx))
    check.pop_val(I32)


@validates("table.size")
def validate_table_size(check: Checker, tableidx: int) -> None:
    """[] -> [i32]"""
    _element(check, tableidx)
    check.stack.append(I32)


@validates("table.grow")
def validate_table_grow(check: Checker, tableidx: int) -> None:
    """[t i32] -> [i32]"""
    element = _element(check, tableidx)
    check.pop_val(I32)
    check.pop_val(element)
    check.stack.append(I32)


@validates("table.fill")
def validate_table_fill(check: Checker, tableidx: int) -> None:
    """[i32 t i32] -> []"""
    element = _element(check, tableidx)
    check.pop_val(I32)
    check.pop_val(element)
    check.pop_val(I32)


@validates("table.copy")
def validate_table_copy(check: Checker, imm: tuple[int, int]) -> None:
    """[i32 i32 i32] -> [], between tables of one element type."""
    destination, source = imm
    if _element(check, destination) is not _element(check, source):
        raise InvalidError("type mismatch: table.copy between different element types")
    _pop_i32s(check, 3)


@validates("table.init")
def validate_table_init(check: Checker, imm: tuple[int, int]) -> None:
    """[i32 i32 i32] -> [], from a segment of the table's element type."""
    elemidx, tableidx = imm
    element = _element(check, tableidx)
    if lookup(check.module.elements, elemidx, "elem segment").type is not element:
        raise InvalidError("type mismatch: table.init from a segment of a different type")
    _pop_i32s(check, 3)


@validates("elem.drop")
def validate_elem_drop(check: Checker, elemidx: int) -> None:
    """[] -> []"""
    lookup(check.module.elements, elemidx, "elem segment")
