"""Import matching (spec 3.3)."""

from __future__ import annotations

from typing import Any

import pytest

from wasmjit.errors import LinkError
from wasmjit.runtime.global_ import GlobalInstance
from wasmjit.runtime.matching import limits_match, match_import, match_imports, matches
from wasmjit.runtime.memory import MemoryInstance
from wasmjit.runtime.table import TableInstance
from wasmjit.wasm.module import Import
from wasmjit.wasm.types import (
    EXTERNREF,
    FUNCREF,
    I32,
    I64,
    ExternType,
    FuncType,
    GlobalType,
    Limits,
    MemType,
    TableType,
)


@pytest.mark.parametrize(
    ("actual", "wanted", "fits"),
    [
        (Limits(1), Limits(1), True),
        (Limits(2), Limits(1), True),
        (Limits(0), Limits(1), False),
        (Limits(1, 5), Limits(1), True),
        (Limits(1, 5), Limits(1, 5), True),
        (Limits(1, 5), Limits(0, 6), True),
        (Limits(1, 5), Limits(1, 4), False),
        (Limits(1), Limits(1, 5), False),
    ],
)
def test_limits(actual: Limits, wanted: Limits, fits: bool) -> None:
    assert limits_match(actual, wanted) is fits
    assert matches(MemType(actual), MemType(wanted)) is fits
    assert matches(TableType(actual, FUNCREF), TableType(wanted, FUNCREF)) is fits


ONE = Limits(1)


@pytest.mark.parametrize(
    ("actual", "wanted", "fits"),
    [
        (FuncType((I32,), (I64,)), FuncType((I32,), (I64,)), True),
        (FuncType((I32,), ()), FuncType((I64,), ()), False),
        (FuncType(), FuncType((), (I32,)), False),
        (TableType(ONE, FUNCREF), TableType(ONE, EXTERNREF), False),
        (GlobalType(I32), GlobalType(I32), True),
        (GlobalType(I32, True), GlobalType(I32, True), True),
        (GlobalType(I32, True), GlobalType(I32), False),
        (GlobalType(I32), GlobalType(I32, True), False),
        (GlobalType(I32), GlobalType(I64), False),
        (MemType(ONE), TableType(ONE, FUNCREF), False),
        (FuncType(), GlobalType(I32), False),
    ],
)
def test_types(actual: ExternType, wanted: ExternType, fits: bool) -> None:
    assert matches(actual, wanted) is fits


def wanted(type: ExternType) -> Import:
    return Import("mod", "thing", type)


def test_current_sizes_count(store: Any) -> None:
    memory = MemoryInstance(store, MemType(Limits(1, 5)))
    table = TableInstance(store, TableType(Limits(1), FUNCREF))
    for needs in (MemType(Limits(3, 5)), TableType(Limits(3), FUNCREF)):
        extern = memory if isinstance(needs, MemType) else table
        with pytest.raises(LinkError, match=r'^incompatible import type for "mod" "thing": .* expected'):
            match_import(store, wanted(needs), extern)
        extern.grow(2)
        match_import(store, wanted(needs), extern)


def test_missing_and_odd_imports(store: Any) -> None:
    for given, message in (
        (None, "unknown import"),
        (len, "incompatible import type"),
        (5, "incompatible import type"),
    ):
        with pytest.raises(LinkError, match=message) as caught:
            match_import(store, wanted(FuncType()), given)
        assert (caught.value.module, caught.value.name) == ("mod", "thing")


def test_objects_of_another_store(store: Any, rt: Any) -> None:
    foreign = GlobalInstance.create(rt.new_store(), GlobalType(I32), 1)
    with pytest.raises(LinkError, match="another store"):
        match_import(store, wanted(GlobalType(I32)), foreign)


def test_count(store: Any) -> None:
    glob = GlobalInstance.create(store, GlobalType(I32), 1)
    match_imports(store, [], [])
    match_imports(store, [wanted(GlobalType(I32))], [glob])
    for imports, given in (([wanted(GlobalType(I32))], []), ([], [glob])):
        with pytest.raises(LinkError, match="unknown import"):
            match_imports(store, imports, given)
