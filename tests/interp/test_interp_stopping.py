"""Fuel, timeouts, interrupts, limits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

import wasmjit

Instantiate = Callable[..., Any]

ENDLESS = """(module (import "" "host" (func $host (param i32) (result i32))) (memory 1 9) (table 1 9 funcref)
  (elem (i32.const 0) $deep)
  (func $spin (export "spin") (loop (br 0)))
  (func (export "outer") (call $spin))
  (func (export "calls") (loop (drop (call $host (i32.const 1))) (br 0)))
  (func $deep (export "deep") (param i32)
    (if (local.get 0) (then
      (call $deep (i32.sub (local.get 0) (i32.const 1)))
      (call_indirect (param i32) (i32.sub (local.get 0) (i32.const 1)) (i32.const 0)))))
  (func $tail (export "tail") (return_call $tail))
  (func (export "host") (param i32) (result i32) (call $host (local.get 0)))
  (func (export "grow") (result i32 i32)
    (memory.grow (i32.const 4)) (table.grow (ref.null func) (i32.const 4))))"""


@pytest.fixture
def endless(instantiate: Instantiate) -> Any:
    return instantiate(ENDLESS, {"": {"host": lambda x: time.sleep(x / 1000) or x}})


@pytest.mark.parametrize(("name", "args"), [("spin", ()), ("outer", ()), ("calls", ()), ("deep", (50,)), ("tail", ())])
def test_time_is_up_wherever_the_code_is(endless: Any, name: str, args: tuple[int, ...]) -> None:
    for timeout in (0.02, 0):
        with pytest.raises(wasmjit.CallTimeout, match="time limit exceeded") as caught:
            endless[name](*args, timeout=timeout)
        assert caught.value.frames
    assert endless.host(0, timeout=10) == 0
    assert endless.host(0) == 0


def test_time_that_passes_in_a_host_function_is_noticed_afterwards(endless: Any) -> None:
    with pytest.raises(wasmjit.CallTimeout):
        endless.host(50, timeout=0.02)
    assert endless.host(50) == 50


def test_the_deadline_of_a_thread_counts_in_all_its_calls(endless: Any) -> None:
    with pytest.raises(wasmjit.CallTimeout):
        endless.store.run_within(0.02, lambda: endless.spin(timeout=30))
    with pytest.raises(ValueError, match="timeout must be"):
        endless.spin(timeout=-1)


def test_another_thread_interrupts(endless: Any) -> None:
    assert endless.store.interrupt() is False
    caught: list[BaseException] = []

    def run() -> None:
        try:
            endless.spin()
        except wasmjit.Interrupted as error:
            caught.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    while not endless.store.interrupt() and thread.is_alive():
        time.sleep(0.001)
    thread.join(20)
    assert [type(error) for error in caught] == [wasmjit.Interrupted]
    assert endless.host(0) == 0, "only what ran then is stopped"


def test_a_store_that_is_held_runs_nothing(endless: Any) -> None:
    store = endless.store._runtime
    store.hold(True)
    for _ in range(2):
        with pytest.raises(wasmjit.Interrupted):
            endless.host(0)
    store.hold(False)
    assert endless.host(0) == 0


def test_an_interrupt_may_have_a_reason(instantiate: Instantiate) -> None:
    def host(x: int) -> int:
        instance.store._runtime.interrupt_with(KeyError("why"))
        return x

    instance = instantiate(ENDLESS, {"": {"host": host}})
    with pytest.raises(KeyError, match="why"):
        instance.host(1)
    with pytest.raises(KeyError, match="why"):
        instance.calls()


def test_limits_of_a_store() -> None:
    store = wasmjit.Store(wasmjit.Engine(tier="interp"), limits=wasmjit.StoreLimits(memory_bytes=3 << 16, instances=1))
    instance = wasmjit.load(ENDLESS, {"": {"host": lambda x: x}}, store=store)
    assert instance.grow() == (-1, 1)
    store.limits = wasmjit.StoreLimits(table_elements=6)
    assert instance.grow() == (1, -1)
    for limits, text in (
        (wasmjit.StoreLimits(instances=1), "(module)"),
        (wasmjit.StoreLimits(memories=1), "(module (memory 1))"),
        (wasmjit.StoreLimits(tables=1), "(module (table 1 funcref))"),
        (wasmjit.StoreLimits(memory_bytes=65535), "(module (memory 1))"),
    ):
        store.limits = limits
        with pytest.raises(wasmjit.LimitError):
            wasmjit.load(text, store=store)


# --- fuel

METERED = """(module (memory 1) (tag $e (param i32)) (table 3 funcref) (elem (i32.const 0) $fib $throws $traps)
  (type $f (func (param i32) (result i32)))
  (func $fib (export "fib") (type $f)
    (if (result i32) (i32.lt_u (local.get 0) (i32.const 2)) (then (local.get 0)) (else (i32.add
      (call $fib (i32.sub (local.get 0) (i32.const 1))) (call $fib (i32.sub (local.get 0) (i32.const 2)))))))
  (func $throws (export "throws") (type $f) (throw $e (local.get 0)))
  (func $traps (export "traps") (type $f)
    (i32.add (i32.load (local.get 0)) (i32.div_u (i32.const 7) (local.get 0))))
  (func (export "loops") (type $f) (local i32 i32)
    (block $out (loop $l
      (br_if $out (i32.ge_u (local.get 1) (local.get 0)))
      (local.set 1 (i32.add (local.get 1) (i32.const 1)))
      (block $a (block $b (br_table $a $b $l (i32.rem_u (local.get 1) (i32.const 3)))
        (drop (i32.const 1)) (unreachable)) (local.set 2 (i32.mul (local.get 2) (i32.const 3))))
      (local.set 2 (i32.add (local.get 2) (i32.const 1)))
      (br $l)))
    (local.get 2))
  (func (export "catches") (type $f) (local i32)
    (loop $l
      (block $h (result i32)
        (try_table (result i32) (catch $e $h) (call_indirect (type $f) (local.get 0)
          (i32.and (local.get 1) (i32.const 1)))))
      (drop) (local.tee 1 (i32.add (local.get 1) (i32.const 1)))
      (br_if $l (i32.lt_u (i32.const 6))))
    (local.get 1))
  (func (export "dead") (type $f)
    (block (result i32) (local.get 0) (br 0) (drop) (loop (br 0)) (i32.const 5))))"""


def consumed(engine: wasmjit.Engine, name: str, argument: int, fuel: int) -> tuple[object, int]:
    """What a call came to, and the fuel that was left."""
    store = wasmjit.Store(engine)
    instance = wasmjit.load(METERED, store=store)
    store.fuel = fuel
    try:
        outcome: object = instance[name](argument)
    except wasmjit.Trap as trap:
        outcome = trap.code
    return outcome, store.fuel


@pytest.mark.parametrize("fuel", [1 << 40, 40])
@pytest.mark.parametrize("argument", [0, 1, 5, 9])
@pytest.mark.parametrize("name", ["fib", "traps", "loops", "catches", "dead"])
def test_fuel_is_that_of_machine_code(name: str, argument: int, fuel: int) -> None:
    expected = consumed(wasmjit.Engine(opt=0, fuel=True, bounds_checks="explicit"), name, argument, fuel)
    assert consumed(wasmjit.Engine(tier="interp", fuel=True), name, argument, fuel) == expected


def test_fuel_is_for_engines_that_count_it(endless: Any) -> None:
    with pytest.raises(ValueError, match="without fuel"):
        endless.store.fuel = 5
    store = wasmjit.Store(wasmjit.Engine(tier="interp", fuel=True))
    assert store.fuel == 0
    with pytest.raises(ValueError, match="fuel must be"):
        store.fuel = -1
    with pytest.raises(wasmjit.FuelExhausted):
        wasmjit.load('(module (func (export "f") (loop (br 0))))', store=store).f()
