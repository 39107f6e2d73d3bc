"""Calls that are stopped: by their time, by another thread, by Ctrl-C; wherever they are at that moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from wasmjit.errors import CallTimeout, Interrupted

WAT = """(module
  (import "" "host" (func $host (param i32) (result i32)))
  (memory (export "m") 1) (global $n (mut i64) (i64.const 0)) (export "n" (global $n))
  (func $spin (export "spin") (loop (global.set $n (i64.add (global.get $n) (i64.const 1))) (br 0)))
  (func (export "outer") (call $spin))
  (func (export "calls") (loop (drop (call $host (i32.const 1))) (br 0)))
  (func (export "fills") (loop (memory.fill (i32.const 0) (i32.const 1) (i32.const 65536)) (br 0)))
  (func (export "grows") (loop (drop (memory.grow (i32.const 0))) (br 0)))
  (func (export "via_host") (drop (call $host (i32.const 0))))
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))"""


@pytest.fixture
def inst(store: Any, rt: Any) -> Any:
    return rt.instance(store, WAT, [rt.host(store, "i32 -> i32", lambda x: x)])


@pytest.mark.parametrize("name", ["spin", "outer", "calls", "fills", "grows"])
def test_time_is_up_wherever_the_code_is(inst: Any, name: str) -> None:
    func = inst.exports[name]
    for _ in range(3):
        with pytest.raises(CallTimeout, match="time limit exceeded") as caught:
            func.apply(timeout=0.02)
        assert caught.value.frames[-1].funcidx == func.funcidx
    assert inst.exports["add"].apply(1, 2, timeout=10) == 3
    assert inst.exports["add"].apply(1, 2) == 3


def test_a_timeout_is_a_trap_and_a_timeout_error(inst: Any) -> None:
    with pytest.raises(TimeoutError) as caught:
        inst.exports["spin"].apply(timeout=0)
    assert isinstance(caught.value, Interrupted) and caught.value.code == "timeout"


@pytest.mark.parametrize("timeout", [-1, float("nan")])
def test_unsuitable_timeouts(inst: Any, timeout: float) -> None:
    with pytest.raises(ValueError, match="timeout must be"):
        inst.exports["add"].apply(1, 2, timeout=timeout)


def test_the_outer_deadline_counts_inside(rt: Any, store: Any) -> None:
    inner = rt.instance(store, WAT, [rt.host(store, "i32 -> i32", lambda x: x)])

    def host(x: int) -> int:
        inner.exports["spin"].apply(timeout=30)
        return 0

    outer = rt.instance(store, WAT, [rt.host(store, "i32 -> i32", host)])
    with pytest.raises(CallTimeout) as caught:
        outer.exports["via_host"].apply(timeout=0.02)
    assert len(caught.value.frames) == 2


def test_time_that_passes_in_a_host_function_is_noticed_afterwards(rt: Any, store: Any) -> None:
    inst = rt.instance(store, WAT, [rt.host(store, "i32 -> i32", lambda x: time.sleep(0.05) or x)])
    with pytest.raises(CallTimeout):
        inst.exports["via_host"].apply(timeout=0.02)
    assert inst.exports["via_host"].apply() is None


def test_a_host_function_may_handle_the_timeout_of_what_it_calls(rt: Any, store: Any) -> None:
    inner = rt.instance(store, WAT, [rt.host(store, "i32 -> i32", lambda x: x)])

    def host(x: int) -> int:
        with pytest.raises(CallTimeout):
            inner.exports["spin"].apply(timeout=0.01)
        return 5

    assert rt.instance(store, WAT, [rt.host(store, "i32 -> i32", host)]).exports["via_host"].apply() is None


def test_another_thread_interrupts(inst: Any, store: Any) -> None:
    assert store.interrupt() is False, "nothing runs"
    for name in ("spin", "calls", "fills"):
        start = inst.exports["n"].get()
        caught: list[Interrupted] = []

        def run(name: str = name, caught: list[Interrupted] = caught) -> None:
            with pytest.raises(Interrupted) as raised:
                inst.exports[name].apply()
            caught.append(raised.value)

        thread = threading.Thread(target=run)
        thread.start()
        while not store.interrupt() and thread.is_alive():
            time.sleep(0.001)
        thread.join()
        assert [type(error) for error in caught] == [Interrupted]
        assert name != "spin" or inst.exports["n"].get() >= start
        assert inst.exports["add"].apply(1, 2) == 3, "only what ran then is stopped"


def test_all_threads_at_once(rt: Any) -> None:
    stores = [rt.new_store() for _ in range(4)]
    guests = [rt.instance(each, WAT, [rt.host(each, "i32 -> i32", lambda x: x)]) for each in stores]
    stopped = []

    def run(guest: Any) -> None:
        for name in ("spin", "calls", "grows"):
            with pytest.raises(CallTimeout):
                guest.exports[name].apply(timeout=0.03)
            stopped.append(name)

    threads = [threading.Thread(target=run, args=(guest,)) for guest in guests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stopped) == 12


SIGNALS = """
import os, signal, threading, time
WAT = '''(module (import "" "host" (func $host))
  (func (export "spin") (loop (br 0))) (func (export "calls") (loop (call $host) (br 0)))
  (func (export "nested") (call $host)))'''
"""


@pytest.mark.parametrize("name", ["spin", "calls"])
@pytest.mark.parametrize("way", ["apply", "func"])
def test_ctrl_c_ends_a_loop(rt_script: Callable[..., str], name: str, way: str) -> None:
    script = """
import sys
from wasmjit.api.func import wrap_func
name, way = sys.argv[1:]
store = new_store()
inst = instance(store, WAT, [host(store, "->", lambda: None)])
func = inst.exports[name].apply if way == "apply" else wrap_func(inst.exports[name])
for _ in range(3):
    threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT)).start()
    try:
        func()
    except KeyboardInterrupt:
        print("stopped")
"""
    assert rt_script(SIGNALS + script, name, way) == "stopped\n" * 3


def test_handlers_that_raise_nothing_let_the_loop_go_on(rt_script: Callable[..., str]) -> None:
    """Python's handlers run while wasm runs, in the main thread, with other threads running too."""
    script = """
from wasmjit.api.func import wrap_func
store = new_store()
inst = instance(store, WAT, [host(store, "->", lambda: None)])
seen = []
def handler(number, frame):
    seen.append(threading.current_thread() is threading.main_thread())
    if len(seen) == 5:
        signal.setitimer(signal.ITIMER_REAL, 0)
        raise LookupError("enough")
signal.signal(signal.SIGALRM, handler)
signal.setitimer(signal.ITIMER_REAL, 0.02, 0.02)
ticks = []
def tick():
    while len(seen) < 5:
        ticks.append(1)
        time.sleep(0.001)
threading.Thread(target=tick).start()
try:
    wrap_func(inst.exports["spin"])()
except LookupError as error:
    print(error, seen, len(ticks) > 5)
"""
    assert rt_script(SIGNALS + script) == "enough [True, True, True, True, True] True\n"


def test_a_child_process_can_be_stopped_too(rt_script: Callable[..., str]) -> None:
    script = """
from wasmjit.errors import CallTimeout
store = new_store()
inst = instance(store, WAT, [host(store, "->", lambda: None)])
def stop():
    try:
        inst.exports["spin"].apply(timeout=0.02)
    except CallTimeout:
        return 7
stop()
child = os.fork()
if not child:
    os._exit(stop() or 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    assert rt_script(SIGNALS + script) == "7\n"


REPLACED = """
import faulthandler, signal
from wasmjit.api.func import wrap_func
from wasmjit.errors import Trap
store = new_store()
inst = instance(store, '(module (memory 1) (func (export "t") (param i32) (drop (i32.load (local.get 0)))))')
t = wrap_func(inst.exports["t"])
for _ in range(3):
    t(0)
REPLACE
for _ in range(3):
    try:
        t(-1)
    except Trap as trap:
        print(trap.message)
"""


@pytest.mark.parametrize("replace", ["signal.signal(signal.SIGSEGV, lambda *_: None)", "faulthandler.enable()"])
def test_handlers_replaced_between_two_calls(rt_script: Callable[..., str], replace: str) -> None:
    """Calls do not look each time whether others have replaced our handlers; all the same a fault is a trap."""
    quiet = "import os\nos.dup2(os.open(os.devnull, os.O_WRONLY), 2)\n"  # faulthandler reports what it sees
    script = REPLACED.replace("REPLACE", quiet + replace)
    assert rt_script(script) == "out of bounds memory access\n" * 3
