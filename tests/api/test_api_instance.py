import copy

import pytest

from wasmjit import Engine, Func, FuncType, Global, Instance, LinkError, Memory, Module, Store, Table, Trap

TEXT = """(module
  (import "a" "f" (func (param i32)))
  (import "a" "m" (memory 1))
  (import "b" "g" (global i64))
  (import "b" "t" (table 1 funcref))
  (func (export "f") (result i32) (i32.const 1))
  (func (export "odd name!") (result i32) (i32.const 2))
  (func (export "exports") (result i32) (i32.const 3))
  (memory (export "memory") 0))"""
ONE_MEMORY = TEXT.replace('(memory (export "memory") 0)', "")


@pytest.fixture
def module(engine: Engine) -> Module:
    return Module(engine, ONE_MEMORY)


def objects(store: Store) -> dict[str, object]:
    return {
        "f": Func(store, FuncType(["i32"]), print),
        "m": Memory(store, 1),
        "g": Global(store, "i64", 1),
        "t": Table(store, "funcref", 1),
    }


def test_imports_as_list_and_mapping(store: Store, module: Module) -> None:
    things = objects(store)
    by_list = Instance(store, module, [things[name] for name in "fmgt"])
    by_name = Instance(store, module, {"a": things, "b": things})  # type: ignore[dict-item]
    assert by_list.f() == by_name.f() == 1
    assert by_list != by_name


def test_exports(store: Store, module: Module) -> None:
    things = objects(store)
    instance = Instance(store, module, [things[name] for name in "fmgt"])
    assert list(instance) == list(instance.exports) == ["f", "odd name!", "exports"]
    assert len(instance) == 3
    assert "odd name!" in instance
    assert "nope" not in instance
    assert instance["odd name!"]() == 2
    assert instance["exports"]() == 3
    assert instance.f is instance.f
    assert "f" in dir(instance)
    assert isinstance(instance.exports["f"], Func)
    with pytest.raises(KeyError):
        instance["nope"]
    with pytest.raises(AttributeError, match="no export 'nope'"):
        instance.nope  # noqa: B018


def test_missing_imports_are_all_named_at_once(store: Store, module: Module) -> None:
    with pytest.raises(LinkError) as caught:
        Instance(store, module, {"a": {"m": Memory(store, 1)}})
    assert str(caught.value) == ("unknown import: a.f (func [i32] -> []), b.g (global i64), b.t (table 1 funcref)")
    assert (caught.value.module, caught.value.name) == ("a", "f")
    with pytest.raises(LinkError, match="the module has 4 imports, 0 are given"):
        Instance(store, module, [])
    with pytest.raises(LinkError, match=r"unknown import: a\.f"):
        Instance(store, module)


def test_missing_wasi_says_how_to_get_it(store: Store, engine: Engine) -> None:
    module = Module(engine, '(module (import "wasi_snapshot_preview1" "proc_exit" (func (param i32))))')
    with pytest.raises(LinkError, match=r"wasi=WasiConfig"):
        Instance(store, module)


def test_imports_of_the_wrong_type(store: Store, module: Module) -> None:
    things = objects(store)
    for name, wrong in (("f", things["m"]), ("m", print), ("g", Global(store, "i32", 1)), ("t", 3), ("g", "x")):
        with pytest.raises(LinkError, match="incompatible import type") as caught:
            Instance(store, module, {"a": {**things, name: wrong}, "b": {**things, name: wrong}})
        assert caught.value.name == name


def test_callables_and_numbers(store: Store, engine: Engine) -> None:
    text = """(module (import "" "f" (func $f (param f64) (result i32))) (import "" "g" (global $g i64))
      (func (export "f") (result i32) (call $f (f64.const 1.5))) (func (export "g") (result i64) (global.get $g)))"""
    instance = Instance(store, Module(engine, text), {"": {"f": lambda value: int(value * 2), "g": 7}})
    assert (instance.f(), instance.g()) == (3, 7)


def test_a_number_is_no_mutable_global(store: Store, engine: Engine) -> None:
    module = Module(engine, '(module (import "" "g" (global (mut i64))))')
    with pytest.raises(LinkError, match="incompatible import type"):
        Instance(store, module, {"": {"g": 7}})


def test_objects_of_another_store(store: Store, module: Module) -> None:
    things = objects(Store(store.engine))
    with pytest.raises(ValueError, match="another store"):
        Instance(store, module, [things[name] for name in "fmgt"])


def test_wrong_kinds_of_arguments(store: Store, module: Module) -> None:
    with pytest.raises(TypeError, match="module must be a Module, not bytes"):
        Instance(store, b"")
    for make in (lambda: Instance(None, module), lambda: Memory(None, 1), lambda: Table(None, "funcref", 1)):
        with pytest.raises(TypeError, match="store must be a Store, not NoneType"):
            make()


def test_wrong_kinds_of_imports(store: Store, module: Module) -> None:
    with pytest.raises(TypeError, match="mapping by name or an Instance, not int"):
        Instance(store, module, {"a": 3})  # type: ignore[dict-item]


def test_an_instance_is_a_module_of_imports(store: Store, engine: Engine) -> None:
    first = Instance(store, Module(engine, '(module (func (export "f") (result i32) (i32.const 5)))'))
    text = """(module (import "x" "f" (func $f (result i32))) (export "f" (func $f))
      (func (export "g") (result i32) (call $f)))"""
    second = Instance(store, Module(engine, text), {"x": first})
    assert second.g() == 5
    assert second.f == first.f


def test_start(store: Store, engine: Engine) -> None:
    calls: list[int] = []
    text = '(module (import "" "f" (func $f)) (start $f))'
    Instance(store, Module(engine, text), {"": {"f": lambda: calls.append(1)}})
    assert calls == [1]
    with pytest.raises(Trap, match="unreachable"):
        Instance(store, Module(engine, "(module (func unreachable) (start 0))"))


@pytest.mark.parametrize("bounds_checks", ["guard", "explicit"])
def test_guard_code_needs_guarded_memories(bounds_checks: str) -> None:
    store = Store(Engine(opt=0, bounds_checks=bounds_checks))
    module = Module(Engine(opt=0, bounds_checks="guard"), "(module)")
    if store.engine.guard:
        Instance(store, module)
    else:
        with pytest.raises(ValueError, match="relies on guard pages"):
            Instance(store, module)
    Instance(store, Module(Engine(opt=0, bounds_checks="explicit"), "(module)"))


def test_copies_are_the_same_instance(store: Store, engine: Engine) -> None:
    instance = Instance(store, Module(engine, '(module (func (export "f")))'))
    assert copy.copy(instance) == instance
    assert repr(instance).startswith("<Instance with 1 exports at 0x")
