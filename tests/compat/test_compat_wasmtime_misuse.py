"""Misuse raises; nothing ends the process. Each case runs in a process of its own, where it would be seen."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PREAMBLE = """
import ctypes, gc, os, sys, threading
import wasmjit.compat.wasmtime as wt

def instance(text, *imports, store=None):
    store = store or wt.Store()
    made = wt.Instance(store, wt.Module(store.engine, text), list(imports))
    return store, made.exports(store)

def raises(kind, use):
    try:
        use()
    except kind as error:
        return error
    raise AssertionError(f"nothing raised {kind}")

I32 = wt.ValType.i32()
"""

CASES = {
    "re-entry to any depth": """
store = wt.Store()
func = wt.Func(store, wt.FuncType([I32], [I32]), lambda n: run(store, n - 1) + 1 if n else 0)
_, exports = instance('(module (import "" "" (func (param i32) (result i32))) '
                      '(func (export "run") (param i32) (result i32) (call 0 (local.get 0))))', func, store=store)
run = exports["run"]
assert run(store, 50) == 50
raises((wt.Trap, RecursionError), lambda: run(store, 10**7))
assert run(store, 50) == 50
""",
    "a store that is closed while it runs": """
store = wt.Store()
func = wt.Func(store, wt.FuncType([], []), store.close)
_, exports = instance('(module (import "" "" (func)) (memory (export "m") 1) (func (export "run") (call 0)))',
                      func, store=store)
run, memory = exports["run"], exports["m"]
run(store)
raises(ValueError, lambda: run(store))
raises(ValueError, lambda: memory.read(store))
""",
    "a memory that outlives everything": """
store, exports = instance('(module (memory (export "m") 1 4))')
buffer = exports["m"].get_buffer_ptr(store)
exports["m"].grow(store, 3)
del store, exports
gc.collect()
buffer[65535] = 7
assert buffer[65535] == 7
""",
    "many threads and stores": """
engine = wt.Engine()
module = wt.Module(engine, '(module (memory 1) (func (export "f") (param i32) (result i32) '
                           '(i32.store (i32.const 0) (local.get 0)) (i32.load (i32.const 0))))')
errors = []
def work():
    try:
        for i in range(100):
            store = wt.Store(engine)
            assert wt.Instance(store, module, []).exports(store)["f"](store, i) == i
    except BaseException as error:
        errors.append(error)
threads = [threading.Thread(target=work) for _ in range(6)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert errors == [], errors
""",
    "a fork": """
store, exports = instance('(module (func (export "f") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 3)))'
                          '(func (export "t") unreachable))')
assert exports["f"](store, 2) == 6
pid = os.fork()
if pid == 0:
    raises(wt.Trap, lambda: exports["t"](store))
    other, more = instance('(module (func (export "f") (result i32) (i32.const 8)))')
    os._exit(exports["f"](store, 4) + more["f"](other))
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 20
assert exports["f"](store, 5) == 15
""",
    "wrong objects everywhere": """
store, exports = instance('(module (memory (export "m") 1) (func (export "f") (param i32)) '
                          '(table (export "t") 1 funcref))')
wrong = [None, 3, "x", b"", object(), store, exports, exports["f"], exports["m"], wt.Val.i32(1), -1, 2**70]
targets = [wt.Store, wt.Engine, wt.Module.validate, wt.Module.deserialize, wt.Module, wt.Instance, wt.Func, wt.Memory,
           wt.Table, wt.Global, wt.Linker, wt.Val.i32, wt.WasiConfig().preopen_dir, store.set_fuel, store.set_wasi,
           store.set_limits, exports["f"], exports["m"].read, exports["m"].write, exports["m"].grow, exports["t"].get,
           exports["t"].set, exports["t"].grow, exports["m"].get_buffer_ptr, wt.Trap, wt.WasmtimeError, wt.wat2wasm]
for target in targets:
    for count in range(4):
        for shift in range(len(wrong)):
            for first in ([], [store]):
                try:
                    target(*first, *[wrong[(shift + 5 * i) % len(wrong)] for i in range(count)])
                except Exception:
                    pass
assert exports["f"](store, 1) is None
""",
}


@pytest.mark.parametrize("case", CASES)
def test_misuse(case: str, root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", PREAMBLE + CASES[case]],
        capture_output=True, text=True, check=False, timeout=300, cwd=root,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
