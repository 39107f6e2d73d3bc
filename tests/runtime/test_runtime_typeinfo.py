"""TypeInfos: one for a type, with its supertypes and the places of references."""

from __future__ import annotations

import ctypes

from wasmjit.abi import layout
from wasmjit.runtime.raw import read_word
from wasmjit.runtime.typeinfo import HOST_INFO, type_at, type_id
from wasmjit.wasm.rectypes import DefType, SubType, define_group
from wasmjit.wasm.types import ANY, FUNC, I8, I31, I64, ArrayType, FieldType, StructType, ref_type

REFERENCES = (ref_type(ANY, True), I8, ref_type(I31, True), ref_type(FUNC, True))


def chain(length: int) -> list[DefType]:
    types: list[DefType] = []
    for _ in range(length):
        fields = tuple(map(FieldType, REFERENCES))
        types += define_group([SubType(StructType(fields), False, types[-1] if types else None)], 0)
    return types


def test_supertypes_are_listed_from_the_root() -> None:
    types = chain(layout.MIN_SUPERS + 3)
    address = type_id(types[-1])
    supers = [read_word(address + layout.TYPE_INFO_SUPERS + 8 * i) for i in range(len(types))]
    assert supers == [type_id(type) for type in types]
    assert read_word(address) == layout.KIND_STRUCT | (len(types) - 1) << 32
    assert type_at(address) is types[-1]


def test_references_that_the_collector_follows() -> None:
    address = type_id(chain(1)[0])
    count, at = (read_word(address + offset) for offset in (layout.TYPE_INFO_NUM_REFS, layout.TYPE_INFO_REFS))
    assert list((ctypes.c_uint32 * count).from_address(at)) == [8, 24]
    (numbers,) = define_group([SubType(ArrayType(FieldType(I64)))], 0)
    assert read_word(type_id(numbers) + layout.TYPE_INFO_NUM_REFS) == 0


def test_objects_of_the_host_have_a_kind_and_no_supertypes() -> None:
    words = [read_word(HOST_INFO + 8 * i) for i in range(layout.TYPE_INFO_SUPERS // 8 + layout.MIN_SUPERS)]
    assert set(words) == {layout.KIND_HOST}
