"""Table instructions (spec 3.3.6): they move the element type of the table that they name."""

from __future__ import annotations

from wasmjit.errors import InvalidError
from wasmjit.validate.addressed import narrower
from wasmjit.validate.checker import Checker
from wasmjit.validate.lookup import lookup
from wasmjit.validate.registry import validates
from wasmjit.wasm.subtyping import val_matches
from wasmjit.wasm.types import I32, ValType


def _element(check: Checker, tableidx: int) -> ValType:
    return lookup(check.module.tables, tableidx, "table").element


def table_address(check: Checker, tableidx: int) -> ValType:
    """The type of a table's indices."""
    return lookup(check.module.tables, tableidx, "table").address


@validates("table.get")
def validate_table_get(check: Checker, tableidx: int) -> None:
    """[at] -> [t]"""
    element = _element(check, tableidx)
    check.pop_val(table_address(check, tableidx))
    check.stack.append(element)


@validates("table.set")
def validate_table_set(check: Checker, tableidx: int) -> None:
    """[at t] -> []"""
    check.pop_val(_element(check, tableidx))
    check.pop_val(table_address(check, tableidx))


@validates("table.size")
def validate_table_size(check: Checker, tableidx: int) -> None:
    """[] -> [at]"""
    check.stack.append(table_address(check, tableidx))


@validates("table.grow")
def validate_table_grow(check: Checker, tableidx: int) -> None:
    """[t at] -> [at]"""
    element, address = _element(check, tableidx), table_address(check, tableidx)
    check.pop_val(address)
    check.pop_val(element)
    check.stack.append(address)


@validates("table.fill")
def validate_table_fill(check: Checker, tableidx: int) -> None:
    """[at t at] -> []"""
    element, address = _element(check, tableidx), table_address(check, tableidx)
    check.pop_val(address)
    check.pop_val(element)
    check.pop_val(address)


@validates("table.copy")
def validate_table_copy(check: Checker, imm: tuple[int, int]) -> None:
    """[at1 at2 at] -> [], from a table whose elements match those of the other; `at` is the narrower address type."""
    destination, source = imm
    wanted = _element(check, destination)
    if not val_matches(_element(check, source), wanted):
        raise InvalidError("type mismatch: table.copy between different element types")
    to, source_address = table_address(check, destination), table_address(check, source)
    check.pop_val(narrower(to, source_address))
    check.pop_val(source_address)
    check.pop_val(to)


@validates("table.init")
def validate_table_init(check: Checker, imm: tuple[int, int]) -> None:
    """[at i32 i32] -> [], from a segment whose elements match those of the table."""
    elemidx, tableidx = imm
    element = _element(check, tableidx)
    if not val_matches(lookup(check.module.elements, elemidx, "elem segment").type, element):
        raise InvalidError("type mismatch: table.init from a segment of a different type")
    check.pop_val(I32)
    check.pop_val(I32)
    check.pop_val(table_address(check, tableidx))


@validates("elem.drop")
def validate_elem_drop(check: Checker, elemidx: int) -> None:
    """[] -> []"""
    lookup(check.module.elements, elemidx, "elem segment")
