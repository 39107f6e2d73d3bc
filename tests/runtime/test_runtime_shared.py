"""Shared memories: used through several stores, by several threads at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from wasmjit.errors import CallTimeout, LinkError, Trap
from wasmjit.runtime.memory import MemoryInstance
from wasmjit.wasm.types import Limits, MemType

SHARED = MemType(Limits(1, 4), shared=True)
WAT = """(module
  (memory (import "" "m") 1 4 shared)
  (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "store") (param i32 i32) (i32.atomic.store (local.get 0) (local.get 1)))
  (func (export "wait") (param i32 i32 i64) (result i32)
    (memory.atomic.wait32 (local.get 0) (local.get 1) (local.get 2)))
  (func (export "wait64") (param i32 i64 i64) (result i32)
    (memory.atomic.wait64 (local.get 0) (local.get 1) (local.get 2)))
  (func (export "notify") (param i32 i32) (result i32) (memory.atomic.notify (local.get 0) (local.get 1)))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "size") (result i32) (memory.size))
  (func (export "spin") (param i32) (loop (br_if 0 (i32.eqz (i32.load (local.get 0)))))))"""


def call(inst: Any, name: str, *args: int) -> Any:
    return inst.exports[name].call(args)


@pytest.fixture
def pair(rt: Any, store: Any) -> tuple[Any, Any]:
    """Fixture: two instances with one memory, in two stores."""
    memory = MemoryInstance(store, SHARED)
    other = rt.new_store(store.config.bounds_checks)
    return rt.instance(store, WAT, [memory]), rt.instance(other, WAT, [memory])


def test_two_stores_see_one_memory(pair: tuple[Any, Any]) -> None:
    a, b = pair
    call(a, "store", 8, 42)
    assert call(b, "load", 8) == 42
    assert call(b, "grow", 2) == 1
    assert call(a, "size") == 3
    call(a, "store", 3 * 65536 - 4, 7)
    assert call(b, "load", 3 * 65536 - 4) == 7
    assert call(a, "grow", 2) == -1


def test_waiting(pair: tuple[Any, Any]) -> None:
    a, b = pair
    assert call(a, "wait", 0, 1, -1) == 1
    assert call(a, "wait", 0, 0, 1000) == 2
    assert call(a, "wait64", 0, 1, -1) == 1
    assert call(b, "notify", 0, 1) == 0
    outcomes: list[int] = []
    thread = threading.Thread(target=lambda: outcomes.append(call(a, "wait", 64, 0, -1)))
    thread.start()
    while not call(b, "notify", 64, 1):
        pass
    thread.join()
    assert outcomes == [0]


def test_traps_of_waiting(rt: Any, store: Any, pair: tuple[Any, Any]) -> None:
    for name, args in (("wait", (2, 0, 0)), ("wait64", (4, 0, 0)), ("notify", (1, 1))):
        with pytest.raises(Trap, match="unaligned atomic"):
            call(pair[0], name, *args)
    for name, args in (("wait", (65536, 0, 0)), ("notify", (65536, 1))):
        with pytest.raises(Trap, match="out of bounds memory access"):
            call(pair[0], name, *args)
    plain = WAT.replace('(memory (import "" "m") 1 4 shared)', "(memory 1)")
    with pytest.raises(Trap, match="expected shared memory"):
        call(rt.instance(store, plain), "wait", 0, 0, 0)
    assert call(rt.instance(store, plain), "notify", 0, 1) == 0


def test_waiting_ends_with_the_time_of_the_call(pair: tuple[Any, Any]) -> None:
    with pytest.raises(CallTimeout):
        pair[0].exports["wait"].apply(0, 0, -1, timeout=0.05)
    assert call(pair[0], "wait", 0, 1, -1) == 1, "the next call is not affected"


def test_waiting_can_be_interrupted(pair: tuple[Any, Any]) -> None:
    waiting = pair[0]
    stop = threading.Event()

    def interrupt() -> None:
        while not stop.is_set():
            waiting.store.interrupt()
            stop.wait(0.01)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(Trap, match="interrupt"):
        call(waiting, "wait", 0, 0, -1)
    stop.set()
    thread.join()


def test_a_plain_loop_sees_what_another_thread_stores(pair: tuple[Any, Any]) -> None:
    a, b = pair
    thread = threading.Thread(target=call, args=(a, "spin", 16))
    thread.start()
    call(b, "store", 16, 1)
    thread.join()


def test_what_can_not_be_imported(rt: Any, store: Any) -> None:
    with pytest.raises(LinkError, match=r"memory 1 4 shared expected, memory 1 4 given"):
        rt.instance(store, WAT, [MemoryInstance(store, MemType(Limits(1, 4)))])
    if store.guard:
        unguarded = MemoryInstance(rt.new_store("explicit"), SHARED)
        with pytest.raises(LinkError, match="no guard pages"):
            rt.instance(store, WAT, [unguarded])
    with pytest.raises(LinkError, match="another store"):
        plain = WAT.replace("1 4 shared", "1")
        rt.instance(rt.new_store(store.config.bounds_checks), plain, [MemoryInstance(store, MemType(Limits(1)))])


STRESS = """
import sys, threading
from wasmjit.runtime.memory import MemoryInstance
from wasmjit.wasm.types import Limits, MemType
WAT = '''(module
  (memory (import "" "m") 1 1 shared)
  (func (export "run") (param $n i32) (param $one i64)
    (local $old i64)
    (loop $again
      (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
      (drop (i32.atomic.rmw8.add_u (i32.const 5) (i32.const 1)))
      (drop (i32.atomic.rmw16.sub_u (i32.const 10) (i32.const 1)))
      (drop (i64.atomic.rmw.add (i32.const 16) (local.get $one)))
      (drop (i64.atomic.rmw32.xor_u (i32.const 24) (local.get $one)))
      (block $done
        (loop $retry
          (local.set $old (i64.atomic.load (i32.const 32)))
          (br_if $done (i64.eq (local.get $old)
            (i64.atomic.rmw.cmpxchg (i32.const 32) (local.get $old) (i64.add (local.get $old) (i64.const 3)))))
          (br $retry)))
      ;; a lock by exchange, under which plain accesses are not torn
      (block $locked
        (loop $retry
          (br_if $locked (i32.eqz (i32.atomic.rmw.xchg (i32.const 40) (i32.const 1))))
          (drop (memory.atomic.wait32 (i32.const 40) (i32.const 1) (i64.const 1000000)))
          (br $retry)))
      (i64.store (i32.const 48) (i64.add (i64.load (i32.const 48)) (i64.const 1)))
      (i32.atomic.store (i32.const 40) (i32.const 0))
      (drop (memory.atomic.notify (i32.const 40) (i32.const 1)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))'''
checks, n = sys.argv[1], 3000
stores = [new_store(checks, release_gil=True) for _ in range(4)]
memory = MemoryInstance(stores[0], MemType(Limits(1, 1), shared=True))
instances = [instance(store, WAT, [memory]) for store in stores]
threads = [threading.Thread(target=call, args=(one, "run", n, 1)) for one in instances]
for thread in threads: thread.start()
for thread in threads: thread.join()
word = lambda address, size: int.from_bytes(memory.read(address, size), "little")
total = 4 * n
print(word(0, 4) == total, word(5, 1) == total % 256, word(10, 2) == -total % 65536, word(16, 8) == total,
      word(24, 4) == 0, word(32, 8) == 3 * total, word(48, 8) == total)
"""


@pytest.mark.parametrize("checks", ["guard", "explicit"])
def test_nothing_is_lost_when_threads_race(rt_script: Callable[..., str], checks: str) -> None:
    assert rt_script(STRESS, checks).split() == ["True"] * 7
