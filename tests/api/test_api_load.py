from pathlib import Path

import pytest

import wasmjit
from wasmjit import Engine, ExitStatus, Func, FuncType, LinkError, Memory, Store, WasiConfig

ADD = '(module (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))'
WASI = """(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start") (call $exit (i32.const 3))))"""


def test_text_bytes_and_files(tmp_path: Path) -> None:
    path = tmp_path / "add.wat"
    path.write_text(ADD)
    for source in (ADD, path, str(path)):
        assert wasmjit.load(source, opt=0).add(1, 2) == 3


def test_settings() -> None:
    instance = wasmjit.load(ADD, opt=1, bounds_checks="explicit")
    assert instance.store.engine == Engine(opt=1, bounds_checks="explicit")
    with pytest.raises(TypeError, match="speed"):
        wasmjit.load(ADD, speed=9)  # type: ignore[call-arg]


def test_imports() -> None:
    text = """(module (import "env" "f" (func $f (param i32) (result i32)))
      (func (export "g") (result i32) (call $f (i32.const 4))))"""
    assert wasmjit.load(text, {"env": {"f": lambda value: value + 1}}, opt=0).g() == 5
    with pytest.raises(LinkError, match=r"unknown import: env\.f"):
        wasmjit.load(text, opt=0)


def test_instances_and_objects_bring_their_store() -> None:
    first = wasmjit.load(ADD, opt=0)
    text = """(module (import "m" "add" (func $f (param i32 i32) (result i32)))
      (func (export "g") (result i32) (call $f (i32.const 4) (i32.const 5))))"""
    second = wasmjit.load(text, {"m": first})
    assert second.g() == 9
    assert second.store == first.store
    third = wasmjit.load(text, {"m": {"add": first.add}})
    assert third.g() == 9
    with pytest.raises(ValueError, match="opt: the instance goes into a store that exists"):
        wasmjit.load(text, {"m": first}, opt=2)


def test_store() -> None:
    store = Store(Engine(opt=0))
    assert wasmjit.load(ADD, store=store).store == store
    memory = Memory(store, 1)
    text = '(module (import "" "m" (memory 1)) (func (export "f") (result i32) (i32.load8_u (i32.const 3))))'
    memory[3] = 8
    assert wasmjit.load(text, {"": {"m": memory}}).f() == 8
    other = Func(Store(), FuncType(), print)
    with pytest.raises(ValueError, match="another store"):
        wasmjit.load('(module (import "" "f" (func)))', {"": {"f": other}}, store=store)


def test_wasi() -> None:
    with pytest.raises(LinkError, match="unknown import"):
        wasmjit.load(WASI, opt=0)
    for wasi in (True, WasiConfig()):
        with pytest.raises(ExitStatus) as caught:
            wasmjit.load(WASI, wasi=wasi, opt=0)._start()
        assert caught.value.code == 3


def test_imports_come_before_wasi() -> None:
    calls: list[int] = []
    instance = wasmjit.load(WASI, {"wasi_snapshot_preview1": {"proc_exit": calls.append}}, wasi=True, opt=0)
    instance._start()
    assert calls == [3]


def test_reactors_are_initialised() -> None:
    text = """(module (global $g (mut i32) (i32.const 0)) (func (export "_initialize") (global.set $g (i32.const 9)))
      (func (export "get") (result i32) (global.get $g)))"""
    assert wasmjit.load(text, opt=0).get() == 9
