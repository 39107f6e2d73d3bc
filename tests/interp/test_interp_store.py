"""Entering translated code, and what comes out of it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

import wasmjit

Instantiate = Callable[..., Any]

TRAPS = """(module (memory 1) (table 2 funcref) (elem (i32.const 0) $f) (type $t (func)) (type $u (func (param i32)))
  (func $f (export "run") (param i32)
    (if (i32.eq (local.get 0) (i32.const 0)) (then unreachable))
    (if (i32.eq (local.get 0) (i32.const 1)) (then (drop (i32.load8_u (i32.const 65536)))))
    (if (i32.eq (local.get 0) (i32.const 2)) (then (drop (i32.load (i32.const 65533)))))
    (if (i32.eq (local.get 0) (i32.const 3)) (then (drop (i32.div_u (i32.const 1) (i32.const 0)))))
    (if (i32.eq (local.get 0) (i32.const 4)) (then (call_indirect (type $t) (i32.const 0))))
    (if (i32.eq (local.get 0) (i32.const 5)) (then (call_indirect (type $t) (i32.const 1))))
    (if (i32.eq (local.get 0) (i32.const 6)) (then (call_indirect (type $t) (i32.const 2))))
    (if (i32.eq (local.get 0) (i32.const 7)) (then (i32.store8 (i32.const -1) (i32.const 0))))
    (if (i32.eq (local.get 0) (i32.const 8)) (then (drop (i32.trunc_f32_s (f32.const nan)))))
    (if (i32.eq (local.get 0) (i32.const 9)) (then (call $f (i32.const 9))))))"""
CODES = [
    "unreachable", "memory_out_of_bounds", "memory_out_of_bounds", "integer_divide_by_zero",
    "indirect_call_type_mismatch", "uninitialized_element", "undefined_element", "memory_out_of_bounds",
    "invalid_conversion", "stack_exhausted",
]  # fmt: skip


@pytest.mark.parametrize(("argument", "expected"), list(enumerate(CODES)))
def test_traps(argument: int, expected: str, instantiate: Instantiate) -> None:
    with pytest.raises(wasmjit.Trap) as caught:
        instantiate(TRAPS).run(argument)
    assert caught.value.code == expected
    assert caught.value.frames[0].funcidx == 0
    assert caught.value.frames[0].offset


def test_pythons_own_errors_come_out_of_host_functions_unchanged(instantiate: Instantiate) -> None:
    text = '(module (import "host" "f" (func $f)) (func (export "run") (call $f)))'
    for error in (IndexError("mine"), ZeroDivisionError("mine"), KeyboardInterrupt()):

        def fail(error: BaseException = error) -> None:
            raise error

        with pytest.raises(type(error)) as caught:
            instantiate(text, {"host": {"f": fail}}).run()
        assert caught.value is error


def test_the_recursion_limit_is_put_back(instantiate: Instantiate) -> None:
    before = sys.getrecursionlimit()
    seen: list[int] = []
    instance = instantiate(
        '(module (import "host" "f" (func $f)) (func (export "run") (call $f)))',
        {"host": {"f": lambda: seen.append(sys.getrecursionlimit())}},
    )
    instance.run()
    assert seen[0] > before
    assert sys.getrecursionlimit() == before


def test_recursion_goes_deeper_than_pythons_limit(instantiate: Instantiate) -> None:
    instance = instantiate(
        """(module (func $f (export "f") (param i32) (result i32)
          (if (result i32) (local.get 0)
            (then (i32.add (i32.const 1) (call $f (i32.sub (local.get 0) (i32.const 1)))))
            (else (i32.const 0)))))"""
    )
    assert instance.f(3000) == 3000


def test_recursion_through_the_host_ends(instantiate: Instantiate) -> None:
    calls: dict[str, Any] = {}
    instance = instantiate(
        '(module (import "host" "f" (func $f)) (func (export "run") (call $f)))', {"host": {"f": lambda: calls["f"]()}}
    )
    calls["f"] = instance.run
    for _ in range(3):
        with pytest.raises(wasmjit.ExhaustionError):
            instance.run()


def test_views_of_a_memory_stay_valid_when_it_grows(instantiate: Instantiate) -> None:
    instance = instantiate(
        """(module (memory (export "memory") 1) (func (export "grow") (drop (memory.grow (i32.const 1))))
          (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0))))"""
    )
    view = instance.memory.view()
    instance.grow()
    view[7] = 42
    instance.memory.write(70000, b"\x07")
    assert (instance.load(7), instance.load(70000), len(view), len(instance.memory)) == (42, 7, 65536, 131072)


def test_objects_of_the_other_tier_are_refused(instantiate: Instantiate) -> None:
    store = wasmjit.Store(wasmjit.Engine(opt=0))
    module = wasmjit.Module(wasmjit.Engine(tier="interp"), "(module)")
    with pytest.raises(ValueError, match="tier"):
        wasmjit.Instance(store, module)
    with pytest.raises(ValueError, match="tier"):
        wasmjit.Instance(wasmjit.Store(module.engine), wasmjit.Module(store.engine, "(module)"))


WITHOUT_LLVM = """
import sys
sys.modules["llvmlite"] = None
import wasmjit
wasm = b"\\0asm\\1\\0\\0\\0\\1\\5\\1\\x60\\0\\1\\x7f\\3\\2\\1\\0\\7\\5\\1\\1f\\0\\0\\x0a\\6\\1\\4\\0\\x41\\x2a\\x0b"
print(wasmjit.load(wasm, tier="interp").f())
"""


def test_llvm_is_not_needed() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_LLVM], capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr) == ("42\n", "")
