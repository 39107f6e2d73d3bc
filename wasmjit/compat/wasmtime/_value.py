"""`Val`, a value with its type, and the conversion of values that every call makes."""

from __future__ import annotations

import ctypes
from operator import index
from typing import TYPE_CHECKING, Any, SupportsIndex

from wasmjit.api.func import Func as ApiFunc
from wasmjit.compat.wasmtime._error import WasmtimeError
from wasmjit.compat.wasmtime._types import ValType
from wasmjit.wasm import types as wasm

if TYPE_CHECKING:
    from wasmjit.compat.wasmtime._func import Func
    from wasmjit.compat.wasmtime._store import Store


class Val:
    """A value with its type, where the type can't be told from the value."""

    def __init__(self, type: ValType, val: Any) -> None:
        self._type = type._type
        self._val = val

    @classmethod
    def _of(cls, type: wasm.ValType, val: Any) -> Val:
        return cls(ValType._of(type), val)

    @classmethod
    def i32(cls, val: int) -> Val:
        """A 32-bit integer, wrapped around to fit."""
        return cls._of(wasm.I32, _wrap_int(val, 32))

    @classmethod
    def i64(cls, val: int) -> Val:
        """A 64-bit integer, wrapped around to fit."""
        return cls._of(wasm.I64, _wrap_int(val, 64))

    @classmethod
    def f32(cls, val: float) -> Val:
        """A 32-bit float, rounded."""
        return cls._of(wasm.F32, ctypes.c_float(_check_float(val)).value)

    @classmethod
    def f64(cls, val: float) -> Val:
        """A 64-bit float."""
        return cls._of(wasm.F64, _check_float(val))

    @classmethod
    def externref(cls, extern: object) -> Val:
        """Any object; None is null."""
        return cls._of(wasm.EXTERNREF, extern)

    @classmethod
    def funcref(cls, f: Func | None) -> Val:
        """A function, or null."""
        return cls._of(wasm.FUNCREF, f)

    @classmethod
    def ref_null(cls, ty: ValType) -> Val:
        """A null of a reference type. Raises WasmtimeError for any other type."""
        if ty._type not in (wasm.EXTERNREF, wasm.FUNCREF):
            raise WasmtimeError(f"Invalid reference type for `ref_null`: {ty}")
        return cls(ty, None)

    def __eq__(self, rhs: object) -> Any:
        if isinstance(rhs, Val):
            return self._type is rhs._type and self._val == rhs._val
        return self._val == rhs

    def __hash__(self) -> int:
        return hash(self._val)

    def __repr__(self) -> str:
        return f"<Val {self.type} {self._val!r}>"

    @property
    def value(self) -> Any:
        """The value itself."""
        return self._val

    @property
    def type(self) -> ValType:
        """Its type."""
        return ValType._of(self._type)

    def as_i32(self) -> int | None:
        """The value, None if the type is not i32."""
        return None if self._type is not wasm.I32 else int(self._val)

    def as_i64(self) -> int | None:
        """The value, None if the type is not i64."""
        return None if self._type is not wasm.I64 else int(self._val)

    def as_f32(self) -> float | None:
        """The value, None if the type is not f32."""
        return None if self._type is not wasm.F32 else float(self._val)

    def as_f64(self) -> float | None:
        """The value, None if the type is not f64."""
        return None if self._type is not wasm.F64 else float(self._val)

    def as_externref(self) -> Any:
        """The object, None if the type is not externref."""
        return None if self._type is not wasm.EXTERNREF else self._val

    def as_funcref(self) -> Func | None:
        """The function, None if the type is not funcref."""
        found: Func | None = None if self._type is not wasm.FUNCREF else self._val
        return found


def _wrap_int(value: int, bits: int) -> int:
    if not isinstance(value, int):
        raise TypeError("expected an integer")
    half = 1 << bits - 1
    return (value + half & (1 << bits) - 1) - half


def _check_float(value: float) -> float:
    if not isinstance(value, float):
        raise TypeError("expected a float")
    return value


_BITS = {wasm.I32: 32, wasm.I64: 64}
_NUMBERS = (wasm.I32, wasm.I64, wasm.F32, wasm.F64)


def is_plain(types: tuple[wasm.ValType, ...]) -> bool:
    """Whether there are only numbers, which the engine takes and gives as they are."""
    return all(type in _NUMBERS for type in types)


def to_wasm(store: Store, type: wasm.ValType, value: Any) -> Any:
    """What the engine takes for a value; it may be a `Val`. Integers are wrapped around to fit.

    It is the value itself wherever the engine takes that.

    Raises TypeError for a value of another type, WasmtimeError for a function of another store.
    """
    if isinstance(value, Val):
        if value._type is not type:
            raise TypeError("wrong type of `Val` provided")
        value = value.value
    if type is wasm.EXTERNREF:
        return value
    if type in _BITS:
        if not isinstance(value, float) and hasattr(value, "__index__"):
            return _fit(value, _BITS[type])
    elif type in _NUMBERS:
        if hasattr(value, "__float__"):
            return value
    elif type.is_ref:
        return _reference(store, type, value)
    elif isinstance(value, bytes):
        return value
    raise TypeError(f"don't know how to convert {value!r} to {ValType._of(type)}")


def _fit(value: SupportsIndex, bits: int) -> Any:
    """The value itself if the engine takes it, signed or unsigned, else wrapped around."""
    number = index(value)
    return value if -1 << bits - 1 <= number < 1 << bits else number & (1 << bits) - 1


def _reference(store: Store, type: wasm.ValType, value: Any) -> Any:
    """The engine's reference, for all types but externref."""
    from wasmjit.compat.wasmtime._func import Func

    if isinstance(value, Func):
        return value._of_store(store)
    if value is not None and type is wasm.FUNCREF:
        raise TypeError(f"don't know how to convert {value!r} to {ValType._of(type)}")
    return value


def from_wasm(store: Store, value: Any) -> Any:
    """What clients get for a value of the engine's."""
    if isinstance(value, ApiFunc):
        from wasmjit.compat.wasmtime._func import Func

        return Func._wrap(store, value)
    return value
