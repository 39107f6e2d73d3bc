"""Random nests of handlers, throws and calls do the same under wasmjit and wasmtime.

Locals of all types change inside the blocks, so that a handler shows what it finds in them: in the registers that the
functions in between have saved, in the frame, and after tail calls. The seeds are fixed; WASMJIT_DIFF_CASES adds more.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from typing import Any

import pytest

import wasmjit
from wasmjit.api.wat import wat_to_wasm

FUNCTIONS = 7
INPUTS = range(-2, 25)
CASES = int(os.environ.get("WASMJIT_DIFF_CASES", "0")) // 10 or 6


class Writer:
    """Writes one module; every function takes an i32 and gives an i64."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        self._blocks = 0
        self._index = 0

    def module(self) -> str:
        """The module: function number i calls those below it."""
        functions = []
        for self._index in range(FUNCTIONS):
            functions.append(self._function())
        tags = "(tag $t0 (param i32)) (tag $t1 (param i64 f64)) (tag $t2)"
        last = f'(export "f" (func $f{FUNCTIONS - 1}))'
        return "\n".join(["(module", tags, "(type $f (func (param i32) (result i64)))", *functions, last, ")"])

    def _function(self) -> str:
        body = self._statements(4, 0)
        names = (
            " ".join(f"(local $a{i} i64)" for i in range(5))
            + " (local $d f64) (local $v v128) (local $e exnref) (local $n0 i32) (local $n1 i32)"
        )
        end = "(i64.const 17)"
        for i in range(5):
            end = f"(i64.add (i64.mul {end} (i64.const 31)) (local.get $a{i}))"
        end = f"(i64.xor {end} (i64.reinterpret_f64 (local.get $d)))"
        end = f"(i64.add {end} (i64x2.extract_lane 1 (local.get $v)))"
        if self._index and self._rng.random() < 0.3:
            tail = f"(return_call {self._callee()} (local.get $x))"
            body += f" (if (i32.and (local.get $x) (i32.const 4)) (then {tail}))"
        return f"(func $f{self._index} (param $x i32) (result i64) {names} {body} {end})"

    def _statements(self, count: int, depth: int) -> str:
        kinds: list[Callable[[int], str]] = [self._assign, self._assign, self._float, self._vector, self._throw]
        if self._index and depth < 3:
            kinds += [self._call, self._call]
        if depth < 3:
            kinds += [self._try, self._try, self._try, self._loop]
        return " ".join(self._rng.choice(kinds)(depth) for _ in range(self._rng.randint(1, count)))

    def _local(self) -> str:
        return f"$a{self._rng.randrange(5)}"

    def _callee(self) -> str:
        return f"$f{self._rng.randrange(max(0, self._index - 3), self._index)}"

    def _assign(self, depth: int) -> str:
        operation = self._rng.choice(("add", "xor", "mul", "sub"))
        value = f"(i64.add (local.get {self._local()}) (i64.extend_i32_s (local.get $x)))"
        return f"(local.set {self._local()} (i64.{operation} {value} (i64.const {self._rng.randint(-99, 99)})))"

    def _float(self, depth: int) -> str:
        return f"(local.set $d (f64.add (local.get $d) (f64.convert_i64_s (local.get {self._local()}))))"

    def _vector(self, depth: int) -> str:
        return f"(local.set $v (i64x2.add (local.get $v) (i64x2.splat (local.get {self._local()}))))"

    def _call(self, depth: int) -> str:
        argument = f"(i32.add (local.get $x) (i32.const {self._rng.randint(-1, 2)}))"
        name = self._local()
        return f"(local.set {name} (i64.xor (local.get {name}) (call {self._callee()} {argument})))"

    def _throw(self, depth: int) -> str:
        modulus = self._rng.randint(2, 7)
        throw = self._rng.choice(
            (
                f"(throw $t0 (i32.wrap_i64 (local.get {self._local()})))",
                f"(throw $t1 (local.get {self._local()}) (local.get $d))",
                "(throw $t2)",
            )
        )
        test = f"(i32.eqz (i32.rem_u (local.get $x) (i32.const {modulus})))"
        return f"(if {test} (then {throw}))"

    def _loop(self, depth: int) -> str:
        if depth > 1:
            return self._assign(depth)
        label, count = f"$l{depth}", f"$n{depth}"
        more = f"(br_if {label} (local.tee {count} (i32.sub (local.get {count}) (i32.const 1))))"
        return f"(local.set {count} (i32.const 2)) (loop {label} {self._statements(2, depth + 2)} {more})"

    def _try(self, depth: int) -> str:
        self._blocks += 1
        label = f"$h{self._blocks}"
        body = self._statements(3, depth + 1)
        name = self._local()
        kind = self._rng.randrange(4)
        if kind == 0:
            block = f"(block {label} (result i32) (try_table (catch $t0 {label}) {body}) (i32.const 5))"
            return f"(local.set {name} (i64.extend_i32_s {block}))"
        if kind == 1:
            values = "(i64.const 3) (local.get $d)"
            block = f"(block {label} (result i64 f64) (try_table (catch $t1 {label}) {body}) {values})"
            return f"{block} (local.set $d) (local.set {name})"
        if kind == 2:
            return f"(block {label} (try_table (catch $t2 {label}) (catch_all {label}) {body}))"
        block = f"(block {label} (result exnref) (try_table (catch_all_ref {label}) {body}) (ref.null exn))"
        test = "(i32.and (i32.eqz (ref.is_null (local.get $e))) (i32.and (local.get $x) (i32.const 1)))"
        return f"(local.set $e {block}) {self._assign(depth)} (if {test} (then (throw_ref (local.get $e))))"


def run_wasmjit(data: bytes, **settings: Any) -> list[int | str]:
    """What the function gives for each input."""
    engine = wasmjit.Engine(**settings)
    instance: Any = wasmjit.Instance(wasmjit.Store(engine), wasmjit.Module(engine, data))

    def call(x: int) -> int | str:
        try:
            return int(instance.f(x))
        except wasmjit.WasmException:
            return "exception"

    return [call(x) for x in INPUTS]


def run_wasmtime(data: bytes) -> list[int | str]:
    """The same in wasmtime."""
    wasmtime = pytest.importorskip("wasmtime", reason="wasmtime, the engine to compare with, is not installed")
    config = wasmtime.Config()
    config.wasm_exceptions = True
    config.wasm_tail_call = True
    engine = wasmtime.Engine(config)
    store = wasmtime.Store(engine)
    function = wasmtime.Instance(store, wasmtime.Module(engine, data), []).exports(store)["f"]

    def call(x: int) -> int | str:
        try:
            return int(function(store, x))
        except wasmtime.Trap as error:
            if "thrown Wasm exception" not in str(error):
                raise
            return "exception"

    return [call(x) for x in INPUTS]


@pytest.mark.parametrize("seed", range(CASES))
def test_random_handlers(seed: int) -> None:
    data = wat_to_wasm(Writer(seed).module())
    expected = run_wasmtime(data)
    for opt in ("0", "1", "2"):
        assert run_wasmjit(data, opt=opt) == expected, f"seed {seed}, --opt={opt}"
    assert run_wasmjit(data, opt="2", bounds_checks="explicit") == expected


def test_the_modules_throw_and_catch() -> None:
    results = [run_wasmjit(wat_to_wasm(Writer(seed).module()), opt="0") for seed in range(CASES)]
    assert any("exception" in result for result in results)
    assert any(isinstance(value, int) for result in results for value in result)
