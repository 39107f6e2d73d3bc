"""Structures and arrays: collection, roots, limits, and how Python sees them. Stress collects at each allocation."""

from __future__ import annotations

import gc
import threading
import weakref
from typing import Any

import pytest

from wasmjit import Array, Engine, Instance, Module, Store, Struct, Trap

LISTS = """(module
  (type $node (struct (field $value (mut i32)) (field $next (mut (ref null $node)))))
  (type $bytes (array (mut i8)))
  (global $kept (export "kept") (mut (ref null $node)) (ref.null $node))
  (table $table (export "table") 4 (ref null $node))
  (func $make (export "make") (param $n i32) (result (ref null $node)) (local $list (ref null $node))
    (loop $more
      (local.set $list (struct.new $node (local.get $n) (local.get $list)))
      (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $list))
  (func (export "sum") (param $list (ref null $node)) (result i32) (local $sum i32)
    (block $done
      (loop $more
        (local.set $sum (i32.add (local.get $sum) (struct.get $node $value (br_on_null $done (local.get $list)))))
        (local.set $list (struct.get $node $next (local.get $list)))
        (br $more)))
    (local.get $sum))
  (func (export "ring") (param $n i32) (local $first (ref null $node)) (local $last (ref null $node))
    (local.set $first (call $make (local.get $n)))
    (local.set $last (local.get $first))
    (loop $more
      (if (ref.is_null (struct.get $node $next (local.get $last)))
        (then (struct.set $node $next (local.get $last) (local.get $first)))
        (else (local.set $last (struct.get $node $next (local.get $last))) (br $more)))))
  (func (export "keep") (param $n i32)
    (global.set $kept (call $make (local.get $n)))
    (table.set $table (i32.const 2) (call $make (local.get $n))))
  (func (export "bytes") (param $n i32) (result (ref $bytes)) (array.new $bytes (i32.const 255) (local.get $n)))
  (func (export "hoard") (loop $more
    (global.set $kept (struct.new $node (i32.const 1) (global.get $kept))) (br $more))))"""


def instance(text: str, **settings: Any) -> Any:
    engine = Engine(**{"opt": 0, **settings})
    return Instance(Store(engine), Module(engine, text))


@pytest.fixture(params=[False, True], ids=["normal", "stress"])
def lists(request: pytest.FixtureRequest) -> Any:
    return instance(LISTS, gc_stress=request.param)


# --- collection


def test_lists_stay_whole(lists: Any) -> None:
    made = lists.make(200)
    others = [lists.make(50) for _ in range(3)]
    assert lists.sum(made) == 20100 and [lists.sum(other) for other in others] == [1275] * 3


def test_garbage_is_collected_cycles_included() -> None:
    lists: Any = instance(LISTS)
    for _ in range(40):
        lists.ring(50_000)  # 1.6 MB each
    assert lists.store._runtime.heap.collections >= 2
    assert lists.store._runtime.heap.used_bytes <= 20 << 20
    assert lists.store.gc() == 0


def test_globals_and_tables_are_roots(lists: Any) -> None:
    lists.keep(30)
    lists.store.gc()
    lists.make(30)
    assert lists.sum(lists.kept.value) == lists.sum(lists.table[2]) == 465
    lists.kept.value = lists.table[2] = None
    assert lists.store.gc() == 0


def test_python_keeps_what_it_holds(lists: Any) -> None:
    made = lists.make(10)
    second = made.fields[1]
    del made
    lists.store.gc()
    assert lists.sum(second) == 54
    assert second.fields[1] == second[1] and second[1] in {second[1]}
    del second
    assert lists.store.gc() == 0


def test_large_objects() -> None:
    lists: Any = instance(LISTS)
    arrays = [lists.bytes(size) for size in (32_000, 33_000, 65_520, 65_521, 1_000_000)]
    lists.bytes(500_000)
    del arrays[2]
    lists.store.gc()
    arrays.append(lists.bytes(70_000))
    assert [len(array) for array in arrays] == [32_000, 33_000, 65_521, 1_000_000, 70_000]
    assert all(array[0] == array[-1] == -1 for array in arrays)
    arrays.clear()
    assert lists.store.gc() == 0


def test_the_limit_is_a_trap_and_the_store_goes_on() -> None:
    lists: Any = instance(LISTS, max_gc_heap_bytes=1 << 20)
    with pytest.raises(Trap, match="gc heap exhausted") as caught:
        lists.hoard()
    assert caught.value.code == "gc_heap_exhausted" and caught.value.frames
    with pytest.raises(Trap, match="gc heap exhausted"):
        lists.bytes(4 << 20)
    with pytest.raises(Trap, match="gc heap exhausted"):
        lists.bytes(-1)
    lists.kept.value = None
    assert lists.sum(lists.make(100)) == 5050


def test_stores_of_two_threads_collect_at_once() -> None:
    results = []

    def work() -> None:
        lists: Any = instance(LISTS, gc_stress=True)
        results.append([lists.sum(lists.make(100)) for _ in range(5)])

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [[5050] * 5] * 2


def test_a_dropped_store_takes_its_heap_along() -> None:
    lists: Any = instance(LISTS)
    lists.keep(10)
    runtime = weakref.ref(lists.store._runtime)
    del lists
    gc.collect()
    assert runtime() is None


# --- host functions, host objects


CALLS = """(module
  (type $pair (struct (field anyref) (field (mut externref))))
  (import "env" "see" (func $see (param (ref $pair) eqref) (result anyref)))
  (func (export "call") (param externref) (result anyref) (local $pair (ref $pair))
    (local.set $pair (struct.new $pair (any.convert_extern (local.get 0)) (local.get 0)))
    (call $see (local.get $pair) (ref.i31 (i32.const -7))))
  (func (export "pair") (param externref) (result (ref $pair))
    (struct.new $pair (ref.i31 (i32.const 3)) (local.get 0)))
  (func (export "clear") (param (ref $pair)) (struct.set $pair 1 (local.get 0) (ref.null extern))))"""


class Thing:
    """An object that can be referred to weakly."""


@pytest.mark.parametrize("stress", [False, True])
def test_objects_go_through_host_functions(stress: bool) -> None:
    engine = Engine(opt=0, gc_stress=stress)
    store, seen, thing = Store(engine), list[Any](), Thing()

    def function(pair: Struct, number: int) -> object:
        store.gc()
        seen.extend([*pair.fields, number])
        return pair

    calls: Any = Instance(store, Module(engine, CALLS), {"env": {"see": function}})
    pair = calls.call(thing)
    assert isinstance(pair, Struct) and pair.fields == (thing, thing)
    assert seen == [thing, thing, -7]


def test_objects_of_the_host_live_as_long_as_a_structure_holds_them() -> None:
    engine = Engine(opt=0)
    store = Store(engine)
    calls: Any = Instance(store, Module(engine, CALLS), {"env": {"see": lambda *_: None}})
    thing = Thing()
    gone = weakref.ref(thing)
    pair = calls.pair(thing)
    del thing
    store.gc()
    assert pair[1] is gone() is not None
    calls.clear(pair)
    store.gc()
    assert gone() is None
    other = Thing()
    gone = weakref.ref(other)
    pair = calls.pair(other)
    del other, pair
    store.gc()
    assert gone() is None and len(store._runtime.externrefs) == 0


def test_functions_in_structures_keep_their_instance() -> None:
    text = """(module (type $f (func (result i32))) (type $s (struct (field (ref $f))))
      (func $seven (export "seven") (type $f) (i32.const 7))
      (func (export "make") (result (ref $s)) (struct.new $s (ref.func $seven))))"""
    made: Any = instance(text)
    struct = made.make()
    del made
    gc.collect()
    assert struct[0]() == 7


# --- constant expressions, exceptions


def test_constant_expressions_make_objects_under_stress() -> None:
    text = """(module (type $a (array (mut anyref))) (type $s (struct (field i32) (field (ref $a)) (field v128)))
      (global $a (ref $a) (array.new_fixed $a 2 (ref.i31 (i32.const 5)) (struct.new_default $empty)))
      (type $empty (struct))
      (global (export "s") (ref $s)
        (struct.new $s (i32.const -3) (global.get $a) (v128.const i64x2 1 2)))
      (global (export "b") (ref $b) (array.new $b (i32.const 300) (i32.const 3)))
      (type $b (array i8))
      (table (export "t") 3 (ref null $b) (array.new_default $b (i32.const 4)))
      (elem $e (ref $b) (array.new_default $b (i32.const 1)) (array.new_default $b (i32.const 2)))
      (type $all (array (ref $b)))
      (func (export "all") (result (ref $all)) (array.new_elem $all $e (i32.const 0) (i32.const 2))))"""
    made: Any = instance(text, gc_stress=True)
    number, array, vector = made.s.value.fields
    assert number == -3 and vector == bytes([1, *[0] * 7, 2, *[0] * 7])
    assert array[0] == 5 and isinstance(array[1], Struct) and array[1].fields == ()
    assert list(made.b.value) == [44] * 3
    assert list(made.t[2]) == [0] * 4
    assert [len(item) for item in made.all()] == [1, 2]


@pytest.mark.parametrize("stress", [False, True])
def test_exceptions_and_objects_hold_one_another(stress: bool) -> None:
    text = """(module (type $s (struct (field i32))) (type $x (struct (field exnref)))
      (tag $t (param (ref $s)))
      (func $throw (param i32) (throw $t (struct.new $s (local.get 0))))
      (func $catch (export "catch") (param i32) (result exnref)
        (block $caught (result exnref)
          (try_table (catch_all_ref $caught) (call $throw (local.get 0)))
          (ref.null exn)))
      (func $payload (param exnref) (result (ref $s))
        (block $got (result (ref $s))
          (try_table (catch $t $got) (throw_ref (local.get 0)))
          (unreachable)))
      (func (export "run") (param $n i32) (result i32) (local $box (ref null $x))
        (local.set $box (struct.new $x (call $catch (i32.const 42))))
        (loop $more
          (drop (call $catch (local.get $n)))
          (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (struct.get $s 0 (call $payload (struct.get $x 0 (local.get $box))))))"""
    made: Any = instance(text, gc_stress=stress)
    assert made.run(30 if stress else 5000) == 42


# --- Python's side


VALUES = """(module
  (type $s (struct (field (mut i8)) (field (mut i16)) (field (mut i64)) (field (mut f32)) (field (mut v128))
                   (field (mut (ref null i31))) (field (mut (ref null $s))) (field i32)))
  (type $a (array (mut i16)))
  (func (export "s") (result (ref $s)) (struct.new_default $s))
  (func (export "a") (result (ref $a)) (array.new_fixed $a 3 (i32.const 1) (i32.const -1) (i32.const 65535)))
  (func (export "get_u") (param (ref $s)) (result i32) (struct.get_u $s 0 (local.get 0)))
  (func (export "i31") (param i31ref) (result i31ref) (local.get 0))
  (func (export "any") (param anyref) (result anyref) (local.get 0))
  (func (export "struct") (param structref))
  (func (export "some") (param (ref $s))))"""


def test_fields_are_read_and_written() -> None:
    values: Any = instance(VALUES)
    s = values.s()
    assert s.fields == (0, 0, 0, 0.0, bytes(16), None, None, 0) and len(s) == 8
    s[0], s[1], s[2], s[3], s[4], s[5], s[6] = 200, -5, -1, 1.5, b"x" * 16, -9, s
    assert s.fields[:6] == (-56, -5, -1, 1.5, b"x" * 16, -9) and s[6] == s
    assert values.get_u(s) == 200
    for index, value, error in ((0, 256, OverflowError), (0, "x", TypeError), (5, 1 << 31, OverflowError)):
        with pytest.raises(error):
            s[index] = value
    with pytest.raises(TypeError, match="cannot be changed"):
        s[7] = 1
    with pytest.raises(IndexError):
        s[8]
    assert "struct" in repr(s) and str(s.type).startswith("(struct (mut i8)")


def test_arrays_are_sequences() -> None:
    array = instance(VALUES).a()
    assert isinstance(array, Array)
    assert (len(array), list(array), array[-1]) == (3, [1, -1, -1], -1)
    array[1] = 40000
    assert array[1] == 40000 - 65536 and "Array of 3" in repr(array)


@pytest.mark.parametrize("value", [0, 1, -1, (1 << 30) - 1, -(1 << 30)])
def test_i31(value: int) -> None:
    values: Any = instance(VALUES)
    assert values.i31(value) == values.any(value) == value


def test_unsuitable_values_are_refused() -> None:
    values: Any = instance(VALUES)
    thing = Thing()
    assert values.any(thing) is thing and values.any("text") == "text"
    assert values.i31((1 << 31) - 1) == -1
    with pytest.raises(OverflowError, match="out of range for i31"):
        values.i31(1 << 31)
    with pytest.raises(TypeError, match="expected a Struct"):
        values.struct(3)
    with pytest.raises(TypeError, match="an object of type"):
        values.struct(values.a())
    with pytest.raises(TypeError, match="cannot be null"):
        values.some(None)
    with pytest.raises(ValueError, match="another store"):
        values.struct(instance(VALUES).s())
