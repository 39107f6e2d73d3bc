"""Functions are compiled when they are first called, from wherever that is."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
from typing import Any

import pytest

import wasmjit
from wasmjit import Engine, InvalidError, Module, Trap
from wasmjit.api.wat import wat_to_wasm
from wasmjit.config import BoundsChecks

LETTERS = {"i32": 7, "i64": 1 << 40, "f32": 0.5, "f64": -2.25, "v128": bytes(range(16))}


def compiled(instance: Any) -> int:
    """How many functions have code."""
    native = instance._instance.native
    first = native.module.num_imported_funcs
    return sum(native.is_compiled(funcidx) for funcidx in range(first, first + len(native.module.codes)))


@pytest.mark.parametrize("opt", [0, 2])
def test_only_what_is_called_is_compiled(opt: int) -> None:
    big = "(local.set 0 (i32.mul (local.get 0) (i32.const 3)))" * 60
    instance: Any = wasmjit.load(
        f"""(module
            (func $far (param i32) (result i32) {big} (local.get 0))
            (func $near (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
            (func (export "f") (param i32) (result i32)
              (if (i32.eqz (local.get 0)) (then (return (call $far (i32.const 1)))))
              (call $near (local.get 0))))""",
        opt=opt,  # type: ignore[arg-type]
    )
    assert compiled(instance) == 0
    assert instance.f(1) == 2
    assert compiled(instance) == 2  # with the small callee
    assert instance.f(0) == pow(3, 60, 1 << 32) - (pow(3, 60, 1 << 32) >> 31 << 32)
    assert compiled(instance) == 3


@pytest.mark.parametrize("checks", ["guard", "explicit"])
@pytest.mark.parametrize("opt", [0, 2])
def test_a_stub_keeps_every_argument_and_result(opt: int, checks: BoundsChecks) -> None:
    """In registers and on the stack, and where results are returned through memory."""
    types = list(LETTERS) * 5
    params, results = " ".join(types), " ".join(reversed(types))
    pushes = " ".join(f"(local.get {i})" for i in reversed(range(len(types))))
    padding = "(drop (i32.const 0))" * 200  # too large to be compiled with its caller
    instance: Any = wasmjit.load(
        f"""(module (type $t (func (param {params}) (result {results})))
            (table funcref (elem $swap))
            (func $swap (type $t) {padding} {pushes})
            (func $other (type $t) {padding} {pushes})
            (func (export "direct") (param {params}) (result {results})
              (call $other {" ".join(f"(local.get {i})" for i in range(len(types)))}))
            (func (export "indirect") (param {params}) (result {results})
              (call_indirect (type $t) {" ".join(f"(local.get {i})" for i in range(len(types)))} (i32.const 0))))""",
        opt=opt,  # type: ignore[arg-type]
        bounds_checks=checks,
    )
    values = list(LETTERS.values()) * 5
    for _ in range(2):  # by the compiler, then by the gate
        assert list(instance.indirect(*values)) == values[::-1]
        assert list(instance.direct(*values)) == values[::-1]


def test_stubs_in_tables_exports_and_imports_lead_to_the_code() -> None:
    engine = Engine(opt=0)
    store = wasmjit.Store(engine)
    padding = "(drop (i32.const 0))" * 200
    text = f'(module (func (export "f") (result i32) {padding} (i32.const 5)) (table (export "t") funcref (elem 0)))'
    source: Any = wasmjit.load(text, store=store)
    user: Any = wasmjit.load(
        """(module (import "m" "f" (func $f (result i32))) (import "m" "t" (table 1 funcref))
           (func (export "g") (result i32) (i32.add (call $f) (call_indirect (result i32) (i32.const 0)))))""",
        {"m": source},
        store=store,
    )
    assert user.g() == 10
    assert source.f() == 5
    assert source.t[0]() == 5


def test_an_invalid_function_raises_at_its_call_and_only_then() -> None:
    text = """(module (func $bad (result i32))
      (func (export "good") (param i32) (result i32) (if (local.get 0) (then (drop (call $bad)))) (i32.const 1))
      (func (export "bad") (result i32) (call $bad)))"""
    instance: Any = wasmjit.load(text)
    assert instance.good(0) == 1
    for _ in range(2):
        with pytest.raises(InvalidError, match="type mismatch") as caught:
            instance.good(1)
        assert caught.value.funcidx == 0
    assert instance.good(0) == 1
    with pytest.raises(InvalidError, match="type mismatch"):
        Module(Engine(validation="eager"), text)


def test_compiling_from_the_depth_of_the_stack_and_from_threads() -> None:
    functions = "".join(
        f"""(func $f{i} (param i32) (result i32) {"(drop (i32.const 0))" * 30}
             (if (result i32) (local.get 0) (then (call $f{i} (i32.sub (local.get 0) (i32.const 1))))
               (else (call $f{i + 1} (i32.const 300)))))"""
        for i in range(40)
    )
    text = f"""(module (func (export "go") (result i32) (call $f0 (i32.const 300))) {functions}
               (func $f40 (param i32) (result i32) (local.get 0)))"""
    module = Module(Engine(opt=0), wat_to_wasm(text))
    results: list[int] = []

    def run() -> None:
        instance: Any = wasmjit.Instance(wasmjit.Store(module.engine), module)
        results.append(instance.go())

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [300] * 4


def test_a_backtrace_goes_through_functions_that_were_compiled_on_the_way() -> None:
    padding = "(drop (i32.const 0))" * 200
    instance: Any = wasmjit.load(
        f"""(module (func $c {padding} unreachable) (func $b {padding} (call $c))
            (func $a (export "a") {padding} (call $b)))"""
    )
    for _ in range(2):
        with pytest.raises(Trap, match="unreachable") as caught:
            instance.a()
        assert [frame.funcidx for frame in caught.value.frames] == [0, 1, 2]
        assert all(frame.offset for frame in caught.value.frames)


def test_fork_and_exit() -> None:
    """A forked process compiles on its own, and finalisers that call wasm at the end still can."""
    script = """
    import os, sys, warnings
    import wasmjit
    i = wasmjit.load('(module (func (export "f") (result i32) i32.const 1) (func (export "g") (result i32) i32.const 2)'
                     ' (func (export "h") (result i32) i32.const 3))')
    i.f()
    pid = os.fork()
    if not pid:
        print(i.g(), flush=True)
        os._exit(0)
    os.waitpid(pid, 0)
    class Last:
        def __del__(self, h=i.h, show=sys.stdout.write):
            show(f"{h()}\\n")
    last = Last()
    """
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(script)], capture_output=True, text=True, timeout=100
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "2\n3\n", "")


REFERRED = """(module
  (table 1 funcref) (elem (i32.const 0) $f)
  (func $f (param i32) (result i32) (i32.mul (local.get 0) (i32.const 3)))
  (func (export "call") (param i32) (result i32)
    (call_indirect (param i32) (result i32) (local.get 0) (i32.const 0))))"""


@pytest.mark.parametrize("settings", [{"tier": "optimized"}, {"tier": "auto", "tier_threshold": 1}])
def test_references_lead_to_code_once_there_is_some(settings: Any) -> None:
    engine = Engine(cache=False, **settings)
    module, store = Module(engine, wat_to_wasm(REFERRED)), wasmjit.Store(engine)
    instances = [wasmjit.Instance(store, module) for _ in range(3)]
    native = instances[0]._instance.native

    def targets() -> set[int]:
        offset = instances[0]._instance.plan.layout.funcref(0)
        return {instance._instance.vmctx.words[offset // 8] for instance in instances}

    stubs = targets()
    assert stubs == set(native.callable_addresses()[:1])
    assert [instances[0].call(n) for n in range(5)] == [0, 3, 6, 9, 12]
    assert targets() == set(native.callable_addresses()[:1])
    assert not targets() & stubs
    assert [instance.call(5) for instance in instances] == [15, 15, 15]
