"""Structures and arrays (spec 3.4.5, 3.4.6)."""

from __future__ import annotations

from wasmjit.errors import InvalidError
from wasmjit.limits import MAX_ARRAY_OPERANDS, check_limit
from wasmjit.validate.checker import Checker
from wasmjit.validate.lookup import lookup
from wasmjit.validate.registry import validates
from wasmjit.wasm.subtyping import is_defaultable, val_matches
from wasmjit.wasm.types import I8, I16, I32, ArrayType, FieldType, StructType, ValType, ref_type, unpacked


def _struct(check: Checker, typeidx: int) -> StructType:
    type = lookup(check.module.types, typeidx, "type")
    if isinstance(type, StructType):
        return type
    raise InvalidError(f"type mismatch: type {typeidx} is not a structure type")


def _element(check: Checker, typeidx: int) -> FieldType:
    type = lookup(check.module.types, typeidx, "type")
    if isinstance(type, ArrayType):
        return type.element
    raise InvalidError(f"type mismatch: type {typeidx} is not an array type")


def _field(check: Checker, imm: tuple[int, int]) -> FieldType:
    typeidx, fieldidx = imm
    return lookup(_struct(check, typeidx).fields, fieldidx, "field")


def _pop_object(check: Checker, typeidx: int) -> None:
    check.pop_val(ref_type(check.deftype(typeidx), True))


def _push_object(check: Checker, typeidx: int) -> None:
    check.stack.append(ref_type(check.deftype(typeidx), False))


def _need_default(field: FieldType) -> None:
    if not is_defaultable(field.type):
        raise InvalidError(f"type mismatch: {field.type} has no default value")


def _need_mutable(field: FieldType, what: str) -> None:
    if not field.mutable:
        raise InvalidError(f"immutable {what}")


def _is_packed(type: ValType) -> bool:
    return type is I8 or type is I16


def _need_packing(field: FieldType, packed: bool) -> None:
    """Packed fields are read with a sign, or without; all others as they are."""
    if _is_packed(field.type) is not packed:
        kind = "packed" if packed else "unpacked"
        raise InvalidError(f"type mismatch: the field of type {field.type} is not {kind}")


# --- structures


@validates("struct.new")
def validate_struct_new(check: Checker, typeidx: int) -> None:
    """Takes the values of all fields."""
    for field in reversed(_struct(check, typeidx).fields):
        check.pop_val(unpacked(field.type))
    _push_object(check, typeidx)


@validates("struct.new_default")
def validate_struct_new_default(check: Checker, typeidx: int) -> None:
    """All fields must have default values."""
    for field in _struct(check, typeidx).fields:
        _need_default(field)
    _push_object(check, typeidx)


@validates("struct.get")
def validate_struct_get(check: Checker, imm: tuple[int, int]) -> None:
    """[(ref null x)] -> [t]"""
    field = _field(check, imm)
    _need_packing(field, False)
    _pop_object(check, imm[0])
    check.stack.append(field.type)


@validates("struct.get_s", "struct.get_u")
def validate_struct_get_packed(check: Checker, imm: tuple[int, int]) -> None:
    """[(ref null x)] -> [i32]"""
    _need_packing(_field(check, imm), True)
    _pop_object(check, imm[0])
    check.stack.append(I32)


@validates("struct.set")
def validate_struct_set(check: Checker, imm: tuple[int, int]) -> None:
    """[(ref null x) t] -> []"""
    field = _field(check, imm)
    _need_mutable(field, "field")
    check.pop_val(unpacked(field.type))
    _pop_object(check, imm[0])


# --- arrays


@validates("array.new")
def validate_array_new(check: Checker, typeidx: int) -> None:
    """[t i32] -> [(ref x)]"""
    element = _element(check, typeidx)
    check.pop_val(I32)
    check.pop_val(unpacked(element.type))
    _push_object(check, typeidx)


@validates("array.new_default")
def validate_array_new_default(check: Checker, typeidx: int) -> None:
    """[i32] -> [(ref x)]"""
    _need_default(_element(check, typeidx))
    check.pop_val(I32)
    _push_object(check, typeidx)


@validates("array.new_fixed")
def validate_array_new_fixed(check: Checker, imm: tuple[int, int]) -> None:
    """[t^n] -> [(ref x)]"""
    typeidx, count = imm
    type = unpacked(_element(check, typeidx).type)
    check_limit("operands of array.new_fixed", count, MAX_ARRAY_OPERANDS)
    for _ in range(count):
        check.pop_val(type)
    _push_object(check, typeidx)


def _need_data(check: Checker, element: FieldType, dataidx: int) -> None:
    if element.type.is_ref:
        raise InvalidError("array type is not numeric or vector")
    lookup(check.module.datas, dataidx, "data segment")


def _need_elements(check: Checker, element: FieldType, elemidx: int) -> None:
    segment = lookup(check.module.elements, elemidx, "elem segment").type
    if not val_matches(segment, element.type):
        raise InvalidError(f"type mismatch: a segment of {segment} for an array of {element.type}")


@validates("array.new_data")
def validate_array_new_data(check: Checker, imm: tuple[int, int]) -> None:
    """[i32 i32] -> [(ref x)]"""
    _need_data(check, _element(check, imm[0]), imm[1])
    _pop_i32s(check, 2)
    _push_object(check, imm[0])


@validates("array.new_elem")
def validate_array_new_elem(check: Checker, imm: tuple[int, int]) -> None:
    """[i32 i32] -> [(ref x)]"""
    _need_elements(check, _element(check, imm[0]), imm[1])
    _pop_i32s(check, 2)
    _push_object(check, imm[0])


def _pop_i32s(check: Checker, count: int) -> None:
    for _ in range(count):
        check.pop_val(I32)


@validates("array.get")
def validate_array_get(check: Checker, typeidx: int) -> None:
    """[(ref null x) i32] -> [t]"""
    element = _element(check, typeidx)
    _need_packing(element, False)
    check.pop_val(I32)
    _pop_object(check, typeidx)
    check.stack.append(element.type)


@validates("array.get_s", "array.get_u")
def validate_array_get_packed(check: Checker, typeidx: int) -> None:
    """[(ref null x) i32] -> [i32]"""
    _need_packing(_element(check, typeidx), True)
    check.pop_val(I32)
    _pop_object(check, typeidx)
    check.stack.append(I32)


@validates("array.set")
def validate_array_set(check: Checker, typeidx: int) -> None:
    """[(ref null x) i32 t] -> []"""
    element = _element(check, typeidx)
    _need_mutable(element, "array")
    check.pop_val(unpacked(element.type))
    check.pop_val(I32)
    _pop_object(check, typeidx)


@validates("array.fill")
def validate_array_fill(check: Checker, typeidx: int) -> None:
    """[(ref null x) i32 t i32] -> []"""
    element = _element(check, typeidx)
    _need_mutable(element, "array")
    check.pop_val(I32)
    check.pop_val(unpacked(element.type))
    check.pop_val(I32)
    _pop_object(check, typeidx)


@validates("array.copy")
def validate_array_copy(check: Checker, imm: tuple[int, int]) -> None:
    """[(ref null x) i32 (ref null y) i32 i32] -> []"""
    to, source = _element(check, imm[0]), _element(check, imm[1])
    _need_mutable(to, "array")
    if not (source.type is to.type or val_matches(source.type, to.type)):
        raise InvalidError("array types do not match")
    _pop_i32s(check, 2)
    _pop_object(check, imm[1])
    check.pop_val(I32)
    _pop_object(check, imm[0])


@validates("array.init_data")
def validate_array_init_data(check: Checker, imm: tuple[int, int]) -> None:
    """[(ref null x) i32 i32 i32] -> []"""
    element = _element(check, imm[0])
    _need_mutable(element, "array")
    _need_data(check, element, imm[1])
    _pop_i32s(check, 3)
    _pop_object(check, imm[0])


@validates("array.init_elem")
def validate_array_init_elem(check: Checker, imm: tuple[int, int]) -> None:
    """[(ref null x) i32 i32 i32] -> []"""
    element = _element(check, imm[0])
    _need_mutable(element, "array")
    _need_elements(check, element, imm[1])
    _pop_i32s(check, 3)
    _pop_object(check, imm[0])
