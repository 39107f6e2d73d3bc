"""Calls from wasm to Python: values, callers, exceptions."""

from __future__ import annotations

import weakref
from typing import Any

import pytest

from wasmjit.errors import ExhaustionError, ExitStatus, Trap
from wasmjit.wasm.types import EXTERNREF, F32, F64, FUNCREF, I32, I64, V128

TYPES = "i32 i64 f32 f64 v128 funcref externref"


def passing(rt: Any, store: Any, type: str, callable: Any, **options: Any) -> Any:
    """An instance that passes the arguments of `f` to a host function, and its results back."""
    func = rt.host(store, type, callable, **options)
    params, results = (" ".join(t.name for t in types) for types in (func.type.params, func.type.results))
    gets = " ".join(f"(local.get {i})" for i in range(len(func.type.params)))
    wat = f"""(module (import "" "h" (func $h (param {params}) (result {results})))
      (func (export "f") (param {params}) (result {results}) (call $h {gets})))"""
    return rt.instance(store, wat, [func])


def test_all_types_both_ways(store: Any, rt: Any) -> None:
    seen: list[Any] = []

    def host(*args: Any) -> Any:
        seen.append(args)
        return args

    inst = passing(rt, store, f"{TYPES} -> {TYPES}", host)
    values = (-1, 1 << 62, 0.5, -0.1, bytes(range(16)), inst.exports["f"], seen)
    assert rt.call(inst, "f", *values) == values
    assert seen == [values]
    assert rt.call(inst, "f", 0, 0, 0.0, 0.0, bytes(16), None, None)[5:] == (None, None)


@pytest.mark.parametrize(
    ("type", "value", "seen"),
    [
        ("i32", 0xFFFFFFFF, -1),
        ("i32", True, 1),
        ("i64", (1 << 64) - 2, -2),
        ("f32", 5, 5.0),
        ("f32", 1e40, float("inf")),
        ("f64", 3, 3.0),
        ("v128", bytearray(16), bytes(16)),
        ("externref", len, len),
    ],
)
def test_single_results(store: Any, rt: Any, type: str, value: object, seen: object) -> None:
    assert rt.call(passing(rt, store, f"-> {type}", lambda: value), "f") == seen


@pytest.mark.parametrize(
    ("type", "value", "error", "message"),
    [
        ("i32", None, TypeError, "host() result 1: expected an integer for i32, not None"),
        ("i32", 1.5, TypeError, "host() result 1: expected an integer for i32, not float"),
        ("i32", 1 << 32, OverflowError, "host() result 1: 4294967296 is out of range for i32"),
        ("i32", (1,), TypeError, "host() result 1: expected an integer for i32, not tuple"),
        ("i32 i32", 5, TypeError, "host() must return 2 values, not int"),
        ("i32 i32", (1, "x"), TypeError, "host() result 2: expected an integer"),
        ("v128", b"", ValueError, "host() result 1: expected 16 bytes"),
        ("funcref", 5, TypeError, "host() result 1: expected a wasm function"),
    ],
)
def test_unsuitable_results(
    store: Any, rt: Any, type: str, value: object, error: type[Exception], message: str
) -> None:
    inst = passing(rt, store, f"-> {type}", lambda: value, name="host")
    with pytest.raises(error) as caught:
        rt.call(inst, "f")
    assert str(caught.value).startswith(message)


def test_functions_without_results_may_return_anything(store: Any, rt: Any) -> None:
    assert rt.call(passing(rt, store, "->", lambda: 5), "f") is None


@pytest.mark.parametrize(
    "error",
    [
        ValueError("x"),
        KeyboardInterrupt(),
        SystemExit(3),
        ExitStatus(5),
        StopIteration(),
        Trap("mine"),
        GeneratorExit(),
    ],
)
def test_exceptions_come_out_as_they_are(store: Any, rt: Any, error: BaseException) -> None:
    def host() -> None:
        raise error

    inst = passing(rt, store, "->", host)
    for _ in range(2):
        with pytest.raises(type(error)) as caught:
            rt.call(inst, "f")
        assert caught.value is error and error.__cause__ is None and error.__context__ is None
    names = [entry.name for entry in caught.traceback]
    assert names[-1] == "host" and "_run" in names


def test_traps_of_the_host_get_the_wasm_frames(store: Any, rt: Any) -> None:
    def host() -> None:
        raise Trap("mine")

    with pytest.raises(Trap) as caught:
        rt.call(passing(rt, store, "->", host), "f")
    assert [frame.funcidx for frame in caught.value.frames] == [1]


def test_a_trap_collects_the_frames_of_all_activations(store: Any, rt: Any) -> None:
    inner = rt.instance(store, '(module (func (export "trap") (call $g)) (func $g unreachable))')
    outer = passing(rt, store, "->", lambda: rt.call(inner, "trap"))
    with pytest.raises(Trap) as caught:
        rt.call(outer, "f")
    assert [frame.funcidx for frame in caught.value.frames] == [1, 0, 1]
    assert caught.value.code == "unreachable"


def test_a_caught_trap_is_over(store: Any, rt: Any) -> None:
    inner = rt.instance(store, '(module (func (export "trap") unreachable))')

    def host() -> int:
        with pytest.raises(Trap):
            rt.call(inner, "trap")
        return 5

    assert rt.call(passing(rt, store, "-> i32", host), "f") == 5


def test_recursion_errors_become_exhaustion(store: Any, rt: Any) -> None:
    def host() -> None:
        host()

    with pytest.raises(ExhaustionError) as caught:
        rt.call(passing(rt, store, "->", host), "f")
    assert type(caught.value.__cause__) is RecursionError
    assert [frame.funcidx for frame in caught.value.frames] == [1]


def test_callers(store: Any, rt: Any) -> None:
    seen: list[Any] = []
    host = rt.host(store, "i32 ->", lambda caller, x: seen.append((caller, x)), wants_caller=True)
    wat = """(module (import "" "h" (func $h (param i32))) (table (export "t") 1 funcref) (elem (i32.const 0) $h)
      (func (export "f") (call $h (i32.const 1)))
      (func (export "indirect") (call_indirect (param i32) (i32.const 2) (i32.const 0))))"""
    first, second = rt.instance(store, wat, [host]), rt.instance(store, wat, [host])
    rt.call(first, "f")
    rt.call(second, "f")
    rt.call(second, "indirect")
    host.call((3,))
    assert seen == [(first, 1), (second, 1), (second, 2), (None, 3)]
    assert first.exports["t"].get_value(0) is host
    first.exports["t"].set_value(0, host)
    rt.call(first, "indirect")
    assert seen[-1] == (None, 2), "Python has put it in"


def test_calling_host_functions_from_python(store: Any, rt: Any) -> None:
    def host(*args: Any) -> Any:
        return args

    func = rt.host(store, f"{TYPES} -> {TYPES}", host)
    marker = object()
    values = (0xFFFFFFFF, 2, 0.1, 0.1, bytes(16), func, marker)
    assert func.call(values) == (-1, 2, 0.10000000149011612, 0.1, bytes(16), func, marker)
    assert func.name == "host" and rt.host(store, "->", host, name="other").name == "other"
    with pytest.raises(TypeError, match="takes 7 arguments"):
        func.call(())
    buffer = bytearray(b"\5" + bytes(7))
    rt.host(store, "i32 -> i64", lambda x: x * 3).invoke(buffer)
    assert buffer == b"\x0f" + bytes(7)
    assert [func.type.params[i] for i in range(7)] == [I32, I64, F32, F64, V128, FUNCREF, EXTERNREF]


def test_functions_returned_by_the_host_are_kept(store: Any, rt: Any) -> None:
    def make() -> Any:
        func = rt.host(store, "-> i32", lambda: 99)
        watches.append(weakref.ref(func))
        return func

    watches: list[Any] = []
    wat = """(module (import "" "make" (func $make (result funcref))) (table 1 funcref)
      (func (export "keep") (table.set (i32.const 0) (call $make)))
      (func (export "use") (result i32) (call_indirect (result i32) (i32.const 0))))"""
    inst = rt.instance(store, wat, [rt.host(store, "-> funcref", make)])
    rt.call(inst, "keep")
    assert rt.call(inst, "use") == 99
    del inst
    assert watches[0]() is None


def test_nested_calls_of_the_same_function(store: Any, rt: Any) -> None:
    def host(n: int) -> int:
        return n * rt.call(inst, "f", n - 1) if n > 1 else 1

    inst = passing(rt, store, "i32 -> i32", host)
    assert rt.call(inst, "f", 10) == 3628800


def test_memory_may_grow_in_a_host_call(store: Any, rt: Any) -> None:
    wat = """(module (import "" "h" (func $h)) (memory (export "m") 1)
      (func (export "f") (result i32) (i32.store (i32.const 0) (i32.const 1)) (call $h)
        (i32.load (i32.const 65536))))"""
    inst = rt.instance(store, wat, [rt.host(store, "->", lambda: None)])
    memory = inst.exports["m"]
    with pytest.raises(Trap):
        rt.call(inst, "f")

    def grow() -> None:
        memory.grow(1)
        memory.write(65536, b"\7")

    inst = rt.instance(store, wat, [rt.host(store, "->", grow)])
    memory = inst.exports["m"]
    assert rt.call(inst, "f") == 7
