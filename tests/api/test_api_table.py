import pytest

from wasmjit import EXTERNREF, FUNCREF, Engine, Func, FuncType, Instance, Limits, Module, Store, Table, TableType


def test_of_objects(store: Store) -> None:
    table = Table(store, "externref", 2, 4, "x")
    assert [table[0], table.get(1), len(table)] == ["x", "x", 2]
    thing = object()
    table[1] = thing
    table.set(0, None)
    assert table[1] is thing
    assert table[0] is None
    assert table.grow(1, 7) == 2
    assert list(table) == [None, thing, 7]
    assert table.type == TableType(Limits(3, 4), EXTERNREF)


def test_of_functions(store: Store, engine: Engine) -> None:
    func = Func(store, FuncType([], ["i32"]), lambda: 5)
    table = Table(store, FUNCREF, 1, None, func)
    assert table[0] == func
    assert table[0]() == 5  # type: ignore[operator]
    text = """(module (import "" "t" (table 1 funcref))
      (func (export "f") (result i32) (call_indirect (result i32) (i32.const 0))))"""
    instance = Instance(store, Module(engine, text), [table])
    assert instance.f() == 5
    table[0] = instance["f"]
    assert table[0] == instance.f
    assert table[0] is not None


@pytest.mark.parametrize("index", [2, -1, 1 << 70])
def test_out_of_bounds(store: Store, index: int) -> None:
    table = Table(store, "externref", 2)
    with pytest.raises(IndexError, match=f"index {index} is not inside a table of 2 elements"):
        table[index]
    with pytest.raises(IndexError):
        table[index] = None
    with pytest.raises(IndexError):
        table.get(index)


@pytest.mark.parametrize("count", [3, -1, 1 << 40])
def test_grow_past_the_limits(store: Store, count: int) -> None:
    with pytest.raises(ValueError, match="can't grow"):
        Table(store, "externref", 2, 4).grow(count)


def test_wrong_arguments(store: Store) -> None:
    with pytest.raises(TypeError, match="a table holds references, not i32"):
        Table(store, "i32", 1)
    with pytest.raises(ValueError, match="elements"):
        Table(store, "funcref", 2, 1)
    with pytest.raises(TypeError, match="funcref"):
        Table(store, "funcref", 1, None, len)
    table = Table(store, "funcref", 1)
    with pytest.raises(TypeError, match="funcref"):
        table[0] = 3
    with pytest.raises(ValueError, match="another store"):
        table[0] = Func(Store(), FuncType(), lambda: None)


def test_equality_and_repr(store: Store, engine: Engine) -> None:
    instance = Instance(store, Module(engine, '(module (table (export "a") (export "b") 3 funcref))'))
    assert instance.a == instance.b != Table(store, "funcref", 3)
    assert repr(instance.a).startswith("<Table of 3 funcref at 0x")
