"""Typed function references in translated code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import wasmjit

MODULE = """(module (type $t (func (param i32) (result i32)))
  (func $double (type $t) (i32.mul (local.get 0) (i32.const 2))) (elem declare func $double)
  (func (export "call") (param i32) (result i32) (call_ref $t (local.get 0) (ref.func $double)))
  (func (export "tail") (param i32) (result i32) (return_call_ref $t (local.get 0) (ref.func $double)))
  (func (export "null") (result i32) (call_ref $t (i32.const 1) (ref.null $t)))
  (func (export "non_null") (drop (ref.as_non_null (ref.null $t))))
  (func (export "choose") (param i32) (result i32) (local $f (ref null $t))
    (if (local.get 0) (then (local.set $f (ref.func $double))))
    (block $null
      (br_on_null $null (local.get $f))
      (local.set $f)
      (return (call_ref $t (local.get 0) (local.get $f))))
    (i32.const -1)))"""


def test_calls_and_branches(instantiate: Callable[..., Any]) -> None:
    instance = instantiate(MODULE)
    assert (instance.call(21), instance.tail(4)) == (42, 8)
    assert (instance.choose(0), instance.choose(5)) == (-1, 10)
    with pytest.raises(wasmjit.Trap, match="null function reference"):
        instance.null()
    with pytest.raises(wasmjit.Trap, match="null reference"):
        instance.non_null()
