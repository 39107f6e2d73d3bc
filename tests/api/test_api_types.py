import pytest

from wasmjit.api.types import FuncType, as_valtype, describe, wrap_functype
from wasmjit.wasm import types as wasm


def test_functype_takes_names_and_types() -> None:
    assert FuncType(["i32", wasm.F64], ["i64"]) == FuncType((wasm.I32, "f64"), [wasm.I64])
    assert FuncType(["i32"]).params == (wasm.I32,)
    assert FuncType([], ["v128"]).results == (wasm.V128,)


def test_functype_is_a_value() -> None:
    assert {FuncType(["i32"]): 1}[FuncType([wasm.I32])] == 1
    assert FuncType(["i32"]) != FuncType(["i64"])
    assert FuncType() != "[] -> []"


def test_functype_text() -> None:
    assert str(FuncType(["i32", "f32"], ["i64"])) == "[i32 f32] -> [i64]"
    assert eval(repr(FuncType(["i32"], ["i64"]))) == FuncType(["i32"], ["i64"])


def test_functype_refuses_a_bare_string() -> None:
    with pytest.raises(TypeError, match="params must be a sequence of types, not the string 'i32'"):
        FuncType("i32")


@pytest.mark.parametrize("bad", ["int", None, 3, int])
def test_as_valtype_refuses(bad: object) -> None:
    with pytest.raises(TypeError, match="not a value type; there are i32, i64"):
        as_valtype(bad)  # type: ignore[arg-type]


def test_describe() -> None:
    core = wasm.FuncType((wasm.I32,), ())
    assert describe(core) == describe(wrap_functype(core)) == "func [i32] -> []"
    assert describe(wasm.MemType(wasm.Limits(1, 2))) == "memory 1 2"
    assert describe(wasm.GlobalType(wasm.I32, True)) == "global (mut i32)"
