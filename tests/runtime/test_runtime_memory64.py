"""Memories and tables with 64-bit addresses: more than 4 GiB, and sums that would overflow."""

from __future__ import annotations

from typing import Any

import pytest

from wasmjit.errors import LimitError, Trap
from wasmjit.runtime.memory import MemoryInstance
from wasmjit.wasm.types import I64, Limits, MemType

PAGE = 65536
TOP = (1 << 64) - 1
OUTSIDE = "out of bounds memory access"

WAT = """(module
  (memory (export "m") i64 1)
  (table (export "t") i64 4 funcref)
  (func (export "load") (param i64) (result i32) (i32.load (local.get 0)))
  (func (export "load_far") (param i64) (result i32) (i32.load offset=0xfffffffffffffff0 (local.get 0)))
  (func (export "load_behind_4_gib") (param i64) (result i32) (i32.load offset=0x100000000 (local.get 0)))
  (func (export "store") (param i64 i32) (i32.store offset=4 (local.get 0) (local.get 1)))
  (func (export "fill") (param i64 i32 i64) (memory.fill (local.get 0) (local.get 1) (local.get 2)))
  (func (export "copy") (param i64 i64 i64) (memory.copy (local.get 0) (local.get 1) (local.get 2)))
  (func (export "grow") (param i64) (result i64) (memory.grow (local.get 0)))
  (func (export "size") (result i64) (memory.size))
  (func (export "null") (param i64) (result i32) (ref.is_null (table.get (local.get 0))))
  (func (export "grow_table") (param i64) (result i64) (table.grow (ref.null func) (local.get 0))))"""


@pytest.fixture
def inst(rt: Any, store: Any) -> Any:
    return rt.instance(store, WAT)


def call(inst: Any, name: str, *args: int) -> Any:
    return inst.exports[name].call(args)


@pytest.mark.parametrize("index", [PAGE - 3, PAGE, 1 << 32, 1 << 63, TOP - 3, TOP])
def test_no_index_gets_out(inst: Any, index: int) -> None:
    for name, args in (("load", (index,)), ("store", (index, 1)), ("load_far", (index,)), ("fill", (index, 1, 4))):
        with pytest.raises(Trap, match=OUTSIDE):
            call(inst, name, *args)


@pytest.mark.parametrize("count", [PAGE + 1, 1 << 32, TOP - 7, TOP])
def test_no_count_gets_out(inst: Any, count: int) -> None:
    for args in ((8, 0, count), (0, 8, count), (count, 0, 8)):
        with pytest.raises(Trap, match=OUTSIDE):
            call(inst, "copy", *args)
    with pytest.raises(Trap, match=OUTSIDE):
        call(inst, "fill", 8, 1, count)


def test_an_offset_that_wraps_round_does_not_come_back(inst: Any) -> None:
    with pytest.raises(Trap, match=OUTSIDE):
        call(inst, "load_far", 16)  # index plus offset is 2^64


def test_the_last_bytes(inst: Any) -> None:
    call(inst, "store", PAGE - 8, 7)
    assert call(inst, "load", PAGE - 4) == 7
    call(inst, "fill", PAGE, 0, 0)


def test_more_than_4_gib(inst: Any) -> None:
    assert call(inst, "grow", PAGE + 1) == 1
    assert call(inst, "size") == PAGE + 2
    call(inst, "store", 1 << 32, 0x12345678)
    assert call(inst, "load_behind_4_gib", 4) == 0x12345678
    assert call(inst, "load", 4) == 0
    call(inst, "copy", (1 << 32) + 100, (1 << 32) + 4, 4)
    assert inst.memories[0].read((1 << 32) + 100, 4) == bytes.fromhex("78563412")


def test_growth_has_an_end(inst: Any) -> None:
    assert call(inst, "grow", TOP) == -1
    assert call(inst, "grow", 1 << 48) == -1
    assert call(inst, "grow", 262_144) == -1
    assert call(inst, "grow_table", TOP) == -1
    assert call(inst, "size") == 1


def test_table_indices_have_64_bits(inst: Any) -> None:
    assert call(inst, "null", 3) == 1
    for index in (4, 1 << 32, TOP):
        with pytest.raises(Trap, match="out of bounds table access"):
            call(inst, "null", index)


def test_a_type_may_ask_for_more_than_there_can_be(store: Any) -> None:
    with pytest.raises(LimitError, match="memory pages"):
        MemoryInstance(store, MemType(Limits(1 << 48), I64))
    assert MemoryInstance(store, MemType(Limits(0, 1 << 48), I64)).grow(1) == 0
