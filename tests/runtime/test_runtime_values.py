"""Values between Python and wasm."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasmjit.runtime.values import Signature, pack_value, signature_of, unpack_value
from wasmjit.wasm.types import EXTERNREF, F32, F64, FUNCREF, I32, I64, V128, FuncType, ValType


class Keeper:
    """Remembers what it is to keep."""

    def __init__(self) -> None:
        self.kept: list[object] = []

    def keep(self, func: object) -> None:
        self.kept.append(func)


def pack(store: Any, type: ValType, value: object) -> Any:
    return pack_value(store, type, value, Keeper())


class Index:
    def __index__(self) -> int:
        return 7


class Float:
    def __float__(self) -> float:
        return 1.5


@pytest.mark.parametrize(
    ("type", "value", "slot"),
    [
        (I32, 5, 5),
        (I32, -(1 << 31), -(1 << 31)),
        (I32, (1 << 32) - 1, -1),
        (I32, 1 << 31, -(1 << 31)),
        (I32, True, 1),
        (I32, Index(), 7),
        (I64, (1 << 64) - 1, -1),
        (I64, -(1 << 63), -(1 << 63)),
        (F32, 1, 1.0),
        (F32, 1e300, math.inf),
        (F32, -1e300, -math.inf),
        (F32, 0.1, 0.10000000149011612),
        (F64, Float(), 1.5),
        (F64, 10**300, 1e300),
        (V128, bytes(range(16)), bytes(range(16))),
        (V128, memoryview(bytes(16)), bytes(16)),
        (FUNCREF, None, 0),
        (EXTERNREF, None, 0),
    ],
)
def test_pack(store: Any, type: ValType, value: object, slot: object) -> None:
    assert pack(store, type, value) == slot


@pytest.mark.parametrize(
    ("type", "value", "error", "message"),
    [
        (I32, 1 << 32, OverflowError, "4294967296 is out of range for i32"),
        (I32, -(1 << 31) - 1, OverflowError, "out of range for i32"),
        (I64, 1 << 64, OverflowError, "out of range for i64"),
        (I32, 1.0, TypeError, "expected an integer for i32, not float"),
        (I64, "1", TypeError, "expected an integer for i64, not str"),
        (I32, None, TypeError, "expected an integer for i32, not None"),
        (F64, "1.5", TypeError, "expected a number for f64, not str"),
        (F32, b"1", TypeError, "expected a number for f32, not bytes"),
        (F32, 1j, TypeError, "expected a number for f32, not complex"),
        (F64, 10**400, OverflowError, "out of range for f64"),
        (V128, bytes(15), ValueError, "expected 16 bytes for v128, not 15"),
        (V128, [0] * 16, TypeError, "expected 16 bytes for v128, not list"),
        (V128, 0, TypeError, "expected 16 bytes for v128, not int"),
        (FUNCREF, len, TypeError, "expected a wasm function or None for funcref, not builtin_function_or_method"),
    ],
)
def test_pack_refuses(store: Any, type: ValType, value: object, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        pack(store, type, value)
    assert message in str(caught.value)


def test_functions_are_packed_as_references_and_kept(store: Any, rt: Any) -> None:
    func = rt.host(store, "->", lambda: None)
    keeper = Keeper()
    reference = pack_value(store, FUNCREF, func, keeper)
    assert reference == func.reference and keeper.kept == [func]
    assert unpack_value(store, FUNCREF, reference) is func
    assert unpack_value(store, FUNCREF, 0) is None


def test_functions_of_other_stores_are_refused(store: Any, rt: Any) -> None:
    with pytest.raises(ValueError, match="another store"):
        pack(store, FUNCREF, rt.host(rt.new_store(), "->", lambda: None))


def test_wrapped_functions(store: Any, rt: Any) -> None:
    func = rt.host(store, "->", lambda: None)
    store.wrap_func = lambda f: ("wrapped", f)
    store.unwrap_func = lambda value: value[1] if isinstance(value, tuple) else None
    assert unpack_value(store, FUNCREF, pack(store, FUNCREF, ("wrapped", func))) == ("wrapped", func)
    with pytest.raises(TypeError):
        pack(store, FUNCREF, func)


NUMBERS = {
    I32: st.integers(-(1 << 31), (1 << 31) - 1),
    I64: st.integers(-(1 << 63), (1 << 63) - 1),
    F32: st.floats(width=32, allow_nan=False),
    F64: st.floats(allow_nan=False),
    V128: st.binary(min_size=16, max_size=16),
}


@given(st.data(), st.lists(st.sampled_from(list(NUMBERS)), max_size=6))
def test_arguments_come_back_as_results(data: st.DataObject, types: Sequence[ValType]) -> None:
    values = tuple(data.draw(NUMBERS[type]) for type in types)
    signature = Signature(FuncType(tuple(types), tuple(types)))
    store: Any = None
    buffer = signature.pack_arguments(store, values, "f", Keeper())
    assert len(buffer) == signature.buffer_bytes >= 8
    result = signature.unpack_results(store, buffer)
    assert result == (values if len(values) > 1 else values[0] if values else None)
    if signature.plain:
        assert signature.pack(*values) == buffer


def test_plain_signatures(store: Any) -> None:
    assert signature_of(FuncType((I32, F64), (V128,))).plain
    assert not signature_of(FuncType((V128,), ())).plain
    assert not signature_of(FuncType((), (EXTERNREF,))).plain
    assert signature_of(FuncType((), (F32,))).plain_result
    assert not signature_of(FuncType((), (V128,))).plain_result
    assert not signature_of(FuncType((), (I32, I32))).plain_result


def test_errors_name_the_argument(store: Any) -> None:
    signature = signature_of(FuncType((I32, I32, V128), (I32, I64)))
    with pytest.raises(TypeError, match=r"^add\(\) takes 3 arguments, not 1$"):
        signature.pack_arguments(store, (1,), "add", Keeper())
    with pytest.raises(TypeError, match=r"^add\(\) argument 2: expected an integer for i32, not str$"):
        signature.pack_arguments(store, (1, "2", bytes(16)), "add", Keeper())
    with pytest.raises(ValueError, match=r"^add\(\) argument 3: expected 16 bytes"):
        signature.pack_arguments(store, (1, 2, b""), "add", Keeper())
    with pytest.raises(OverflowError, match=r"^add\(\) result 2: "):
        signature.pack_results(store, (1, 1 << 64), "add", Keeper())
    with pytest.raises(TypeError, match=r"^one\(\) takes 1 argument, not 0$"):
        signature_of(FuncType((I32,), ())).pack_arguments(store, (), "one", Keeper())


@pytest.mark.parametrize("result", [None, 5, (1,), (1, 2, 3), {1, 2}])
def test_several_results_must_be_a_sequence_of_that_many(store: Any, result: object) -> None:
    signature = signature_of(FuncType((), (I32, I64)))
    with pytest.raises(TypeError, match="must return 2 values"):
        signature.pack_results(store, result, "f", Keeper())
    assert signature.pack_results(store, [1, 2], "f", Keeper()) == [1, 2]


def test_exceptions_of_the_values_themselves_pass(store: Any) -> None:
    class Odd:
        def __index__(self) -> int:
            raise UnicodeDecodeError("ascii", b"", 0, 1, "odd")

    with pytest.raises(UnicodeDecodeError, match="odd"):
        signature_of(FuncType((I32,), ())).pack_arguments(store, (Odd(),), "f", Keeper())
