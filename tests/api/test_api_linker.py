import pytest

from wasmjit import Engine, Func, FuncType, Linker, LinkError, Memory, Module, Store, WasiConfig

ADD = '(module (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))'
USER = """(module (import "math" "add" (func $add (param i32 i32) (result i32)))
  (func (export "inc") (param i32) (result i32) (call $add (local.get 0) (i32.const 1))))"""


@pytest.fixture
def linker(store: Store) -> Linker:
    return Linker(store)


def test_engine_or_store(store: Store, engine: Engine) -> None:
    assert Linker(store).store is store
    assert Linker(engine).store.engine == engine
    with pytest.raises(TypeError, match="Store or Engine"):
        Linker(None)  # type: ignore[arg-type]


def test_instances_and_modules(linker: Linker, engine: Engine) -> None:
    instance = linker.define_module("math", Module(engine, ADD))
    assert linker.instantiate(Module(engine, USER)).inc(4) == 5
    assert linker.get("math", "add") == instance.add
    other = Linker(linker.store)
    other.define_instance("math", instance)
    assert other.instantiate(Module(engine, USER)).inc(5) == 6


def test_functions(linker: Linker, engine: Engine) -> None:
    func = linker.define_func("math", "add", FuncType(["i32", "i32"], ["i32"]), lambda a, b: a + b)
    assert isinstance(func, Func)
    assert linker.instantiate(Module(engine, USER)).inc(4) == 5


def test_plain_callables_take_the_declared_type(linker: Linker, engine: Engine) -> None:
    linker.define("math", "add", lambda a, b: a * 10 + b)
    assert linker.instantiate(Module(engine, USER)).inc(4) == 41


def test_functions_of_the_wrong_type(linker: Linker, engine: Engine) -> None:
    linker.define_func("math", "add", FuncType(["i32"], ["i32"]), lambda a: a)
    with pytest.raises(LinkError, match="incompatible import type"):
        linker.instantiate(Module(engine, USER))


def test_missing(linker: Linker, engine: Engine) -> None:
    with pytest.raises(LinkError, match=r"unknown import: math\.add \(func \[i32 i32\] -> \[i32\]\)"):
        linker.instantiate(Module(engine, USER))
    with pytest.raises(KeyError):
        linker.get("math", "add")


def test_a_name_is_defined_once(linker: Linker) -> None:
    linker.define("a", "b", 1)
    with pytest.raises(ValueError, match=r"a\.b is defined already"):
        linker.define("a", "b", 2)
    shadowing = Linker(linker.store, allow_shadowing=True)
    shadowing.define("a", "b", 1)
    shadowing.define("a", "b", 2)
    assert shadowing.get("a", "b") == 2


def test_reactors_are_initialised(linker: Linker, engine: Engine) -> None:
    text = """(module (global $g (mut i32) (i32.const 0))
      (func (export "_initialize") (global.set $g (i32.const 9)))
      (func (export "get") (result i32) (global.get $g)))"""
    assert linker.define_module("m", Module(engine, text)).get() == 9


def test_wasi(linker: Linker, engine: Engine) -> None:
    text = """(module
      (import "wasi_snapshot_preview1" "args_sizes_get" (func $sizes (param i32 i32) (result i32)))
      (memory (export "memory") 1)
      (func (export "count") (result i32)
        (drop (call $sizes (i32.const 0) (i32.const 4))) (i32.load (i32.const 0))))"""
    linker.define_wasi(WasiConfig(args=["a", "b", "c"]))
    assert linker.instantiate(Module(engine, text)).count() == 3
    with pytest.raises(ValueError, match="defined already"):
        linker.define_wasi()


def test_objects(linker: Linker, engine: Engine) -> None:
    memory = Memory(linker.store, 1)
    linker.define("env", "memory", memory)
    text = '(module (import "env" "memory" (memory 1)) (func (export "f") (i32.store8 (i32.const 0) (i32.const 8))))'
    linker.instantiate(Module(engine, text)).f()
    assert memory[0] == 8
