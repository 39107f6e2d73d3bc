"""Linkers: definitions for any number of stores."""

from __future__ import annotations

from typing import Any

import pytest

ONE = '(module (import "env" "f" (func (result i32))) (func (export "run") (result i32) (call 0)))'


def i32_func(wt: Any) -> Any:
    return wt.FuncType([], [wt.ValType.i32()])


def test_a_function_for_many_stores(wt: Any) -> None:
    engine = wt.Engine()
    linker = wt.Linker(engine)
    linker.define_func("env", "f", i32_func(wt), lambda: 5)
    pre = linker.instantiate_pre(wt.Module(engine, ONE))
    for _ in range(3):
        store = wt.Store(engine)
        assert pre.instantiate(store).exports(store)["run"](store) == 5
    assert len(pre.module.exports) == 1


def test_names_are_defined_once_unless_they_may_be_shadowed(wt: Any) -> None:
    store = wt.Store()
    linker = wt.Linker(store.engine)
    linker.define_func("env", "f", i32_func(wt), lambda: 1)
    with pytest.raises(wt.WasmtimeError, match="import of `env::f` defined twice"):
        linker.define_func("env", "f", i32_func(wt), lambda: 2)
    linker.allow_shadowing = True
    linker.define(store, "env", "f", wt.Func(store, i32_func(wt), lambda: 3))
    instance = linker.instantiate(store, wt.Module(store.engine, ONE))
    assert instance.exports(store)["run"](store) == 3


def test_get(wt: Any) -> None:
    store = wt.Store()
    linker = wt.Linker(store.engine)
    linker.define_func("env", "f", i32_func(wt), lambda: 4)
    linker.define_wasi()
    assert linker.get(store, "env", "f")(store) == 4
    assert isinstance(linker.get(store, "wasi_snapshot_preview1", "fd_write"), wt.Func)
    with pytest.raises(wt.WasmtimeError, match="item not defined in linker"):
        linker.get(store, "env", "g")


def test_a_command_runs_in_an_instance_of_its_own(wt: Any) -> None:
    store = wt.Store()
    linker = wt.Linker(store.engine)
    command = """(module (global $n (mut i32) (i32.const 0))
        (func $next (export "next") (result i32)
            (global.set $n (i32.add (global.get $n) (i32.const 1))) (global.get $n))
        (func (export "_start")))"""
    linker.define_module(store, "command", wt.Module(store.engine, command))
    next = linker.get(store, "command", "next")
    assert [next(store), next(store)] == [1, 1]
    linker.get_default(store, "command")(store)


def test_a_library_is_initialised_once(wt: Any) -> None:
    store = wt.Store()
    linker = wt.Linker(store.engine)
    library = """(module (global $n (mut i32) (i32.const 0))
        (func (export "_initialize") (global.set $n (i32.const 10)))
        (func (export "next") (result i32) (global.set $n (i32.add (global.get $n) (i32.const 1))) (global.get $n)))"""
    linker.define_module(store, "library", wt.Module(store.engine, library))
    next = linker.get(store, "library", "next")
    assert [next(store), next(store)] == [11, 12]


def test_defaults(wt: Any) -> None:
    store = wt.Store()
    linker = wt.Linker(store.engine)
    assert linker.get_default(store, "nothing")(store) is None
    instance = wt.Instance(store, wt.Module(store.engine, '(module (func (export "")))'), [])
    linker.define_instance(store, "it", instance)
    assert linker.get_default(store, "it")(store) is None


def test_unknown_imports_as_traps(wt: Any) -> None:
    store = wt.Store()
    linker = wt.Linker(store.engine)
    module = wt.Module(store.engine, ONE)
    linker.define_unknown_imports_as_traps(module)
    run = linker.instantiate(store, module).exports(store)["run"]
    with pytest.raises(wt.WasmtimeError, match="unknown import: `env::f` has not been defined"):
        run(store)


def test_unknown_imports_as_zeros(wt: Any) -> None:
    store = wt.Store()
    linker = wt.Linker(store.engine)
    text = """(module (import "env" "f" (func (result i32 f64))) (import "env" "g" (global (mut i64)))
        (import "env" "m" (memory 2)) (import "env" "t" (table 3 funcref))
        (export "f" (func 0)) (export "g" (global 0)) (export "m" (memory 0)) (export "t" (table 0)))"""
    module = wt.Module(store.engine, text)
    linker.define_unknown_imports_as_default_values(store, module)
    exports = linker.instantiate(store, module).exports(store)
    assert exports["f"](store) == [0, 0.0]
    assert exports["g"].value(store) == 0
    assert exports["m"].size(store) == 2
    assert exports["t"].size(store) == 3


def test_names_are_strings(wt: Any) -> None:
    linker = wt.Linker(wt.Engine())
    with pytest.raises(AttributeError):
        linker.define_func(1, "f", i32_func(wt), lambda: 1)
    with pytest.raises(TypeError):
        linker.define(wt.Store(linker.engine), "a", "b", 3)


def test_an_object_of_another_store(ours: Any) -> None:
    """The package may end the process."""
    store, other = ours.Store(), ours.Store()
    linker = ours.Linker(store.engine)
    linker.define(store, "env", "f", ours.Func(store, i32_func(ours), lambda: 3))
    with pytest.raises(ours.WasmtimeError, match="wrong store"):
        linker.instantiate(other, ours.Module(store.engine, ONE))
    with pytest.raises(ours.WasmtimeError, match="wrong store"):
        linker.define(other, "env", "g", linker.get(store, "env", "f"))
