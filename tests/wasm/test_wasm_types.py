"""Types: identity of value types, equality of the others, and how they read."""

from __future__ import annotations

import copy
import pickle

import pytest

from wasmjit.wasm.types import (
    EXTERNREF,
    F32,
    FUNCREF,
    I32,
    I64,
    VAL_TYPE_BY_CODE,
    VAL_TYPE_BY_NAME,
    VAL_TYPES,
    FuncType,
    GlobalType,
    Limits,
    MemType,
    TableType,
)


@pytest.mark.parametrize("type", VAL_TYPES, ids=str)
def test_value_types_are_single_objects(type):
    assert VAL_TYPE_BY_CODE[type.code] is VAL_TYPE_BY_NAME[type.name] is type
    assert pickle.loads(pickle.dumps(type)) is type
    assert copy.deepcopy((type,))[0] is type


def test_only_references_are_references():
    assert [type for type in VAL_TYPES if type.is_ref] == [FUNCREF, EXTERNREF]


def test_other_types_are_values():
    assert FuncType((I32,), (I64,)) == FuncType((I32,), (I64,)) != FuncType((I32,), ())
    assert len({FuncType((I32,)), FuncType((I32,)), FuncType((), (I32,))}) == 2
    assert pickle.loads(pickle.dumps(FuncType((I32,), (FUNCREF,)))) == FuncType((I32,), (FUNCREF,))
    with pytest.raises(AttributeError):
        FuncType().params = (I32,)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("type", "text"),
    [
        (I32, "i32"),
        (FuncType((I32, F32), (I64,)), "[i32 f32] -> [i64]"),
        (Limits(1), "1"),
        (MemType(Limits(1, 2)), "memory 1 2"),
        (TableType(Limits(3), EXTERNREF), "table 3 externref"),
        (GlobalType(I32), "global i32"),
        (GlobalType(I32, mutable=True), "global (mut i32)"),
    ],
)
def test_text(type, text):
    assert str(type) == text
