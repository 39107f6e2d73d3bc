"""Defined types: canonical across groups and processes, and freed when nobody has them."""

from __future__ import annotations

import gc
import pickle
import weakref

from wasmjit.wasm.rectypes import SubType, define_group, defined_func
from wasmjit.wasm.types import I8, I32, I64, ArrayType, FieldType, FuncType, StructType, ref_type


def test_equal_function_types_are_one() -> None:
    assert defined_func(FuncType((I32,), (I64,))) is defined_func(FuncType((I32,), (I64,)))
    assert defined_func(FuncType((I32,))) is not defined_func(FuncType((I64,)))
    (open_type,) = define_group([SubType(FuncType(), final=False)], 0)
    assert open_type is not defined_func(FuncType())


def test_positions_in_a_group_count_from_its_start() -> None:
    def pair(start: int) -> list[SubType]:
        first = StructType((FieldType(ref_type(start + 1, True)),))
        return [SubType(first), SubType(ArrayType(FieldType(ref_type(start, False))))]

    one, two = define_group(pair(0), 0), define_group(pair(7), 7)
    assert one == two
    assert one[0].composite == StructType((FieldType(ref_type(one[1], True)),))
    assert one[1].composite == ArrayType(FieldType(ref_type(one[0], False)))


def test_types_survive_the_way_to_another_process() -> None:
    (type,) = define_group([SubType(StructType((FieldType(ref_type(0, True), True),)), final=False)], 0)
    (below,) = define_group([SubType(StructType((FieldType(ref_type(type, True), True),)), True, type)], 1)
    assert pickle.loads(pickle.dumps(type)) is type
    assert pickle.loads(pickle.dumps(ref_type(below, False))) is ref_type(below, False)


def test_types_that_nobody_has_are_freed() -> None:
    (type,) = define_group(
        [SubType(StructType((FieldType(ref_type(0, True)), FieldType(I8, True), FieldType(I64))))], 0
    )
    gone = weakref.ref(type)
    del type
    gc.collect()
    assert gone() is None


def test_text() -> None:
    (type,) = define_group([SubType(StructType((FieldType(ref_type(0, True), True), FieldType(I8))))], 0)
    assert str(type) == "(struct (mut (ref null struct)) i8)"
    assert str(ref_type(type, False)) == "(ref (struct (mut (ref null struct)) i8))"
    assert str(defined_func(FuncType((I32,)))) == "(func [i32] -> [])"
