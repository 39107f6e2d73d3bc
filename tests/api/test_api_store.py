"""Stores: what they grant their guests."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from wasmjit import (
    Engine,
    FuelExhausted,
    Instance,
    Interrupted,
    LimitError,
    Memory,
    Module,
    Store,
    StoreLimits,
    Table,
    Trap,
)
from wasmjit.config import BoundsChecks

COUNT = """(module (func $leaf) (func (export "count") (param i32) (result i32) (local i32)
  (loop (call $leaf) (local.set 1 (i32.add (local.get 1) (i32.const 1)))
    (br_if 0 (i32.lt_u (local.get 1) (local.get 0)))) (local.get 1))
  (func (export "spin") (loop (br 0)))
  (func $down (export "down") (param i32)
    (if (local.get 0) (then (call $down (i32.sub (local.get 0) (i32.const 1)))))))"""
GROW = """(module (memory (export "m") 1) (table (export "t") 1 funcref)
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "more") (param i32) (result i32) (table.grow (ref.null func) (local.get 0))))"""


# --- fuel


def fuelled(opt: int = 0, **settings: Any) -> tuple[Store, Instance]:
    engine = Engine(opt=opt, fuel=True, **settings)
    store = Store(engine)
    return store, Instance(store, Module(engine, COUNT))


@pytest.mark.parametrize("opt", [0, 2])
def test_fuel_is_the_same_at_every_level(opt: int) -> None:
    store, instance = fuelled(opt)
    used = []
    for count in (1, 2, 10):
        store.fuel = 1000
        assert instance.count(count) == count
        used.append(1000 - store.fuel)
    # outside of the loop: entering, local.get; an iteration: nine instructions, and entering the function it calls
    assert used == [2 + 10 * count for count in (1, 2, 10)]


def test_fuel_ends() -> None:
    store, instance = fuelled()
    assert store.fuel == 0
    with pytest.raises(FuelExhausted, match="all fuel consumed") as caught:
        instance.count(1)
    assert caught.value.code == "out_of_fuel" and len(caught.value.frames) == 1
    for name, args in (("spin", ()), ("down", (10**6,))):
        store.fuel = 500
        with pytest.raises(FuelExhausted):
            instance[name](*args)
        assert store.fuel == 0
    store.fuel = 12
    assert instance.count(1) == 1
    assert store.fuel == 0


@pytest.mark.parametrize("bounds_checks", ["guard", "explicit"])
def test_fuel_is_not_given_back_by_a_fault(bounds_checks: BoundsChecks) -> None:
    fill = """(module (memory 1) (func (export "fill") (param i32)
      (loop (i64.store (local.get 0) (i64.const 1)) (local.set 0 (i32.add (local.get 0) (i32.const 8))) (br 0))))"""
    used = []
    for opt in (0, 2):
        engine = Engine(opt=opt, fuel=True, bounds_checks=bounds_checks)
        store = Store(engine)
        instance = Instance(store, Module(engine, fill))
        store.fuel = 1_000_000
        with pytest.raises(Trap, match="out of bounds"):
            instance.fill(0)
        used.append(1_000_000 - store.fuel)
    assert used[0] == used[1] > 8192


def test_fuel_has_to_be_asked_for() -> None:
    store = Store()
    with pytest.raises(ValueError, match="without fuel=True"):
        _ = store.fuel
    with pytest.raises(ValueError, match="without fuel=True"):
        store.fuel = 5
    with pytest.raises(ValueError, match="fuel must be"):
        fuelled()[0].fuel = -1
    with pytest.raises(ValueError, match="consumes fuel"):
        Instance(store, Module(Engine(fuel=True), COUNT))
    with pytest.raises(ValueError, match="does not consume fuel"):
        Instance(Store(Engine(fuel=True)), Module(Engine(), COUNT))


# --- limits


def test_sizes_are_limited() -> None:
    engine = Engine(opt=0)
    store = Store(engine, limits=StoreLimits(memory_bytes=3 * 65536, table_elements=5))
    instance = Instance(store, Module(engine, GROW))
    assert [instance.grow(n) for n in (1, 2, 1, 0, 1)] == [1, -1, 2, 3, -1]
    assert [instance.more(n) for n in (4, 1)] == [1, -1]
    with pytest.raises(ValueError):
        instance.m.grow(1)
    with pytest.raises(LimitError, match="memory_bytes is 262144, at most 196608"):
        Memory(store, 4)
    with pytest.raises(LimitError, match="table_elements"):
        Table(store, "funcref", 6)
    store.limits = StoreLimits()
    assert instance.grow(1) == 3


def test_numbers_are_limited() -> None:
    engine = Engine(opt=0)
    store = Store(engine, limits=StoreLimits(instances=2, memories=2, tables=2))
    module = Module(engine, GROW)
    kept = [Instance(store, module) for _ in range(2)]
    for make in (lambda: Instance(store, module), lambda: Memory(store, 1), lambda: Table(store, "funcref", 1)):
        with pytest.raises(LimitError):
            make()
    kept.pop()
    kept.append(Instance(store, module))


def test_unsuitable_limits() -> None:
    with pytest.raises(ValueError, match="instances must not be negative"):
        StoreLimits(instances=-1)
    with pytest.raises(TypeError, match="limits must be StoreLimits"):
        Store(limits=5)  # type: ignore[arg-type]


# --- interruption


def test_interrupt_stops_what_runs() -> None:
    instance = Instance(Store(Engine(opt=0)), Module(Engine(opt=0), COUNT))
    assert not instance.interrupt()

    def stop() -> None:
        while not instance.interrupt():
            time.sleep(0.001)

    for _ in range(3):
        thread = threading.Thread(target=stop)
        thread.start()
        with pytest.raises(Interrupted):
            instance.spin()
        thread.join()
    assert instance.count(3) == 3
