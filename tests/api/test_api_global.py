import pytest

from wasmjit import I32, Engine, Func, FuncType, Global, GlobalType, Instance, Module, Store


@pytest.mark.parametrize(
    ("type", "value", "other"),
    [("i32", 1, -2), ("i64", 1 << 40, -1), ("f32", 0.5, 2.0), ("f64", 0.1, 1e300), ("v128", bytes(16), b"x" * 16)],
)
def test_numbers(store: Store, type: str, value: object, other: object) -> None:
    variable = Global(store, type, value, mutable=True)  # type: ignore[arg-type]
    assert variable.value == value
    variable.value = other
    assert variable.value == other


def test_references(store: Store) -> None:
    thing = object()
    assert Global(store, "externref", thing).value is thing
    func = Func(store, FuncType(), lambda: None)
    variable = Global(store, "funcref", func, mutable=True)
    assert variable.value == func
    variable.value = None
    assert variable.value is None


def test_immutable(store: Store) -> None:
    constant = Global(store, I32, 3)
    assert constant.type == GlobalType(I32)
    with pytest.raises(TypeError, match="immutable"):
        constant.value = 4
    assert constant.value == 3


def test_wrong_values(store: Store) -> None:
    variable = Global(store, "i32", 0, mutable=True)
    with pytest.raises(TypeError, match="integer"):
        variable.value = "7"
    with pytest.raises(OverflowError):
        variable.value = 1 << 32
    with pytest.raises(TypeError, match="not a value type"):
        Global(store, "int", 0)  # type: ignore[arg-type]


def test_shared(store: Store, engine: Engine) -> None:
    text = """(module (import "" "g" (global $g (mut i64))) (export "out" (global $g))
      (func (export "inc") (global.set $g (i64.add (global.get $g) (i64.const 1)))))"""
    variable = Global(store, "i64", 41, mutable=True)
    instance = Instance(store, Module(engine, text), [variable])
    instance.inc()
    assert variable.value == instance.out.value == 42
    assert instance.out == variable != Global(store, "i64", 42, mutable=True)
    assert repr(variable) == "<Global i64: 42>"
