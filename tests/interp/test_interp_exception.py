"""Exceptions in translated code, and their way to Python and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import wasmjit
from wasmjit.interp import code

Instantiate = Callable[..., Any]

CATCH = """(module (tag $t (export "t") (param i32 i64)) (tag $other)
  (import "host" "f" (func $f))
  (func (export "catch") (result i32 i64)
    (block $caught (result i32 i64)
      (try_table (catch $t $caught) (call $f))
      (i32.const 0) (i64.const 0)))
  (func (export "throw") (param i32) (throw $t (local.get 0) (i64.const -1))))"""


@pytest.fixture(params=[60, 0], ids=["structured", "dispatched"], autouse=True)
def printed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fixture: both ways to print control flow."""
    monkeypatch.setattr(code, "_MAX_NESTING", request.param)


def test_python_throws_and_wasm_catches(instantiate: Instantiate) -> None:
    thrown: list[Any] = []
    text = CATCH.replace(
        '(tag $t (export "t") (param i32 i64)) (tag $other)\n  (import "host" "f" (func $f))',
        '(import "host" "f" (func $f)) (tag $t (export "t") (param i32 i64)) (tag $other)',
    )

    def fail() -> None:
        raise thrown[0]

    instance = instantiate(text, {"host": {"f": fail}})
    thrown.append(wasmjit.WasmException(instance.t, [7, -8]))
    assert instance.catch() == (7, -8)
    thrown[0] = ValueError("mine")
    with pytest.raises(ValueError, match="mine"):
        instance.catch()


def test_wasm_throws_and_python_catches(instantiate: Instantiate) -> None:
    instance = instantiate(
        """(module (tag $t (export "t") (param i32 i64))
          (func (export "throw") (param i32) (throw $t (local.get 0) (i64.const -1))))"""
    )
    with pytest.raises(wasmjit.WasmException) as caught:
        instance.throw(-3)
    assert caught.value.tag == instance.t
    assert caught.value.values == (-3, -1)
    assert caught.value.frames[0].funcidx == 0


def test_references_are_thrown_again(instantiate: Instantiate) -> None:
    instance = instantiate(
        """(module (tag $t (param i32))
          (func (export "f") (param i32) (result i32)
            (block $again (result i32)
              (try_table (catch $t $again)
                (block $caught (result exnref)
                  (try_table (catch_all_ref $caught) (throw $t (local.get 0)))
                  unreachable)
                throw_ref)
              unreachable))
          (func (export "null") (throw_ref (ref.null exn))))"""
    )
    assert instance.f(5) == 5
    with pytest.raises(wasmjit.Trap, match="null exception reference"):
        instance.null()
