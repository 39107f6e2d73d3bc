"""Matching of types: the hierarchies, null, and what composite types ask for."""

from __future__ import annotations

import pytest

from wasmjit.wasm.rectypes import DefType, SubType, define_group, defined_func
from wasmjit.wasm.subtyping import (
    composite_matches,
    difference,
    field_matches,
    heap_matches,
    is_defaultable,
    top_of,
    val_matches,
)
from wasmjit.wasm.types import (
    ANY,
    ARRAY,
    EQ,
    EXN,
    EXTERN,
    FUNC,
    HEAP_TYPES,
    I8,
    I31,
    I32,
    NOEXN,
    NOEXTERN,
    NOFUNC,
    NONE,
    STRUCT,
    ArrayType,
    FieldType,
    FuncType,
    StructType,
    ref_type,
)


def subtype(fields: tuple[FieldType, ...], above: DefType | None = None) -> DefType:
    return define_group([SubType(StructType(fields), False, above)], 0)[0]


BASE = subtype(())
LEAF = subtype((FieldType(I32),), BASE)
FUNCTION = defined_func(FuncType())

BELOW = {
    ANY: {ANY, EQ, I31, STRUCT, ARRAY, NONE, BASE, LEAF},
    EQ: {EQ, I31, STRUCT, ARRAY, NONE, BASE, LEAF},
    I31: {I31, NONE},
    STRUCT: {STRUCT, NONE, BASE, LEAF},
    ARRAY: {ARRAY, NONE},
    NONE: {NONE},
    FUNC: {FUNC, NOFUNC, FUNCTION},
    NOFUNC: {NOFUNC},
    EXTERN: {EXTERN, NOEXTERN},
    NOEXTERN: {NOEXTERN},
    EXN: {EXN, NOEXN},
    NOEXN: {NOEXN},
    BASE: {BASE, LEAF, NONE},
    LEAF: {LEAF, NONE},
    FUNCTION: {FUNCTION, NOFUNC},
}


@pytest.mark.parametrize("wanted", BELOW, ids=str)
def test_heap_types(wanted: DefType) -> None:
    everything = {*HEAP_TYPES, BASE, LEAF, FUNCTION}
    assert {actual for actual in everything if heap_matches(actual, wanted)} == BELOW[wanted]


def test_tops() -> None:
    assert [top_of(heap) for heap in (I31, LEAF, FUNCTION, NOEXTERN, NOEXN)] == [ANY, ANY, FUNC, EXTERN, EXN]


def test_null_matches_no_type_without_it() -> None:
    assert val_matches(ref_type(LEAF, False), ref_type(BASE, True))
    assert not val_matches(ref_type(LEAF, True), ref_type(BASE, False))
    assert not val_matches(I32, ref_type(BASE, True)) and not val_matches(ref_type(BASE, True), I32)
    assert is_defaultable(I32) and is_defaultable(ref_type(ANY, True)) and not is_defaultable(ref_type(ANY, False))
    assert difference(ref_type(ANY, True), ref_type(I31, True)) is ref_type(ANY, False)
    assert difference(ref_type(ANY, True), ref_type(I31, False)) is ref_type(ANY, True)


def test_composite_types() -> None:
    base, leaf = ref_type(BASE, True), ref_type(LEAF, True)
    assert composite_matches(FuncType((base,), (leaf,)), FuncType((leaf,), (base,)))
    assert not composite_matches(FuncType((leaf,)), FuncType((base,)))
    assert field_matches(FieldType(leaf), FieldType(base)) and not field_matches(
        FieldType(leaf, True), FieldType(base, True)
    )
    assert not field_matches(FieldType(I32), FieldType(I8))
    wide = StructType((FieldType(leaf), FieldType(I32)))
    assert composite_matches(wide, StructType((FieldType(base),)))
    assert not composite_matches(StructType((FieldType(base),)), wide)
    assert composite_matches(ArrayType(FieldType(leaf)), ArrayType(FieldType(base)))
    assert not composite_matches(ArrayType(FieldType(I32)), StructType((FieldType(I32),)))
