"""Functions as users see them: exports to call, and Python callables for wasm to call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

from wasmjit.api.extern import ExternBase, unwrap_extern
from wasmjit.api.store import Store
from wasmjit.api.types import FuncType, unwrap_functype, wrap_functype
from wasmjit.runtime.func import FuncInstance
from wasmjit.wasm import types as wasm
from wasmjit.wasm.types import FUNCREF, ValType

if TYPE_CHECKING:
    from wasmjit.runtime.instance import ModuleInstance


class Func(ExternBase[FuncInstance]):
    """A function of a store: `func(1, 2)`.

    `Func(store, type, callable)` makes a Python callable one that wasm can call. It returns None, a value, or a
    sequence of as many values as `type` has results. With `wants_caller`, its first argument is the `Instance` that
    calls it (None if that is Python). What it raises comes out of the wasm call unchanged.

    Values: i32 and i64 take ints, signed or unsigned in range, and give signed ones; f32 and f64 are floats; v128 is
    bytes of 16; funcref a Func or None; externref any object, None being null. Calling raises TypeError for wrong
    arguments, OverflowError for ints out of range, `Trap`, and what host functions raise.
    """

    __slots__ = ("_call",)

    _call: Callable[..., Any]

    def __init__(
        self, store: Store, type: FuncType, callable: Callable[..., object], *, wants_caller: bool = False
    ) -> None:
        self.store = store
        self._instance = host_func(store, unwrap_functype(type), callable, wants_caller=wants_caller)
        self._call = _caller(self._instance, store)

    def __call__(self, *args: Any) -> Any:
        """Call it. None for a function without results, the result, or a tuple of several."""
        return self._call(args)

    @property
    def type(self) -> FuncType:
        """Parameters and results."""
        return wrap_functype(self._instance.type)

    @property
    def name(self) -> str | None:
        """What the module's name section, its exports or Python call it."""
        return self._instance.name

    def __repr__(self) -> str:
        return f"<Func {self.name or hex(id(self._instance))}: {self.type}>"


def wrap_func(instance: FuncInstance, store: Store) -> Func:
    """The public object for a function of the runtime."""
    func = Func.__new__(Func)
    func.store = store
    func._instance = instance
    func._call = _caller(instance, store)
    return func


def host_func(
    store: Store,
    type: wasm.FuncType,
    callable: Callable[..., object],
    *,
    wants_caller: bool = False,
    name: str | None = None,
) -> FuncInstance:
    """A function of the runtime that calls Python with public objects."""
    if not hasattr(callable, "__call__"):  # noqa: B004 - `callable` is the parameter here
        raise TypeError(f"a callable is needed, not {callable!r}")
    name = name or getattr(callable, "__name__", None)
    if wants_caller or FUNCREF in type.params or FUNCREF in type.results:
        callable = _adapter(store, type, callable, wants_caller)
    return FuncInstance.from_host(store._runtime, type, callable, wants_caller=wants_caller, name=name)


def _adapter(
    store: Store, type: wasm.FuncType, callable: Callable[..., object], wants_caller: bool
) -> Callable[..., object]:
    """Call `callable` with public objects in place of the runtime's."""
    from wasmjit.api.instance import wrap_instance

    def call(*args: Any) -> object:
        return _results_in(type.results, callable(*wrap_values(type.params, args, store)), store)

    def call_with_caller(caller: ModuleInstance | None, *args: Any) -> object:
        instance = None if caller is None else wrap_instance(caller, store)
        return _results_in(type.results, callable(instance, *wrap_values(type.params, args, store)), store)

    return call_with_caller if wants_caller else call


def _results_in(types: Sequence[ValType], results: object, store: Store) -> object:
    """What a host function returned, for the runtime."""
    if len(types) == 1:
        return unwrap_value(types[0], results, store)
    return unwrap_values(types, results, store) if isinstance(results, tuple | list) else results


def _caller(instance: FuncInstance, store: Store) -> Callable[..., Any]:
    """What a call does with its tuple of arguments: nothing of our own where no funcref is passed."""
    params, results = instance.type.params, instance.type.results
    if FUNCREF not in params and FUNCREF not in results:
        return instance.call

    def call(args: tuple[object, ...]) -> object:
        result = instance.call(unwrap_values(params, args, store))
        if len(results) > 1:
            return wrap_values(results, cast("tuple[object, ...]", result), store)
        return wrap_value(results[0], result, store) if results else result

    return call


# --- values: only funcrefs differ between the public and the runtime's form


def wrap_value(type: ValType, value: object, store: Store) -> object:
    """A value of the runtime in its public form."""
    return wrap_func(value, store) if type is FUNCREF and isinstance(value, FuncInstance) else value


def unwrap_value(type: ValType, value: object, store: Store) -> object:
    """A public value as the runtime takes it. Raises ValueError for a function of another store."""
    return unwrap_extern(value, store) if type is FUNCREF and isinstance(value, Func) else value


def wrap_values(types: Sequence[ValType], values: Sequence[object], store: Store) -> tuple[object, ...]:
    """`wrap_value` for each."""
    return tuple(wrap_value(type, value, store) for type, value in zip(types, values, strict=True))


def unwrap_values(types: Sequence[ValType], values: Sequence[object], store: Store) -> Sequence[object]:
    """`unwrap_value` for each; a wrong number of values is left to the runtime to report."""
    if len(types) != len(values):
        return values
    return [unwrap_value(type, value, store) for type, value in zip(types, values, strict=True)]
