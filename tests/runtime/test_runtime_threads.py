"""Threads and signals round calls: stores at once, one store in turn, interrupts, other people's handlers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

COUNTER = """
import sys, threading, time
WAT = '''(module (import "" "h" (func $h (param i32) (result i32))) (memory (export "m") 1)
  (global $n (export "n") (mut i64) (i64.const 0))
  (func (export "count") (param $k i32) (loop (global.set $n (i64.add (global.get $n) (i64.const 1)))
    (drop (call $h (local.get $k))) (br_if 0 (local.tee $k (i32.sub (local.get $k) (i32.const 1))))))
  (func (export "spin") (param $k i64) (loop (global.set $n (i64.add (global.get $n) (i64.const 1)))
    (br_if 0 (i64.ne (i64.const 0) (local.tee $k (i64.sub (local.get $k) (i64.const 1)))))))
  (func (export "load") (param i32) (result i32) (i32.load (local.get 0))))'''

def run_all(*functions):
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""


def test_threads_take_turns_in_a_store(rt_script: Callable[..., str]) -> None:
    script = """
store = new_store()
inst = instance(store, WAT, [host(store, "i32 -> i32", lambda x: x)])
run_all(*[lambda: [call(inst, "count", 200) for _ in range(20)]] * 4)
print(inst.exports["n"].value)
"""
    assert rt_script(COUNTER + script) == "16000\n"


def test_stores_run_at_once_and_release_the_gil(rt_script: Callable[..., str]) -> None:
    script = """
events = []

def spin():
    store = new_store()
    inst = instance(store, WAT, [host(store, "i32 -> i32", lambda x: x)])
    ready.wait()
    events.append("in")
    call(inst, "spin", 300_000_000)
    events.append("out")

ready = threading.Barrier(2)
run_all(spin, spin)
print(events)
"""
    assert rt_script(COUNTER + script) == "['in', 'in', 'out', 'out']\n"


def test_traps_in_many_threads(rt_script: Callable[..., str]) -> None:
    script = """
from wasmjit.errors import Trap
store = new_store()
shared = instance(store, WAT, [host(store, "i32 -> i32", lambda x: x)])
traps = []

def trap():
    own = new_store()
    inst = instance(own, WAT, [host(own, "i32 -> i32", lambda x: x)])
    for _ in range(200):
        for target in (inst, shared):
            try:
                call(target, "load", 70000)
            except Trap as error:
                traps.append(error.code)

run_all(trap, trap, trap, trap)
print(len(traps), set(traps))
"""
    assert rt_script(COUNTER + script) == "1600 {'memory_out_of_bounds'}\n"


@pytest.mark.parametrize("name", ["count", "grow"])
def test_no_interrupt_is_lost_in_callbacks(rt_script: Callable[..., str], name: str) -> None:
    """The signal comes while machine code runs: the next callback, host function or libcall, must pass it on."""
    script = """
import signal
WAT = '''(module (import "" "h" (func $h))
  (func (export "count") (loop (call $h) (br 0)))
  (memory 1) (func (export "grow") (loop (drop (memory.grow (i32.const 0))) (br 0))))'''
store = new_store()
inst = instance(store, WAT, [host(store, "->", lambda: None)])
lost, caught = [], 0
sys.unraisablehook = lost.append
for i in range(60):
    signal.setitimer(signal.ITIMER_REAL, 0.001 + i * 0.0001)
    try:
        call(inst, sys.argv[1])
    except KeyboardInterrupt:
        caught += 1
print(caught, lost)
"""
    prologue = "import signal, sys\nsignal.signal(signal.SIGALRM, signal.default_int_handler)\n"
    assert rt_script(prologue + script, name) == "60 []\n"


def test_faulthandler_switched_on_after_instantiation(rt_script: Callable[..., str]) -> None:
    script = """
import faulthandler
from wasmjit.errors import Trap
store = new_store()
inst = instance(store, WAT, [host(store, "i32 -> i32", lambda x: x)])
codes = []
for action in (lambda: None, faulthandler.enable, faulthandler.disable, faulthandler.enable):
    action()
    for _ in range(2):
        try:
            call(inst, "load", 70000)
        except Trap as error:
            codes.append(error.code)
print(len(codes), set(codes), faulthandler.is_enabled())
"""
    assert rt_script(COUNTER + script) == "8 {'memory_out_of_bounds'} True\n"


def test_a_forked_child_goes_on(rt_script: Callable[..., str]) -> None:
    script = """
import os
from wasmjit.errors import Trap
store = new_store()
inst = instance(store, WAT, [host(store, "i32 -> i32", lambda x: x)])
call(inst, "count", 5)
child = os.fork()
call(inst, "count", 5 if child else 50)
try:
    call(inst, "load", 70000)
except Trap:
    pass
if not child:
    os._exit(inst.exports["n"].value)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), inst.exports["n"].value)
"""
    assert rt_script(COUNTER + script) == "55 10\n"


def test_the_process_may_end_while_threads_are_in_wasm(rt_script: Callable[..., str]) -> None:
    script = """
def spin():
    store = new_store()
    inst = instance(store, WAT, [host(store, "i32 -> i32", lambda x: x)])
    started.release()
    call(inst, "spin" if len(sys.argv) > 1 else "count", 1 << 31)

started = threading.Semaphore(0)
for _ in range(3):
    threading.Thread(target=spin, daemon=True).start()
    started.acquire()
time.sleep(0.05)
print("end")
"""
    assert rt_script(COUNTER + script, "spin") == "end\n"
    assert rt_script(COUNTER + script) == "end\n"
