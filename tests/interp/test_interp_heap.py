"""Structures and arrays in Python. What instructions do is the official suite's; here is what it doesn't look at."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from typing import Any

import pytest

import wasmjit

Instantiate = Callable[..., Any]
Source = Callable[[str], str]

OBJECTS = """(module
  (type $point (sub (struct (field (mut i32)) (field f64))))
  (type $named (sub $point (struct (field (mut i32)) (field f64) (field (mut i8)) (field (mut externref)))))
  (type $bytes (array (mut i8))) (type $shorts (array (mut i16))) (type $refs (array (mut anyref)))
  (func (export "named") (param i32 externref) (result (ref $named))
    (struct.new $named (local.get 0) (f64.const 0.5) (i32.const 255) (local.get 1)))
  (func (export "x") (param (ref null $point)) (result i32) (struct.get $point 0 (local.get 0)))
  (func (export "is_named") (param anyref) (result i32) (ref.test (ref $named) (local.get 0)))
  (func (export "is_i31") (param externref) (result i32) (ref.test (ref i31) (any.convert_extern (local.get 0))))
  (func (export "i31") (param i32) (result anyref) (ref.i31 (local.get 0)))
  (func (export "bytes") (param i32) (result (ref $bytes)) (array.new $bytes (i32.const -1) (local.get 0)))
  (func (export "shorts") (result (ref $shorts)) (array.new_fixed $shorts 2 (i32.const -2) (i32.const 70000)))
  (func (export "refs") (param i32) (result (ref $refs)) (array.new_default $refs (local.get 0)))
  (func (export "eq") (param eqref eqref) (result i32) (ref.eq (local.get 0) (local.get 1))))"""


def test_objects_are_sequences(instantiate: Instantiate) -> None:
    instance, host = instantiate(OBJECTS), object()
    named = instance.named(7, host)
    assert isinstance(named, wasmjit.Struct) and not isinstance(named, wasmjit.Array)
    assert (named.fields, len(named), named[-1]) == ((7, 0.5, -1, host), 4, host)
    named[0], named[2] = -8, 200
    assert (instance.x(named), named[2]) == (-8, -56)
    assert (instance.is_named(named), instance.is_named(instance.bytes(1)), instance.is_named(None)) == (1, 0, 0)
    shorts = instance.shorts()
    assert isinstance(shorts, wasmjit.Array) and list(shorts) == [-2, 4464]
    with pytest.raises(TypeError, match="fields 1 cannot be changed"):
        named[1] = 1.0
    with pytest.raises(OverflowError, match="out of range for i8"):
        named[2] = 256
    with pytest.raises(IndexError, match="index 2 is not inside 2 elements"):
        shorts[2]
    with pytest.raises(TypeError, match="for i32"):
        named[0] = "text"


def test_an_object_belongs_to_its_store(instantiate: Instantiate) -> None:
    foreign = instantiate(OBJECTS).named(1, None)
    with pytest.raises(ValueError, match="another store"):
        instantiate(OBJECTS).x(foreign)
    with pytest.raises(TypeError, match="an object of type"):
        (instance := instantiate(OBJECTS)).x(instance.bytes(1))


def test_integers_of_the_host_are_no_i31(instantiate: Instantiate) -> None:
    instance = instantiate(OBJECTS)
    for value in (5, True, -1, 1 << 40):
        assert instance.is_i31(value) == 0
    assert instance.is_i31(instance.i31(5)) == 0, "what Python gets is an int, and an int is an object of the host"
    assert [instance.i31(i) for i in (0, -1, 1 << 30, (1 << 30) - 1)] == [0, -1, -1 << 30, (1 << 30) - 1]
    named = instance.named(0, 1 << 40)
    assert named[3] == 1 << 40
    named[3] = 6
    assert named[3] == 6
    refs = instance.refs(2)
    refs[0], refs[1] = 3, refs
    assert (refs[0], refs[1]) == (3, refs)


def test_equality_is_identity_and_that_of_small_integers(instantiate: Instantiate) -> None:
    instance = instantiate(OBJECTS)
    first, second = instance.bytes(2), instance.bytes(2)
    assert (instance.eq(first, first), instance.eq(first, second)) == (1, 0)
    assert (instance.eq(5, 5), instance.eq(5, 6), instance.eq(None, None), instance.eq(None, 0)) == (1, 0, 1, 0)


def test_arrays_are_limited_by_the_heap() -> None:
    store = wasmjit.Store(wasmjit.Engine(tier="interp", max_gc_heap_bytes=1 << 20))
    instance = wasmjit.load(OBJECTS, store=store)
    assert len(instance.bytes(1 << 20)) == 1 << 20
    for make, count in (("bytes", (1 << 20) + 1), ("refs", 1 << 18), ("bytes", -1)):
        with pytest.raises(wasmjit.Trap, match="gc heap exhausted"):
            instance[make](count)


def test_python_collects_the_garbage() -> None:
    store = wasmjit.Store(wasmjit.Engine(tier="interp"))
    instance = wasmjit.load(OBJECTS, store=store)
    refs = instance.refs(1)
    refs[0] = refs
    gone = weakref.ref(refs)
    del refs
    assert store.gc() == 0
    assert gone() is None


def test_stores_with_objects_are_freed(instantiate: Instantiate) -> None:
    instance = instantiate(OBJECTS)
    instance.named(1, None)
    gone = weakref.ref(instance._instance.store)
    del instance
    gc.collect()
    assert gone() is None


NULLS = """(module (type $s (struct (field (mut i32)))) (type $a (array (mut i32)))
  (type $l (array (mut (ref null $s))))
  (memory 1)
  (func (export "get") (drop (struct.get $s 0 (ref.null $s))))
  (func (export "set") (struct.set $s 0 (ref.null $s) (i32.const 1)))
  (func (export "element") (drop (array.get $a (ref.null $a) (i32.const 0))))
  (func (export "store") (array.set $a (ref.null $a) (i32.const 0) (i32.const 0)))
  (func (export "length") (drop (array.len (ref.null $a))))
  (func (export "small") (drop (i31.get_s (ref.null i31))))
  (func (export "bounds") (drop (array.get $a (array.new_default $a (i32.const 2)) (i32.const 2))))
  (func (export "negative") (drop (array.get $a (array.new_default $a (i32.const 2)) (i32.const -1))))
  (func (export "memory") (drop (array.get $a (array.new_default $a (i32.const 2)) (i32.load8_u (i32.const -1)))))
  (func (export "load") (drop (i32.load8_u (array.get $a (array.new_default $a (i32.const 2)) (i32.const 2)))))
  (func (export "nested")
    (drop (struct.get $s 0 (array.get $l (array.new_default $l (i32.const 2)) (i32.const 1)))))
  (func (export "first") (struct.set $s 0
    (struct.new $s (array.get $a (ref.null $a) (i32.const 0))) (struct.get $s 0 (ref.null $s)))))"""
EXPECTED = {
    "get": "null_structure_reference", "set": "null_structure_reference", "element": "null_array_reference",
    "store": "null_array_reference", "length": "null_array_reference", "small": "null_i31_reference",
    "bounds": "array_out_of_bounds", "negative": "array_out_of_bounds", "memory": "memory_out_of_bounds",
    "load": "array_out_of_bounds", "nested": "null_structure_reference", "first": "null_array_reference",
}  # fmt: skip


@pytest.mark.parametrize("name", EXPECTED)
def test_traps_say_what_was_null_or_out_of_bounds(name: str, instantiate: Instantiate) -> None:
    with pytest.raises(wasmjit.Trap) as caught:
        instantiate(NULLS)[name]()
    assert caught.value.code == EXPECTED[name]
    assert caught.value.frames[0].offset


def test_casts_to_final_types_compare_classes(source: Source) -> None:
    text = source(
        """(module (type $open (sub (struct))) (type $final (sub final $open (struct)))
          (func (param anyref) (result i32) (i32.add
            (ref.test (ref $final) (local.get 0)) (ref.test (ref null $open) (local.get 0)))))"""
    )
    assert "type(l0) is T1" in text
    assert "l0 is None or isinstance(l0, T0)" in text
