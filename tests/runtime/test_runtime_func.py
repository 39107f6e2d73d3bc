"""Calls from Python into wasm, and references to functions."""

from __future__ import annotations

import math
import struct
from typing import Any

import pytest

from wasmjit.errors import Trap

MANY = 40
ARITHMETIC = f"""(module
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "sub64") (param i64 i64) (result i64) (i64.sub (local.get 0) (local.get 1)))
  (func (export "half") (param f32) (result f32) (f32.div (local.get 0) (f32.const 2)))
  (func (export "neg") (param f64) (result f64) (f64.neg (local.get 0)))
  (func (export "swap") (param v128 i32) (result i32 v128) (local.get 1) (local.get 0))
  (func (export "none"))
  (func (export "same32") (param f32) (result f32) (local.get 0))
  (func (export "extern") (param externref) (result externref) (local.get 0))
  (func (export "func") (param funcref) (result funcref) (local.get 0))
  (func (export "mixed") (param i32 externref f64) (result externref i32) (local.get 1) (local.get 0))
  (func (export "many") (param {"i64 " * MANY}) (result {"i64 " * MANY})
    {" ".join(f"(local.get {i})" for i in reversed(range(MANY)))}))"""


@pytest.fixture
def inst(store: Any, rt: Any) -> Any:
    return rt.instance(store, ARITHMETIC)


def test_values(inst: Any, rt: Any) -> None:
    assert rt.call(inst, "add", 1, 2) == 3
    assert rt.call(inst, "add", 0xFFFFFFFF, 2) == 1
    assert rt.call(inst, "add", 0x7FFFFFFF, 1) == -(1 << 31)
    assert rt.call(inst, "sub64", 0, 1) == -1
    assert rt.call(inst, "sub64", 1 << 63, 1) == (1 << 63) - 1
    assert rt.call(inst, "half", 3) == 1.5
    assert rt.call(inst, "half", 1e300) == math.inf
    assert math.copysign(1, rt.call(inst, "neg", 0.0)) == -1
    assert math.isnan(rt.call(inst, "neg", math.nan))
    assert rt.call(inst, "swap", bytes(range(16)), 5) == (5, bytes(range(16)))
    assert rt.call(inst, "none") is None
    assert rt.call(inst, "many", *range(MANY)) == tuple(reversed(range(MANY)))


@pytest.mark.parametrize(
    ("name", "args", "error", "message"),
    [
        ("add", (1,), TypeError, "add() takes 2 arguments, not 1"),
        ("add", (1, 2, 3), TypeError, "add() takes 2 arguments, not 3"),
        ("add", (1, 2.0), TypeError, "add() argument 2: expected an integer for i32, not float"),
        ("add", (1 << 32, 0), OverflowError, "add() argument 1: 4294967296 is out of range for i32"),
        ("half", ("1",), TypeError, "half() argument 1: expected a number for f32, not str"),
        ("swap", (b"short", 1), ValueError, "swap() argument 1: expected 16 bytes for v128, not 5"),
        ("func", (print,), TypeError, "func() argument 1: expected a wasm function or None for funcref"),
        ("none", (1,), TypeError, "none() takes 0 arguments, not 1"),
    ],
)
def test_unsuitable_arguments(inst: Any, rt: Any, name: str, args: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        rt.call(inst, name, *args)
    assert str(caught.value).startswith(message)


def test_external_references(inst: Any, rt: Any, store: Any) -> None:
    thing = object()
    assert rt.call(inst, "extern", thing) is thing
    assert rt.call(inst, "extern", None) is None
    assert rt.call(inst, "mixed", 7, thing, 1.5) == (thing, 7)
    assert len(store.externrefs) == 0, "nothing is held after the call"


def test_function_references(inst: Any, rt: Any, store: Any) -> None:
    add = inst.exports["add"]
    assert rt.call(inst, "func", add) is add
    assert rt.call(inst, "func", None) is None
    host = rt.host(store, "i32 ->", print)
    assert rt.call(inst, "func", host) is host


def test_invoke_is_exact_to_the_bit(inst: Any) -> None:
    buffer = bytearray(struct.pack("<Q", 0x7FA00001))
    inst.exports["same32"].invoke(buffer)
    assert struct.unpack("<I4x", buffer)[0] == 0x7FA00001, "a signalling NaN stays as it is"
    buffer = bytearray(struct.pack("<iIi4x", -5, 0xDEADBEEF, 7))
    inst.exports["add"].invoke(buffer)
    assert struct.unpack_from("<i", buffer)[0] == 2
    with pytest.raises(ValueError, match="8 bytes, not 16"):
        inst.exports["add"].invoke(bytearray(8))


def test_functions_are_the_same_object_while_someone_has_them(inst: Any) -> None:
    add = inst.exports["add"]
    assert inst.exports["add"] is add and inst.func(0) is add
    assert repr(add) == "<WasmFuncInstance add [i32 i32] -> [i32]>"


def test_identity_of_functions_passed_on(store: Any, rt: Any, inst: Any) -> None:
    second = rt.instance(
        store,
        """(module (import "" "add" (func $add (param i32 i32) (result i32)))
          (table (export "t") 1 funcref) (elem (i32.const 0) $add) (export "again" (func $add))
          (func (export "ref") (result funcref) (ref.func $add)))""",
        [inst.exports["add"]],
    )
    add = inst.exports["add"]
    assert second.exports["again"] is add
    assert second.exports["t"].get_value(0) is add
    assert rt.call(second, "ref") is add


def test_calls_between_instances(store: Any, rt: Any) -> None:
    provider = rt.instance(
        store,
        """(module (memory 1) (data (i32.const 0) "\\2a") (func (export "peek") (param i32) (result i32)
          (i32.load (local.get 0))))""",
    )
    user = rt.instance(
        store,
        """(module (import "" "peek" (func $peek (param i32) (result i32))) (memory 1) (type $t (func (param i32)
          (result i32))) (table 1 funcref) (elem (i32.const 0) $peek)
          (func (export "direct") (param i32) (result i32) (call $peek (local.get 0)))
          (func (export "indirect") (param i32) (result i32) (call_indirect (type $t) (local.get 0) (i32.const 0))))""",
        [provider.exports["peek"]],
    )
    for name in ("direct", "indirect"):
        assert rt.call(user, name, 0) == 42
        with pytest.raises(Trap) as caught:
            rt.call(user, name, 65536)
        assert len(caught.value.frames) == 2


def test_types_are_the_same_across_modules(store: Any, rt: Any) -> None:
    wat = """(module (type (func (param i64))) (type $t (func (param f32) (result i32)))
      (table (export "t") 2 funcref) (func (export "f") (param f32) (result i32) (i32.const 9))
      (func (export "call") (param i32) (result i32) (call_indirect (type $t) (f32.const 0) (local.get 0))))"""
    other = """(module (func (export "f") (param f32) (result i32) (i32.const 9))
      (func (export "g") (param f32) (result i64) (i64.const 9)))"""
    inst, second = rt.instance(store, wat), rt.instance(store, other)
    table = inst.exports["t"]
    table.set_value(0, second.exports["f"])
    table.set_value(1, second.exports["g"])
    assert rt.call(inst, "call", 0) == 9
    with pytest.raises(Trap, match="indirect call type mismatch"):
        rt.call(inst, "call", 1)
    table.set_value(0, rt.host(store, "f32 -> i32", lambda x: 5))
    assert rt.call(inst, "call", 0) == 5
