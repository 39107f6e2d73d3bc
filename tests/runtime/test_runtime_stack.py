"""Stacks: recursion through wasm and Python ends in an error, in any thread; each thread has a signal stack."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from wasmjit.errors import ExhaustionError
from wasmjit.runtime import stack

KIB, MIB = 1 << 10, 1 << 20

RECURSION = """
import os, sys, threading
from wasmjit.errors import ExhaustionError

WAT = '''(module (import "" "h" (func $h (param i32) (result i32)))
  (func $f (export "python") (param i32) (result i32) (i32.add (i32.const 1) (call $h (local.get 0))))
  (func $r (export "wasm") (param i32) (result i32) (i32.add (i32.const 1) (call $r (local.get 0)))))'''
lost = []
sys.unraisablehook = lost.append

def attempt(name):
    store = new_store()
    inst = instance(store, WAT, [host(store, "i32 -> i32", lambda x: call(inst, "python", x))])
    try:
        return call(inst, name, 0)
    except RecursionError as error:
        return type(error).__name__
"""


def test_recursion_limit_of_python(rt_script: Callable[..., str]) -> None:
    """Wherever in a round of calls Python's limit is met, the error comes out: none is lost in a callback."""
    script = """
seen = set()
usual = sys.getrecursionlimit()
attempt("python")
for limit in range(80, 160):
    sys.setrecursionlimit(limit)
    try:
        result = attempt("python")
    finally:
        sys.setrecursionlimit(usual)
    seen.add(result)
print(sorted(seen, key=str), lost)
"""
    assert rt_script(RECURSION + script) == "['ExhaustionError'] []\n"


def test_recursion_without_a_limit_of_python(rt_script: Callable[..., str]) -> None:
    script = 'sys.setrecursionlimit(10**6)\nprint(attempt("python"), attempt("wasm"), lost)'
    assert rt_script(RECURSION + script) == "ExhaustionError ExhaustionError []\n"


@pytest.mark.parametrize("checks", ["guard", "explicit"])
def test_recursion_in_threads_of_all_sizes(rt_script: Callable[..., str], checks: str) -> None:
    script = """
sys.setrecursionlimit(10**6)
checks = sys.argv[1]
plain = new_store
new_store = lambda: plain(checks, max_stack_bytes=1 << 30)

def run():
    seen.extend([attempt("python"), attempt("wasm"), attempt("python")])

attempt("wasm")
for kib in (64, 128, 200, 256, 512, 1024, 0):
    seen = []
    if kib and kib << 10 < os.sysconf("SC_THREAD_STACK_MIN"):  # 128 KiB on ARM64
        continue
    threading.stack_size(kib << 10)
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert seen == ["ExhaustionError"] * 3, seen
print("done", lost)
"""
    assert rt_script(RECURSION + script, checks) == "done []\n"


def test_small_threads_run_ordinary_code(rt_script: Callable[..., str]) -> None:
    script = """
import threading
store = new_store()
WAT = '''(module (import "" "h" (func $h (param i32) (result i32)))
  (func (export "f") (param i32) (result i32) (call $h (local.get 0))))'''
inst = instance(store, WAT, [host(store, "i32 -> i32", lambda x: x + 1)])
threading.stack_size(256 << 10)
seen = []
threads = [threading.Thread(target=lambda: seen.append(call(inst, "f", 1))) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(seen)
"""
    assert rt_script(script) == f"{[2] * 8}\n"


@pytest.mark.parametrize("checks", ["guard", "explicit"])
def test_huge_frames_are_exhaustion_too(rt_script: Callable[..., str], checks: str) -> None:
    """A function with thousands of live locals takes more stack for one call than is left for host calls."""
    script = """
import os, sys, threading
from wasmjit.errors import ExhaustionError
n = 9000
locals = " ".join(f"(local $v{i} i64)" for i in range(n))
sets = " ".join(f"(local.set {i} (i64.mul (local.get {i + 1}) (i64.load (local.get $p))))" for i in range(1, n - 2))
adds = " ".join(f"(local.get {i}) (i64.xor)" for i in range(1, n - 2))
WAT = f'''(module (memory 1) (func $f (export "f") (param $p i32) (result i64) {locals}
  {sets} (call $f (local.get $p)) {adds}))'''

def attempt():
    try:
        call(instance(new_store(sys.argv[1]), WAT), "f", 0)
    except ExhaustionError as error:
        seen.append(str(error))

seen = []
attempt()
threading.stack_size(256 << 10)
thread = threading.Thread(target=attempt)
thread.start()
thread.join()
print(seen)
"""
    assert rt_script(script, checks) == f"{['call stack exhausted'] * 2}\n"


@pytest.mark.parametrize(
    ("size", "reserve"),
    [(64 * KIB, 128 * KIB), (256 * KIB, 128 * KIB), (MIB, 256 * KIB), (8 * MIB, MIB), (64 * MIB, MIB)],
)
def test_reserve(size: int, reserve: int) -> None:
    assert stack.reserve_bytes(size) == reserve


def in_thread(function: Callable[[], Any]) -> Any:
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(function()))
    thread.start()
    thread.join()
    return results[0]


def test_bounds_are_those_of_the_thread() -> None:
    def check() -> tuple[int, int, int]:
        low = stack.lowest_usable()
        start, end = stack.stack_bounds()
        assert start < low <= end and stack.on_this_stack(start + 1) and stack.on_this_stack(start - 4096)
        assert not stack.on_this_stack(end + 1) and stack.lowest_usable() == low
        return start, end, low

    mine = check()
    other = in_thread(check)
    assert not stack.on_this_stack(other[0] + 1)
    assert mine[1] < other[0] or other[1] < mine[0]


def test_signal_stacks_are_used_again() -> None:
    def enter() -> bool:
        stack.lowest_usable()
        return stack._has_signal_stack()

    assert in_thread(enter)
    spare = list(stack._spare_stacks)
    assert spare
    for _ in range(20):
        assert in_thread(enter)
    assert stack._spare_stacks == spare


def test_exhaustion_is_reported_in_every_activation(store: Any, rt: Any) -> None:
    wat = """(module (import "" "h" (func $h)) (func (export "f") (call $h)) (func $r (export "r") (call $r)))"""
    results: list[str] = []

    def host() -> None:
        try:
            rt.call(inst, "r")
        except ExhaustionError as error:
            results.append(str(error))

    inst = rt.instance(store, wat, [rt.host(store, "->", host)])
    rt.call(inst, "f")
    assert results == ["call stack exhausted"]
