"""Exceptions between wasm and Python: host functions throw and catch, what nobody catches arrives with a backtrace."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest

import wasmjit
from wasmjit import Tag, WasmException

WAT = """(module
  (import "m" "tag" (tag $t (param i32 i64)))
  (import "m" "host" (func $host (param i32) (result i32)))
  (func (export "catch") (param i32) (result i32) (local i64)
    (block $caught (result i32 i64)
      (try_table (catch $t $caught) (return (call $host (local.get 0))))
      (unreachable))
    (local.set 1)
    (i32.add (i32.mul (i32.const 100)) (i32.wrap_i64 (local.get 1))))
  (func (export "catch_all") (param i32) (result i32)
    (block $caught (try_table (catch_all $caught) (return (call $host (local.get 0)))))
    (i32.const -1))
  (func $throw (export "throw") (param i32) (result i32)
    (throw $t (local.get 0) (i64.const 7)))
  (func (export "outer") (param i32) (result i32) (call $host (local.get 0)))
  (func (export "trap") (param i32) (result i32) (unreachable))
  (func (export "endless") (param i32) (result i32) (i32.add (call 4 (local.get 0)) (i32.const 1))))"""


class Guest:
    """An instance whose host function is exchangeable."""

    def __init__(self, engine: wasmjit.Engine) -> None:
        self.store = wasmjit.Store(engine)
        self.tag = Tag(self.store, ["i32", "i64"])
        self.host: Any = lambda x: x
        imports = {"m": {"tag": self.tag, "host": lambda x: self.host(x)}}
        self.instance: Any = wasmjit.Instance(self.store, wasmjit.Module(engine, WAT), imports)


@pytest.fixture(params=["0", "2"])
def guest(request: pytest.FixtureRequest) -> Guest:
    """Fixture: a guest in machine code."""
    return Guest(wasmjit.Engine(opt=request.param))


def raiser(error: BaseException) -> Any:
    """A host function that raises."""

    def host(x: int) -> int:
        raise error

    return host


def test_no_exception(guest: Guest) -> None:
    assert (guest.instance.catch(5), guest.instance.catch_all(6)) == (5, 6)


def test_wasm_catches_what_python_raises(guest: Guest) -> None:
    guest.host = raiser(WasmException(guest.tag, (3, 4)))
    assert (guest.instance.catch(0), guest.instance.catch_all(0)) == (304, -1)


def test_an_uncaught_exception_of_python_comes_out_the_same(guest: Guest) -> None:
    other = Tag(guest.store, ["i32", "i64"])
    error = WasmException(other, (1, 2))
    guest.host = raiser(error)
    with pytest.raises(WasmException) as caught:
        guest.instance.catch(0)
    assert caught.value is error
    assert guest.instance.catch_all(0) == -1


def test_an_uncaught_exception_of_wasm(guest: Guest) -> None:
    with pytest.raises(WasmException) as caught:
        guest.instance.throw(9)
    error = caught.value
    assert (error.tag, error.values) == (guest.tag, (9, 7))
    assert [frame.name for frame in error.frames] == ["throw"]
    assert error.backtrace.startswith("  0: wasm!$throw @ 0x")


def test_through_python_and_back(guest: Guest) -> None:
    """Thrown by wasm, past a Python frame, and caught by wasm; the backtrace has the frames on both sides of it."""
    guest.host = guest.instance.throw
    assert guest.instance.catch(5) == 507
    with pytest.raises(WasmException) as caught:
        guest.instance.outer(5)
    assert [frame.funcidx for frame in caught.value.frames] == [3, 4]


def test_other_exceptions_and_traps_are_not_caught(guest: Guest) -> None:
    guest.host = raiser(KeyError("k"))
    for function in (guest.instance.catch, guest.instance.catch_all):
        with pytest.raises(KeyError, match="k"):
            function(0)
    guest.host = guest.instance.trap
    with pytest.raises(wasmjit.Trap, match="unreachable"):
        guest.instance.catch_all(0)
    guest.host = guest.instance.endless
    gc.collect()
    gc.disable()  # a finaliser of something else that is collected at the recursion limit would fail there
    try:
        with pytest.raises(wasmjit.ExhaustionError):
            guest.instance.catch_all(0)
    finally:
        gc.enable()


def test_values_that_do_not_suit_the_tag(guest: Guest) -> None:
    for values, error in (((1,), TypeError), (("x", 1), TypeError), ((1 << 40, 1), OverflowError)):
        guest.host = raiser(WasmException(guest.tag, values))
        with pytest.raises(error):
            guest.instance.catch_all(0)


def test_a_tag_of_another_store_is_not_caught(guest: Guest) -> None:
    guest.host = raiser(WasmException(Tag(wasmjit.Store(), ["i32", "i64"]), (1, 2)))
    with pytest.raises(WasmException):
        guest.instance.catch_all(0)


def test_tags_are_matched_by_identity_and_type() -> None:
    engine = wasmjit.Engine(opt="0")
    store = wasmjit.Store(engine)
    module = wasmjit.Module(engine, '(module (import "m" "t" (tag $t (param i32))) (export "t" (tag $t)))')
    tag = Tag(store, ["i32"])
    assert wasmjit.Instance(store, module, {"m": {"t": tag}}).exports["t"] == tag
    with pytest.raises(wasmjit.LinkError, match="incompatible import type"):
        wasmjit.Instance(store, module, {"m": {"t": Tag(store, ["i64"])}})
    assert tag != Tag(store, ["i32"]) and repr(tag) == "<Tag (i32)>"
    assert [(i.name, str(i.type)) for i in module.imports] == [("t", "tag i32")]


class Thing:
    """An object that can be watched."""


KEEP = """(module
  (tag $t (export "t") (param externref))
  (table $refs 4 exnref)
  (func (export "hold") (param $slot i32) (param externref)
    (table.set $refs (local.get $slot)
      (block $caught (result exnref)
        (try_table (catch_all_ref $caught) (throw $t (local.get 1)))
        (unreachable))))
  (func (export "release") (param $slot i32) (table.set $refs (local.get $slot) (ref.null exn)))
  (func (export "take") (param $slot i32) (result externref)
    (block $caught (result externref)
      (try_table (catch $t $caught) (throw_ref (table.get $refs (local.get $slot))))
      (unreachable)))
  (func (export "churn") (param $n i32)
    (loop $again
      (drop (block $caught (result exnref)
        (try_table (catch_all_ref $caught) (throw $t (ref.null extern)))
        (unreachable)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))"""


@pytest.mark.parametrize("opt", ["0", "2"])
def test_payloads_live_as_long_as_the_exception(opt: str) -> None:
    engine = wasmjit.Engine(opt=opt)  # type: ignore[arg-type]
    instance: Any = wasmjit.Instance(wasmjit.Store(engine), wasmjit.Module(engine, KEEP))
    thing = Thing()
    watch = weakref.ref(thing)
    instance.hold(2, thing)
    del thing
    gc.collect()
    instance.churn(5000)  # collections while wasm runs spare what the table holds
    assert instance.take(2) is watch() is not None
    instance.release(2)
    gc.collect()
    assert watch() is None


def test_memory_of_kept_exceptions_is_found_again() -> None:
    engine = wasmjit.Engine(opt="0")
    store = wasmjit.Store(engine)
    instance: Any = wasmjit.Instance(store, wasmjit.Module(engine, KEEP))
    instance.churn(50_000)
    assert len(store._runtime.exceptions.live()) == 0
    assert len(store._runtime.exceptions._slabs) * 64 < 5000


def test_exnrefs_cross_as_exceptions() -> None:
    engine = wasmjit.Engine(opt="0")
    store = wasmjit.Store(engine)
    wat = """(module
      (tag $t (export "t") (param i32))
      (func (export "make") (param i32) (result exnref)
        (block $caught (result exnref)
          (try_table (catch_all_ref $caught) (throw $t (local.get 0)))
          (unreachable)))
      (func (export "throw") (param exnref) (throw_ref (local.get 0))))"""
    instance: Any = wasmjit.Instance(store, wasmjit.Module(engine, wat))
    error = instance.make(5)
    assert isinstance(error, WasmException) and error.values == (5,)
    with pytest.raises(WasmException) as caught:
        instance.throw(WasmException(instance.exports["t"], (6,)))
    assert caught.value.values == (6,)
    with pytest.raises(wasmjit.Trap, match="null exception reference"):
        instance.throw(None)
    with pytest.raises(TypeError, match="exnref"):
        instance.throw(5)
