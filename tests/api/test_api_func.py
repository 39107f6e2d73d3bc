import gc
import threading
import time
import weakref
from typing import Any

import pytest

import wasmjit
from wasmjit import Engine, Func, FuncType, Instance, Module, Store, Trap

TEXT = """(module
  (import "env" "f" (func $f (param i32 f64) (result i64 f32)))
  (func (export "call") (param i32 f64) (result i64 f32) (call $f (local.get 0) (local.get 1)))
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "nothing"))
  (func (export "swap") (param i64 v128) (result v128 i64) (local.get 1) (local.get 0))
  (func (export "id") (param funcref) (result funcref) (local.get 0))
  (func (export "same") (param externref) (result externref) (local.get 0))
  (func (export "trap") unreachable))"""
TYPE = FuncType(["i32", "f64"], ["i64", "f32"])


@pytest.fixture
def instance(store: Store, engine: Engine) -> Instance:
    return Instance(store, Module(engine, TEXT), [Func(store, TYPE, lambda a, b: (a * 2, b / 2))])


def test_results(instance: Instance) -> None:
    assert instance.add(1, 2) == 3
    assert instance.nothing() is None
    assert instance.call(21, 3.0) == (42, 1.5)
    assert instance.swap(-1, b"x" * 16) == (b"x" * 16, -1)


def test_signed_and_unsigned(instance: Instance) -> None:
    assert instance.add(0xFFFF_FFFF, 0) == -1
    assert instance.add(-(1 << 31), -1) == (1 << 31) - 1


@pytest.mark.parametrize("args", [(), (1,), (1, 2, 3)])
def test_wrong_count(instance: Instance, args: tuple[int, ...]) -> None:
    with pytest.raises(TypeError, match=f"2 arguments, not {len(args)}"):
        instance.add(*args)


def test_wrong_types_name_the_parameter(instance: Instance) -> None:
    with pytest.raises(TypeError, match="argument 2: expected an integer for i32, not str"):
        instance.add(1, "2")
    with pytest.raises(TypeError, match="argument 1"):
        instance.add(1.5, 2)
    with pytest.raises(OverflowError, match="argument 1"):
        instance.add(1 << 32, 2)
    with pytest.raises(TypeError, match=r"argument 1.*funcref"):
        instance.id(len)
    with pytest.raises(TypeError):
        instance.add(a=1, b=2)


def test_funcrefs_are_funcs(instance: Instance, store: Store) -> None:
    assert instance.id(None) is None
    assert instance.id(instance.add) == instance.add
    assert instance.id(instance.add)(1, 2) == 3
    host = Func(store, FuncType([], ["i32"]), lambda: 7)
    assert instance.id(host) == host
    assert instance.id(host)() == 7


def test_a_func_of_another_store(instance: Instance) -> None:
    with pytest.raises(ValueError, match="another store"):
        instance.id(Func(Store(), FuncType(), lambda: None))


def test_externrefs_are_the_objects(instance: Instance) -> None:
    for thing in (object(), None, 3, "x", instance.add):
        assert instance.same(thing) is thing


def test_properties(instance: Instance, store: Store) -> None:
    add = instance.add
    assert add.type == FuncType(["i32", "i32"], ["i32"])
    assert add.name == "add"
    assert repr(add) == "<Func add [i32 i32] -> [i32]>"
    assert add.store == store
    assert add == instance["add"] != instance.nothing
    assert len({add, instance["add"]}) == 1


def test_host_functions_called_by_python(store: Store) -> None:
    def double(value: int) -> int:
        return value * 2

    func = Func(store, FuncType(["i32"], ["i32"]), double)
    assert func(4) == 8
    assert func.name == "double"
    with pytest.raises(TypeError):
        func("4")
    with pytest.raises(TypeError, match="callable"):
        Func(store, FuncType(), 3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="FuncType"):
        Func(store, "i32", double)  # type: ignore[arg-type]


def test_host_exceptions_come_back_the_same(store: Store, engine: Engine) -> None:
    error = KeyError("mine")

    def fail(a: int, b: float) -> None:
        raise error

    instance = Instance(store, Module(engine, TEXT), [Func(store, TYPE, fail)])
    with pytest.raises(KeyError) as caught:
        instance.call(1, 2.0)
    assert caught.value is error


@pytest.mark.parametrize("result", [None, 1, (1,), (1, 2.0, 3), ("x", 1.0)])
def test_wrong_host_results(store: Store, engine: Engine, result: object) -> None:
    instance = Instance(store, Module(engine, TEXT), [Func(store, TYPE, lambda a, b: result)])
    with pytest.raises(TypeError):
        instance.call(1, 2.0)


def test_wants_caller(store: Store, engine: Engine) -> None:
    seen: list[Instance | None] = []

    def host(caller: Instance | None, a: int, b: float) -> tuple[int, float]:
        seen.append(caller)
        return (0 if caller is None else caller.add(a, 1)), b

    func = Func(store, TYPE, host, wants_caller=True)
    first, second = (Instance(store, Module(engine, TEXT), [func]) for _ in range(2))
    assert first.call(4, 0.0) == (5, 0.0)
    assert second.call(5, 0.0) == (6, 0.0)
    assert func(1, 2.0) == (0, 2.0)
    assert seen == [first, second, None]


def test_traps(instance: Instance) -> None:
    with pytest.raises(Trap, match="unreachable") as caught:
        instance.trap()
    assert caught.value.code == "unreachable"
    assert caught.value.frames[0].funcidx == 7
    assert instance.add(1, 2) == 3


def test_a_func_keeps_its_instance_and_nothing_else_does(store: Store, engine: Engine) -> None:
    instance = Instance(store, Module(engine, '(module (func (export "f") (result i32) (i32.const 1)))'))
    func, gone = instance.f, weakref.ref(instance._instance)
    del instance
    gc.collect()
    assert func() == 1
    del func
    gc.collect()
    assert gone() is None


def test_functions_describe_themselves() -> None:
    instance = wasmjit.load('(module (func (export "add") (param i32 i64) (result f32) (f32.const 0)))', opt=0)
    add = instance.add
    assert (add.__name__, add.__doc__) == ("add", "add: [i32 i64] -> [f32]")
    assert add.__wasm_type__ == add.type == wasmjit.FuncType(["i32", "i64"], ["f32"])
    assert "Values:" in (type(add).__doc__ or "")
    assert callable(add) and isinstance(add, wasmjit.Func)


def test_functions_with_timeouts() -> None:
    wat = '(module (func (export "spin") (loop (br 0))) (func (export "one") (result i32) i32.const 1))'
    instance = wasmjit.load(wat, opt=0)
    with pytest.raises(wasmjit.CallTimeout):
        instance.spin(timeout=0.01)
    assert instance.one(timeout=1) == 1
    with pytest.raises(TypeError):
        instance.one(nonsense=1)


def test_two_threads_run_at_once_while_neither_returns() -> None:
    """Calls that turn out long let go of the GIL."""
    guests = [wasmjit.load('(module (func (export "spin") (loop (br 0))))', opt=0) for _ in range(2)]
    results: list[str] = []

    def run(guest: Any) -> None:
        try:
            guest.spin()
        except wasmjit.Interrupted:
            results.append("stopped")

    threads = [threading.Thread(target=run, args=(guest,)) for guest in guests]
    for thread in threads:
        thread.start()
    while len(results) < 2:
        for guest in guests:
            guest.interrupt()
        time.sleep(0.01)
    for thread in threads:
        thread.join()
