"""Memories that begin as an image of the data segments, and reservations that are used again."""

from __future__ import annotations

from typing import Any

import pytest

from wasmjit.runtime import reservation
from wasmjit.runtime.image import MIN_BYTES

DATA = "\\a5" * (MIN_BYTES + 70_000)
WAT = f"""(module (memory (export "m") 4)
  (data (i32.const 5) "{DATA}") (data "passive") (data (i32.const 7) "xyz")
  (func (export "again") (memory.init 0 (i32.const 0) (i32.const 0) (i32.const 1)))
  (func (export "passive") (memory.init 1 (i32.const 0) (i32.const 0) (i32.const 7)))
  (func (export "store") (param i32 i32) (i32.store8 (local.get 0) (local.get 1))))"""
EXPECTED = bytes(5) + b"\xa5\xa5xyz" + b"\xa5" * (MIN_BYTES + 70_000 - 5)


def contents(instance: Any) -> bytes:
    data: bytes = instance.memories[0].read(0, 4 << 16)
    return data


def test_every_instance_begins_alike_and_changes_alone(store: Any, rt: Any) -> None:
    instances = [rt.instance(store, WAT) for _ in range(4)]
    assert instances[-1].plan.images is not None
    for number, instance in enumerate(instances):
        assert contents(instance).rstrip(b"\0") == EXPECTED
        rt.call(instance, "store", 70_000, number)
        rt.call(instance, "store", 200_000, number)
    for number, instance in enumerate(instances):
        assert instance.memories[0].read(70_000, 1) == bytes([number])
        assert instance.memories[0].read(200_000, 1) == bytes([number])
        with pytest.raises(Exception, match="out of bounds memory access"):
            rt.call(instance, "again")  # an active segment has been dropped
        rt.call(instance, "passive")
        assert instance.memories[0].read(0, 7) == b"passive"


@pytest.mark.parametrize(
    "segment",
    [
        '(global $g i32 (i32.const 5)) (data (global.get $g) "{}")',
        '(data (i32.add (i32.const 2) (i32.const 3)) "{}")',
    ],
)
def test_data_that_is_not_known_in_advance(store: Any, rt: Any, segment: str) -> None:
    for _ in range(3):
        instance = rt.instance(store, f"(module (memory 4) {segment.format(DATA)})")
        assert instance.plan.images is None
        assert contents(instance)[5 : 5 + MIN_BYTES + 70_000] == b"\xa5" * (MIN_BYTES + 70_000)


def test_what_is_used_again_is_zero_and_no_larger(store: Any, rt: Any) -> None:
    reservation.empty_pools()
    first = rt.instance(store, WAT)
    rt.call(first, "store", 250_000, 9)
    base = first.memories[0].base
    first.memories[0].grow(3)
    del first
    assert reservation.find_reservation(base) is None
    second = rt.instance(
        store,
        '(module (memory (export "m") 1) (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0))))',
    )
    assert second.memories[0].base == base
    assert second.memories[0].read(0, 1 << 16) == bytes(1 << 16)
    with pytest.raises(Exception, match="out of bounds memory access"):
        rt.call(second, "load", 1 << 16)
    assert second.memories[0].grow(4) == 1
    assert second.memories[0].read(0, 5 << 16) == bytes(5 << 16)
