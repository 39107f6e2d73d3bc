"""Memories that threads share."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

import wasmjit

ENGINE = wasmjit.Engine(tier="interp")
TEXT = """(module (memory (import "" "memory") 1 4 shared)
  (func (export "add") (param $n i32)
    (loop $l
      (drop (i32.atomic.rmw.add (i32.const 8) (i32.const 1)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "load") (param i32) (result i32) (i32.atomic.load (local.get 0)))
  (func (export "grow") (result i32) (memory.grow (i32.const 1)))
  (func (export "size") (result i32) (memory.size))
  (func (export "wait") (param i32 i64) (result i32)
    (memory.atomic.wait32 (i32.const 16) (local.get 0) (local.get 1)))
  (func (export "notify") (param i32) (result i32) (memory.atomic.notify (i32.const 16) (local.get 0)))
  (func (export "exchange") (param i64) (result i64)
    (i64.atomic.rmw8.cmpxchg_u (i32.const 24) (local.get 0) (i64.const 0x1ff))))"""


def share(count: int) -> list[Any]:
    """Instances in stores of their own, with one memory."""
    stores = [wasmjit.Store(ENGINE) for _ in range(count)]
    memory = wasmjit.Memory(stores[0], 1, 4, shared=True)
    module = wasmjit.Module(ENGINE, TEXT)
    return [wasmjit.Instance(store, module, {"": {"memory": memory}}) for store in stores]


def test_nothing_is_lost_between_threads() -> None:
    instances = share(4)
    threads = [threading.Thread(target=instance.add, args=(2000,)) for instance in instances]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert instances[0].load(8) == 8000


def test_growth_is_seen_by_all() -> None:
    first, second = share(2)
    assert (first.grow(), second.size(), second.grow(), first.size()) == (1, 2, 2, 3)
    assert first.load(3 * 65536 - 4) == 0


def test_waiters_are_woken() -> None:
    first, second = share(2)
    outcomes: list[int] = []
    thread = threading.Thread(target=lambda: outcomes.append(second.wait(0, -1)))
    thread.start()
    while not first.notify(1):
        time.sleep(0.001)
    thread.join()
    assert outcomes == [0]
    assert (first.wait(1, -1), first.wait(0, 1000), first.notify(1)) == (1, 2, 0)


def test_a_wait_ends_with_the_time_of_its_call() -> None:
    (instance,) = share(1)
    with pytest.raises(wasmjit.CallTimeout):
        instance["wait"](0, -1, timeout=0.02)


def test_more_bits_than_there_are_equal_nothing() -> None:
    (instance,) = share(1)
    assert (instance.exchange(0x100), instance.exchange(0), instance.exchange(0)) == (0, 0, 0xFF)


def test_unaligned_and_out_of_bounds() -> None:
    (instance,) = share(1)
    for address, code in ((2, "unaligned_atomic"), (65536, "memory_out_of_bounds"), (65535, "memory_out_of_bounds")):
        with pytest.raises(wasmjit.Trap) as caught:
            instance.load(address)
        assert caught.value.code == code


def test_other_objects_are_not_shared() -> None:
    store, native = wasmjit.Store(ENGINE), wasmjit.Store(wasmjit.Engine(opt=0))
    for text, home, memory in (
        ('(module (memory (import "" "memory") 1))', store, wasmjit.Memory(wasmjit.Store(ENGINE), 1)),
        (TEXT, store, wasmjit.Memory(native, 1, 4, shared=True)),
        (TEXT, native, wasmjit.Memory(store, 1, 4, shared=True)),
    ):
        with pytest.raises(ValueError, match="another store"):
            wasmjit.Instance(home, wasmjit.Module(home.engine, text), {"": {"memory": memory}})
