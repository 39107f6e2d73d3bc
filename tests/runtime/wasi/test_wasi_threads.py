"""wasi-threads: spawning, and how a guest with threads ends. Each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

TIMEOUT_S = 120

PROLOGUE = """
import gc, threading
from wasmjit import Engine, Instance, Linker, Module, Store, WasiConfig, ExitStatus, LinkError, Memory, Trap
from wasmjit.runtime.wasi.threads import _groups

def wat(thread, start, extra=""):
    return f'''(module
      (import "env" "memory" (memory 1 4 shared))
      (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (export "memory" (memory 0))
      (func (export "wasi_thread_start") (param $tid i32) (param $arg i32) {thread})
      (func (export "_start") (local $n i32) {start})
      {extra})'''

def instance(text):
    linker = Linker(Engine(**SETTINGS))
    linker.define_wasi(WasiConfig())
    return linker.instantiate(Module(linker.store.engine, text))

def running():
    return [t for t in threading.enumerate() if t.name.startswith("wasi-thread-")]

SPAWN = "(if (i32.le_s (call $spawn (i32.const 1)) (i32.const 0)) (then unreachable))"
WAIT = "(drop (memory.atomic.wait32 (i32.const 64) (i32.const 0) (i64.const -1)))"
SPIN = "(loop (br 0))"
"""


@pytest.fixture(params=[{"opt": 0}, {"opt": 2}, {"tier": "interp"}], ids=["0", "2", "interp"])
def script(root: Path, request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Fixture: run a script after the prologue, in a process; what it prints."""

    def run(text: str) -> str:
        command = [sys.executable, "-c", f"SETTINGS = {request.param}\n{PROLOGUE}{text}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False, cwd=root)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    return run


def test_threads_share_memory_and_run_to_their_end(script: Callable[[str], str]) -> None:
    text = """
ADD = '''(drop (i32.atomic.rmw.add (i32.const 0) (local.get $arg)))
         (drop (i32.atomic.rmw.add (i32.const 4) (i32.const 1)))
         (drop (memory.atomic.notify (i32.const 4) (i32.const 1)))'''
RUN = '''(loop $more
    (local.set $n (i32.add (local.get $n) (i32.const 1)))
    (if (i32.le_s (call $spawn (local.get $n)) (i32.const 0)) (then unreachable))
    (br_if $more (i32.lt_u (local.get $n) (i32.const 16))))
  (loop $wait
    (local.set $n (i32.atomic.load (i32.const 4)))
    (if (i32.lt_u (local.get $n) (i32.const 16)) (then
      (drop (memory.atomic.wait32 (i32.const 4) (local.get $n) (i64.const -1)))
      (br $wait))))'''
inst = instance(wat(ADD, RUN))
inst._start()
print(int.from_bytes(inst.memory[0:4], "little"))
for thread in running(): thread.join()
print(len(list(_groups)[0]._threads))
"""
    assert script(text).split() == ["136", "0"]


@pytest.mark.parametrize("main", ["WAIT", "SPIN"])
def test_a_trap_in_a_thread_ends_all(script: Callable[[str], str], main: str) -> None:
    text = f"""
other = "(if (i32.eq (local.get $tid) (i32.const 1)) (then " + SPIN + ")) unreachable"
inst = instance(wat(other, SPAWN + SPAWN + {main}))
try:
    inst._start()
except Trap as trap:
    print(trap.message)
for thread in running(): thread.join()
"""
    assert script(text) == "unreachable\n"


@pytest.mark.parametrize("main", ["WAIT", "SPIN"])
def test_proc_exit_in_a_thread_ends_all(script: Callable[[str], str], main: str) -> None:
    text = f"""
inst = instance(wat("(call $exit (i32.const 7))", SPAWN + {main}))
try:
    inst._start()
except ExitStatus as status:
    print(status.code)
"""
    assert script(text) == "7\n"


@pytest.mark.parametrize("other", ["WAIT", "SPIN"])
def test_threads_end_with_the_process(script: Callable[[str], str], other: str) -> None:
    assert script(f"instance(wat({other}, SPAWN))._start(); print(len(running()))") == "1\n"


@pytest.mark.parametrize("other", ["WAIT", "SPIN"])
def test_threads_end_with_the_instance(script: Callable[[str], str], other: str) -> None:
    text = f"""
inst = instance(wat({other}, SPAWN))
inst._start()
threads = running()
del inst
gc.collect()
for thread in threads: thread.join()
print("ended")
"""
    assert script(text) == "ended\n"


def test_what_can_not_be_spawned(script: Callable[[str], str]) -> None:
    text = """
def failure(text, **imports):
    linker = Linker(Engine(**SETTINGS))
    linker.define_wasi(WasiConfig())
    try:
        linker.instantiate(Module(linker.store.engine, text))._start()
    except LinkError as error:
        print(error)
failure(wat("", SPAWN).replace('"wasi_thread_start"', '"start"'))
failure(wat("", SPAWN).replace("(param $arg i32)", ""))
"""
    expected = 'the module spawns a thread, but exports no function "wasi_thread_start" of type [i32 i32] -> []\n'
    assert script(text) == 2 * expected


def test_what_threads_can_not_share(script: Callable[[str], str]) -> None:
    text = """
from wasmjit import Table
linker = Linker(Engine(**SETTINGS))
linker.define_wasi(WasiConfig())
linker.define("env", "table", Table(linker.store, "funcref", 1))
linker.define("env", "memory", Memory(linker.store, 1, 4, shared=True))
text = wat("", SPAWN).replace('(import "env"', '(import "env" "table" (table 1 funcref)) (import "env"', 1)
try:
    linker.instantiate(Module(linker.store.engine, text))._start()
except LinkError as error:
    print(error)
"""
    assert script(text) == "the import env.table can't be shared between threads: table 1 funcref\n"
