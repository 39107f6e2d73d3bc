"""Calls in both directions, their values, and who is allowed to make them."""

from __future__ import annotations

import gc
import threading
import weakref
from typing import Any

import pytest

from tests.compat.conftest import World


def test_integers_wrap_around(world: World) -> None:
    assert world.call("add", 2**31, 0) == -(2**31)
    assert world.call("add", 2**35 + 5, -(2**40)) == 5
    assert world.call("long", 2**64 + 3) == 3
    assert world.call("add", True, 0xFFFFFFFF) == 0


def test_several_results_are_a_list(world: World) -> None:
    assert world.call("two") == [1, 2]
    assert world.call("half", 3.0) == 1.5


def test_values_with_types(world: World) -> None:
    assert world.call("add", world.wt.Val.i32(40), 2) == 42
    with pytest.raises(TypeError, match="wrong type of `Val` provided"):
        world.call("add", world.wt.Val.i64(40), 2)


@pytest.mark.parametrize("value", [1.0, None, "1", b"", [1]])
def test_unsuitable_arguments(world: World, value: Any) -> None:
    with pytest.raises(TypeError, match=r"don't know how to convert .* to i32"):
        world.call("add", value, 1)


def test_wrong_number_of_arguments(world: World) -> None:
    with pytest.raises(world.wt.WasmtimeError, match="too few parameters provided: given 1, expected 2"):
        world.call("add", 1)
    with pytest.raises(world.wt.WasmtimeError, match="too many parameters provided: given 3, expected 2"):
        world.call("add", 1, 2, 3)


def test_references(world: World) -> None:
    thing = {"a": [1]}
    assert world.call("same", thing) is thing
    assert world.call("same", world.wt.Val.externref(5)) == 5
    assert world.call("same", None) is None
    assert world.call("same", (1, 2)) == (1, 2)
    func = world.wt.Func(world.store, world.wt.FuncType([], [world.wt.ValType.i32()]), lambda: 42)
    assert world.call("same_func", func)(world.store) == 42
    assert world.call("same_func", None) is None


def test_a_module_that_is_not_alive_elsewhere(world: World) -> None:
    add = world.exports["add"]
    store = world.store
    del world
    gc.collect()
    assert add(store, 1, 2) == 3


def host(wt: Any, store: Any, params: str, results: str, callable: Any, **options: Any) -> Any:
    types = [[getattr(wt.ValType, name)() for name in names.split()] for names in (params, results)]
    return wt.Func(store, wt.FuncType(*types), callable, **options)


def test_host_results_are_checked(wt: Any) -> None:
    store = wt.Store()
    with pytest.raises(wt.WasmtimeError, match="produced results when it shouldn't"):
        host(wt, store, "", "", lambda: 1)(store)
    with pytest.raises(wt.WasmtimeError, match="wrong number of results"):
        host(wt, store, "", "i32 i32", lambda: [1])(store)
    with pytest.raises(TypeError, match="don't know how to convert None to i32"):
        host(wt, store, "", "i32", lambda: None)(store)
    assert host(wt, store, "", "i32 f64", lambda: (2**32 + 1, 1.5))(store) == [1, 1.5]


@pytest.mark.parametrize("error", [ValueError("v"), KeyboardInterrupt(), SystemExit(3), TypeError("t")])
def test_host_exceptions_come_out_as_they_are(wt: Any, error: BaseException) -> None:
    calls = []

    def fail(value: int) -> None:
        calls.append(value)
        raise error

    store = wt.Store()
    text = '(module (import "" "" (func (param i32))) (func (export "run") (param i32) (call 0 (local.get 0))))'
    instance = wt.Instance(store, wt.Module(store.engine, text), [host(wt, store, "i32", "", fail)])
    with pytest.raises(type(error)) as caught:
        instance.exports(store)["run"](store, 0xFFFFFFFF)
    assert caught.value is error
    assert calls == [-1]


def test_host_functions_are_not_called_twice(ours: Any) -> None:
    """An argument that needs conversion may be refused at first: only before anything has run."""
    calls = []

    def fail(*args: object) -> None:
        calls.append(args)
        raise OverflowError

    store = ours.Store()
    func = host(ours, store, "i32 i64 f32", "", fail)
    with pytest.raises(OverflowError):
        func(store, 2**40 + 1, ours.Val.i64(2), 1)
    assert calls == [(1, 2, 1.0)]


def test_a_trap_of_the_host(wt: Any) -> None:
    def fail() -> None:
        raise wt.Trap("no more")

    store = wt.Store()
    with pytest.raises(wt.Trap) as caught:
        host(wt, store, "", "", fail)(store)
    assert caught.value.message == "no more"
    assert caught.value.trap_code is None


CALLER = """(module (import "" "" (func $host)) (memory (export "memory") 1) (data (i32.const 8) "seen")
    (func (export "run") call $host))"""


def test_caller(wt: Any) -> None:
    seen: list[Any] = []

    def look(caller: Any) -> None:
        seen.append(caller)
        seen.append(caller["memory"].read(caller, 8, 12))
        with pytest.raises(KeyError, match="nothing"):
            caller["nothing"]
        assert caller.get("nothing") is None

    store = wt.Store()
    func = host(wt, store, "", "", look, access_caller=True)
    instance = wt.Instance(store, wt.Module(store.engine, CALLER), [func])
    instance.exports(store)["run"](store)
    caller, text = seen
    assert bytes(text) == b"seen"
    assert caller.get("memory") is None
    with pytest.raises(ValueError, match="no longer valid"):
        instance.exports(store)["memory"].data_len(caller)


def test_caller_of_a_start_function(wt: Any) -> None:
    seen = []
    store = wt.Store()
    func = host(wt, store, "", "", lambda caller: seen.append(caller.get("memory") is not None), access_caller=True)
    text = '(module (import "" "" (func)) (memory (export "memory") 1) (start 0))'
    wt.Instance(store, wt.Module(store.engine, text), [func])
    assert seen == [True]


def test_calls_through_the_caller(wt: Any) -> None:
    text = """(module (import "" "" (func $host (result i32)))
        (func (export "inner") (result i32) (i32.const 20)) (func (export "outer") (result i32) call $host))"""
    store = wt.Store()
    func = host(wt, store, "", "i32", lambda caller: caller["inner"](caller) + 1, access_caller=True)
    instance = wt.Instance(store, wt.Module(store.engine, text), [func])
    assert instance.exports(store)["outer"](store) == 21


def test_the_wrong_store_is_an_error(ours: Any) -> None:
    world, other = World(ours), ours.Store()
    for use in (
        lambda: world.exports["add"](other, 1, 2),
        lambda: world.exports["memory"].read(other),
        lambda: world.exports["table"].get(other, 0),
        lambda: world.exports["global"].value(other),
        lambda: world.instance.exports(other),
        lambda: ours.Instance(other, ours.Module(other.engine, CALLER), [world.exports["trap"]]),
        lambda: World(ours, '(module (func (export "f") (param funcref)))').call("f", world.exports["add"]),
    ):
        with pytest.raises(ours.WasmtimeError, match="wrong store"):
            use()


def test_a_closed_store_is_an_error(ours: Any) -> None:
    world = World(ours)
    world.store.close()
    for use in (
        lambda: world.call("add", 1, 2),
        lambda: world.exports["memory"].data_ptr(world.store),
        lambda: world.instance.exports(world.store),
        lambda: ours.Memory(world.store, ours.MemoryType(ours.Limits(1, None))),
    ):
        with pytest.raises(ValueError, match="already closed"):
            use()


def test_v128_is_bytes(ours: Any) -> None:
    """The package ends the process for any function that has one."""
    world = World(ours, '(module (func (export "f") (param v128) (result v128) (local.get 0)))')
    assert world.call("f", bytes(range(16))) == bytes(range(16))
    assert str(world.exports["f"].type(world.store).params) == "[v128]"


def test_threads_take_turns_in_a_store(ours: Any) -> None:
    world = World(ours)
    results: list[int] = []
    threads = [
        threading.Thread(target=lambda: results.extend(world.call("add", i, 1) for i in range(200))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == sorted(list(range(1, 201)) * 4)


def test_nothing_is_left_behind(ours: Any) -> None:
    world = World(ours)
    func = host(ours, world.store, "", "", lambda caller: None, access_caller=True)
    linked = ours.Instance(world.store, ours.Module(world.store.engine, CALLER), [func])
    linked.exports(world.store)["run"](world.store)
    refs = [weakref.ref(world.store), weakref.ref(linked)]
    del world, linked, func
    gc.collect()
    assert [ref() for ref in refs] == [None, None]
