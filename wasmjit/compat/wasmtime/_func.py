"""Functions, called from Python and by wasm, and `Caller`, which tells a host function who calls it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Self

from wasmjit.api.func import Func as ApiFunc
from wasmjit.api.instance import Instance as ApiInstance
from wasmjit.compat.wasmtime._error import WasmtimeError, convert
from wasmjit.compat.wasmtime._extern import ExternBase, wrap_extern
from wasmjit.compat.wasmtime._store import Store, Storelike
from wasmjit.compat.wasmtime._types import FuncType
from wasmjit.compat.wasmtime._value import from_wasm, is_plain, to_wasm
from wasmjit.errors import ExitStatus, WasmError
from wasmjit.wasm.types import ValType

if TYPE_CHECKING:
    from wasmjit.compat.wasmtime._exportable import AsExtern

_CONVERSIONS = (TypeError, OverflowError, ValueError)
"""What the engine raises for arguments that need conversion."""


class Func(ExternBase):
    """A function of a store: `func(store, 1, 2)`.

    `Func(store, type, callable)` makes a Python callable one that wasm can call; with `access_caller` its first
    argument is a `Caller`. What it raises comes out of the wasm call unchanged.
    """

    __slots__ = ("_call", "_many", "_params")

    _call: Callable[..., Any]
    """Takes arguments as the engine does."""
    _many: bool
    _params: tuple[ValType, ...]

    def __init__(self, store: Store, ty: FuncType, func: Callable[..., Any], access_caller: bool = False) -> None:
        if not isinstance(store, Store):
            raise TypeError("expected a Store")
        if not isinstance(ty, FuncType):
            raise TypeError("expected a FuncType")
        self._set(store._context(), host_func(store, ty, func, access_caller))

    @classmethod
    def _wrap(cls, home: Store, core: ApiFunc) -> Self:
        made = cls.__new__(cls)
        made._set(home, core)
        return made

    def _set(self, home: Store, core: ApiFunc) -> None:
        type = core.type
        self._home = home
        self._core = core
        self._params = type.params
        self._many = len(type.results) > 1
        self._call = core if is_plain(type.params) and is_plain(type.results) else self._call_converting

    def type(self, store: Storelike) -> FuncType:
        """Parameters and results."""
        return FuncType._of(self._in(store).type)

    def __call__(self, store: Storelike, *params: Any) -> Any:
        """Call it: None for a function without results, the result, or a list of several.

        Raises TypeError for unsuitable arguments, WasmtimeError for a wrong number of them, `Trap`, `ExitTrap`, and
        what host functions raise.
        """
        home = store._context()
        if home is not self._home:
            raise WasmtimeError("object used with the wrong store")
        if home._epochs:
            home._epoch_moved()
        try:
            result = self._call(*params)
        except (WasmError, ExitStatus) as error:
            raise convert(error) from error
        except _CONVERSIONS:
            converted = self._needing_conversion(params)
            if converted is None:
                raise
            return self(store, *converted)
        return list(result) if self._many else result

    def _needing_conversion(self, params: Sequence[Any]) -> list[Any] | None:
        """Other arguments to call with, after the engine has refused these; None if it was not because of them."""
        if self._call is not self._core:
            return None
        converted = self._convert(params)
        return None if all(map(_is, converted, params)) else converted

    def _call_converting(self, *params: Any) -> Any:
        result = self._core(*self._convert(params))
        if self._many:
            return [from_wasm(self._home, value) for value in result]
        return from_wasm(self._home, result)

    def _convert(self, params: Sequence[Any]) -> list[Any]:
        """The arguments as the engine takes them. Raises WasmtimeError for a wrong number of them."""
        given, expected = len(params), len(self._params)
        if given != expected:
            which = "many" if given > expected else "few"
            raise WasmtimeError(f"too {which} parameters provided: given {given}, expected {expected}")
        return [to_wasm(self._home, type, value) for type, value in zip(self._params, params, strict=True)]


def _is(one: object, other: object) -> bool:
    return one is other


class Caller:
    """Who calls a host function: exports of the instance, and a store to use them with, while the call lasts."""

    def __init__(self, store: Store, instance: ApiInstance | None) -> None:
        self._store: Store | None = store
        self._instance = instance

    def __getitem__(self, name: str) -> AsExtern:
        found = self.get(name)
        if found is None:
            raise KeyError(f"failed to find export {name}")
        return found

    def get(self, name: str) -> AsExtern | None:
        """An export; None if there is no such, or no instance that calls, or the call is over."""
        if self._store is None or self._instance is None or name not in self._instance.exports:
            return None
        return wrap_extern(self._store, self._instance.exports[name])

    def _context(self) -> Store:
        """The store. Raises ValueError after the call."""
        if self._store is None:
            raise ValueError("caller is no longer valid")
        return self._store._context()

    def _invalidate(self) -> None:
        self._store = self._instance = None


# --- Python for wasm to call


def host_func(store: Store, ty: FuncType, func: Callable[..., Any], access_caller: bool) -> ApiFunc:
    """The engine's function for a Python callable, with conversions and checks as the package makes them."""
    core = ty.ptr()._core
    call = func if is_plain(core.params) else _with_arguments(store, func)
    checked = _checked(store, core.results, _with_caller(store, call) if access_caller else call)
    return ApiFunc(store._context()._core, core, checked, wants_caller=access_caller)


def _with_arguments(store: Store, func: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args: func(*[from_wasm(store, value) for value in args])


def _with_caller(store: Store, func: Callable[..., Any]) -> Callable[..., Any]:
    def call(instance: ApiInstance | None, *args: Any) -> Any:
        caller = Caller(store, instance)
        try:
            return func(caller, *args)
        finally:
            caller._invalidate()

    return call


def _checked(store: Store, types: tuple[ValType, ...], func: Callable[..., Any]) -> Callable[..., Any]:
    if not types:
        return _without_result(func)
    if len(types) > 1:
        return _with_results(store, types, func)
    type = types[0]
    return lambda *args: to_wasm(store, type, func(*args))


def _without_result(func: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any) -> None:
        if func(*args) is not None:
            raise WasmtimeError("callback produced results when it shouldn't")

    return call


def _with_results(store: Store, types: tuple[ValType, ...], func: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any) -> list[Any]:
        results = func(*args)
        if len(results) != len(types):
            raise WasmtimeError("callback produced wrong number of results")
        return [to_wasm(store, type, value) for type, value in zip(types, results, strict=True)]

    return call
