"""Function objects: the generated way and the portable way give the same results and the same errors."""

from __future__ import annotations

import gc
import math
import sys
import threading
import traceback
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from wasmjit.api.func import wrap_func
from wasmjit.errors import ExhaustionError, Trap

WAT = """(module
  (import "" "i32" (func $i32 (param i32) (result i32))) (import "" "i64" (func $i64 (param i64) (result i64)))
  (import "" "f32" (func $f32 (param f32) (result f32))) (import "" "f64" (func $f64 (param f64) (result f64)))
  (import "" "v128" (func $v128 (param v128) (result v128)))
  (import "" "both" (func $both (param i32 i64 f32 f64 v128) (result v128 f64 f32 i64 i32)))
  (import "" "none" (func $none))
  (func (export "i32") (param i32) (result i32) (call $i32 (local.get 0)))
  (func (export "i64") (param i64) (result i64) (call $i64 (local.get 0)))
  (func (export "f32") (param f32) (result f32) (call $f32 (local.get 0)))
  (func (export "f64") (param f64) (result f64) (call $f64 (local.get 0)))
  (func (export "v128") (param v128) (result v128) (call $v128 (local.get 0)))
  (func (export "both") (param i32 i64 f32 f64 v128) (result v128 f64 f32 i64 i32)
    (call $both (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4)))
  (func (export "none") (call $none)) (func (export "trap") unreachable)
  (func $deep (export "deep") (result i32) (i32.add (i32.const 1) (call $deep))))"""

TYPES = ("i32", "i64", "f32", "f64", "v128")
V = bytes(range(16))


class Index:
    def __init__(self, value: Any) -> None:
        self.value = value

    def __index__(self) -> Any:
        if isinstance(self.value, Exception):
            raise self.value
        return self.value


class Float:
    def __float__(self) -> float:
        return 1.25


INTS = [
    0,
    -1,
    1,
    True,
    2**31 - 1,
    2**31,
    2**32 - 1,
    2**32,
    -(2**31),
    -(2**31) - 1,
    2**63,
    2**64 - 1,
    2**64,
    -(2**63) - 1,
]
VALUES = [*INTS, 10**400, 1.5, -0.0, math.inf, math.nan, 1e300, 0.1, None, "1", V, V[:5], bytearray(V), memoryview(V)]
VALUES += [Index(7), Index(2**40), Index(LookupError("index")), Index("x"), Float(), [1], (1, 2), object]


def outcome(call: Callable[..., Any], *args: Any) -> Any:
    """What a call gives, comparable: -0.0 and NaN too."""
    try:
        result = call(*args)
    except Exception as error:
        return type(error), str(error)
    return type(result), repr(result)


@pytest.fixture(params=["native", "python"])
def hosts(rt: Any, store: Any, request: pytest.FixtureRequest) -> Any:
    """Makes host functions of a type name, called through native thunks or through the dispatcher."""

    def make(type: str, callable: Callable[..., Any], **options: Any) -> Any:
        made = rt.host(store, type, callable, **options)
        if request.param == "python":
            made._code = store.native.thunk(made.signature.key)
        return made

    return make


def build(rt: Any, store: Any, hosts: Any, callables: dict[str, Callable[..., Any]]) -> Any:
    types = {name: f"{name} -> {name}" for name in TYPES}
    types |= {"both": "i32 i64 f32 f64 v128 -> v128 f64 f32 i64 i32", "none": "->"}
    imports = [
        hosts(type, callables.get(name, lambda *args: args[::-1] if len(args) > 1 else args and args[0]), name=name)
        for name, type in types.items()
    ]
    return rt.instance(store, WAT, imports)


@pytest.mark.parametrize("name", TYPES)
def test_arguments_both_ways(rt: Any, store: Any, hosts: Any, name: str) -> None:
    inst = build(rt, store, hosts, {})
    func = inst.exports[name]
    for value in VALUES:
        assert outcome(wrap_func(func), value) == outcome(lambda x: func.call((x,)), value), value


@pytest.mark.parametrize("name", TYPES)
def test_results_of_host_functions_both_ways(rt: Any, store: Any, name: str) -> None:
    for value in VALUES:
        seen = []
        for way in ("native", "python"):
            host = rt.host(store, f"{name} -> {name}", lambda x, value=value: value, name="host")
            if way == "python":
                host._code = store.native.thunk(host.signature.key)
            wat = f'(module (import "" "h" (func $h (param {name}) (result {name}))) (export "h" (func 1)) '
            wat += f"(func (param {name}) (result {name}) (call $h (local.get 0))))"
            inst = rt.instance(store, wat, [host])
            seen.append(outcome(wrap_func(inst.exports["h"]), V if name == "v128" else 1))
        assert seen[0] == seen[1], value


def test_several_values(rt: Any, store: Any, hosts: Any) -> None:
    func = wrap_func(build(rt, store, hosts, {}).exports["both"])
    assert func(1, 2, 3.5, 4.5, V) == (V, 4.5, 3.5, 2, 1)
    assert func(2**32 - 1, 2**64 - 1, 3, 4, bytearray(V)) == (V, 4.0, 3.0, -1, -1)
    assert func._apply(1, 2, 3.5, 4.5, V) == (V, 4.5, 3.5, 2, 1)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((), "i32() takes 1 argument, not 0"),
        ((1, 2), "i32() takes 1 argument, not 2"),
        ((1.0,), "i32() argument 1: expected an integer for i32, not float"),
    ],
)
def test_wrong_arguments(rt: Any, store: Any, hosts: Any, args: Any, message: str) -> None:
    func = build(rt, store, hosts, {}).exports["i32"]
    for call in (wrap_func(func), func.apply):
        with pytest.raises(TypeError) as caught:
            call(*args)
        assert str(caught.value) == message
        with pytest.raises(TypeError):
            call(1, unknown=2)


def test_traps_leave_all_as_it_was(rt: Any, store: Any, hosts: Any) -> None:
    inst = build(rt, store, hosts, {})
    trap, deep, none = (wrap_func(inst.exports[name]) for name in ("trap", "deep", "none"))
    for _ in range(200):
        with pytest.raises(Trap, match="unreachable") as caught:
            trap()
        assert len(caught.value.frames) == 1
        with pytest.raises(ExhaustionError):
            deep()
        assert none() is None
    assert store.lock.try_acquire() and not store.lock.release()


@pytest.mark.parametrize(
    "error", [LookupError("x"), SystemExit(3), KeyboardInterrupt(), GeneratorExit(), StopIteration()]
)
def test_exceptions_come_out_as_they_are(rt: Any, store: Any, hosts: Any, error: BaseException) -> None:
    def fail() -> None:
        raise error

    func = wrap_func(build(rt, store, hosts, {"none": fail}).exports["none"])
    with pytest.raises(BaseException) as caught:
        func()
    assert caught.value is error
    title, frame = error.__notes__[-1].splitlines()
    assert title == "Called by wasm (innermost first):" and frame.startswith("  wasm!func[13] @ 0x")
    assert "fail" in [frame.name for frame in traceback.extract_tb(error.__traceback__)]


def test_python_and_wasm_call_each_other(rt: Any, store: Any, hosts: Any) -> None:
    def count(x: int) -> int:
        return func(x - 1) + 1 if x else 0

    func = wrap_func(build(rt, store, hosts, {"i32": count}).exports["i32"])
    assert func(50) == 50
    with pytest.raises(RecursionError):
        func(10**6)
    assert func(50) == 50


def test_the_caller_is_passed(rt: Any, store: Any, hosts: Any) -> None:
    seen = []
    host = hosts("i32 -> i32", lambda caller, x: seen.append(caller) or x, wants_caller=True)
    wat = '(module (import "" "h" (func $h (param i32) (result i32))) (export "again" (func $h)) '
    wat += '(func (export "f") (param i32) (result i32) (call $h (local.get 0))))'
    inst = rt.instance(store, wat, [host])
    assert wrap_func(inst.exports["f"])(5) == 5
    assert wrap_func(inst.exports["again"])(6) == 6
    assert seen == [inst, None]


def test_nothing_leaks(rt: Any, store: Any, hosts: Any) -> None:
    inst = build(rt, store, hosts, {"i64": lambda x: None})
    both, wrong = wrap_func(inst.exports["both"]), wrap_func(inst.exports["i64"])
    value, big = bytes(V), 2**40
    counts = []
    for _ in range(2):
        for _ in range(100):
            both(1, big, 3.5, 4.5, value)
            with pytest.raises(TypeError):
                wrong(big)
        gc.collect()
        counts.append([sys.getrefcount(x) for x in (value, big, None, int, bytes, tuple)])
    assert all(abs(a - b) < 50 for a, b in zip(*counts, strict=True)), counts


def test_objects_go_when_nobody_has_them(rt: Any, store: Any, hosts: Any) -> None:
    inst = build(rt, store, hosts, {})
    func = wrap_func(inst.exports["none"])
    func()
    watch = [weakref.ref(inst), weakref.ref(func)]
    del inst, func
    assert [ref() for ref in watch] == [None, None]


def test_threads_take_turns_in_a_store(rt: Any, store: Any, hosts: Any) -> None:
    inside: list[int] = []
    overlaps = []

    def host() -> None:
        inside.append(1)
        overlaps.append(len(inside) > 1)
        sys.setswitchinterval(sys.getswitchinterval())  # a call that may let others run
        threading.Event().wait(0.0005)
        inside.pop()

    func = wrap_func(build(rt, store, hosts, {"none": host}).exports["none"])
    threads = [threading.Thread(target=lambda: [func() for _ in range(20)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(overlaps) == 80 and not any(overlaps)


def test_subclasses_and_bare_objects() -> None:
    from wasmjit import Func

    with pytest.raises(TypeError):
        Func.__new__(Func)()
    assert Func.__name__ == "Func" and Func.__module__ == "wasmjit.api.func" and "Values:" in (Func.__doc__ or "")
