"""Functions as users see them: exports to call, and Python callables for wasm to call."""

from __future__ import annotations

from wasmjit.api.extern import ExternBase
from wasmjit.api.store import Store, runtime_of
from wasmjit.api.tier import new_host_func
from wasmjit.api.types import FuncType, unwrap_functype, wrap_functype
from wasmjit.light import TYPE_CHECKING, Any, Callable
from wasmjit.runtime.callable import bind, built_in
from wasmjit.runtime.func import FuncInstance
from wasmjit.wasm import types as wasm
from wasmjit.wasm.rectypes import DefType

if TYPE_CHECKING:
    from wasmjit.runtime.instance import ModuleInstance


class SignatureDoc:
    """The docstring of a function object is its signature in wasm; that of the class is the class's."""

    def __init__(self, doc: str | None) -> None:
        self._doc = doc

    def __get__(self, func: Func | None, owner: object = None) -> str | None:
        return self._doc if func is None else f"{func.name}: {func.type}"


@built_in
class Func(ExternBase[FuncInstance]):
    """A function of a store: `func(1, 2)`.

    `Func(store, type, callable)` makes a Python callable one that wasm can call. It returns None, a value, or a
    sequence of as many values as `type` has results. With `wants_caller`, its first argument is the `Instance` that
    calls it (None if that is Python). What it raises comes out of the wasm call unchanged. It may be a coroutine
    function, for guests that run by `call_async`.

    Values: i32 and i64 take ints, signed or unsigned in range, and give signed ones; f32 and f64 are floats; v128 is
    bytes of 16; funcref a Func or None; externref any object, None being null; structref a `Struct`, arrayref
    an `Array`, i31ref an int, anyref any of these or any other object. Calling raises TypeError for wrong
    arguments, OverflowError for ints out of range, `Trap`, and what host functions raise.
    """

    __slots__ = ("_apply",)

    _apply: Callable[..., Any]

    def __init__(
        self, store: Store, type: FuncType, callable: Callable[..., object], *, wants_caller: bool = False
    ) -> None:
        self._bind(host_func(store, unwrap_functype(type), callable, wants_caller=wants_caller))

    def _bind(self, instance: FuncInstance) -> None:
        self._instance = instance
        self._apply = instance.apply
        if not bind(self, instance, self._apply):
            self.__class__ = _PortableFunc

    def __call__(self, *args: Any, timeout: float | None = None) -> Any:
        """Call it. None for a function without results, the result, or a tuple of several.

        With `timeout`, wasm is stopped after so many seconds: `CallTimeout`.
        """
        return self._apply(*args, timeout=timeout)

    async def call_async(self, *args: Any, timeout: float | None = None) -> Any:
        """Call it in a thread of its own, and await the result: the event loop goes on meanwhile.

        Host functions may be coroutine functions then: the loop runs them, and wasm waits. To cancel the task stops the
        guest. Raises RuntimeError inside of such a call of the same store, which could never go on.
        """
        from wasmjit.api.asynchronous import call_async

        return await call_async(self._instance.store, self._apply, args, timeout)

    @property
    def __name__(self) -> str:
        return self._instance.name

    __doc__ = SignatureDoc(__doc__)

    @property
    def __wasm_type__(self) -> FuncType:
        """Parameters and results, as `type`."""
        return self.type

    @property
    def type(self) -> FuncType:
        """Parameters and results."""
        return wrap_functype(self._instance.type)

    @property
    def name(self) -> str:
        """What the module's name section, its exports or Python call it."""
        return self._instance.name

    @property
    def _address(self) -> int:
        return self._instance.reference

    def __repr__(self) -> str:
        return f"<Func {self.name} {self.type}>"


class _PortableFunc(Func):
    """A function that is not called natively: the interpreter's."""

    __slots__ = ()

    def __call__(self, *args: Any, timeout: float | None = None) -> Any:
        return self._apply(*args, timeout=timeout)


def _is_coroutine_function(callable: Callable[..., object]) -> bool:
    """Whether calling it gives a coroutine: functions, methods, and objects with such a `__call__`."""
    for candidate in (callable, getattr(callable, "__call__", None)):  # noqa: B004
        code = getattr(candidate, "__code__", None)
        if code is not None:
            return bool(code.co_flags & 0x80)  # inspect.CO_COROUTINE
    return False


def host_func(
    store: Store,
    type: wasm.FuncType,
    callable: Callable[..., object],
    *,
    wants_caller: bool = False,
    name: str | None = None,
    deftype: DefType | None = None,
) -> FuncInstance:
    """A function of the runtime that calls Python. Raises TypeError if that is not callable."""
    if not hasattr(callable, "__call__"):  # noqa: B004 - `callable` is the parameter here
        raise TypeError(f"a callable is needed, not {callable!r}")
    name = name or getattr(callable, "__name__", None)
    if _is_coroutine_function(callable):
        from wasmjit.api.asynchronous import awaited

        callable = awaited(callable)
    if wants_caller:
        callable = _with_public_caller(callable)
    return new_host_func(runtime_of(store), type, callable, wants_caller=wants_caller, name=name, deftype=deftype)


def _with_public_caller(callable: Callable[..., object]) -> Callable[..., object]:
    from wasmjit.api.instance import wrap_instance

    def call(caller: ModuleInstance | None, *args: object) -> object:
        return callable(None if caller is None else wrap_instance(caller), *args)

    return call


def wrap_func(instance: FuncInstance) -> Func:
    """The public object for a function of the runtime."""
    func = Func.__new__(Func)
    func._bind(instance)
    return func


def unwrap_func(value: object) -> FuncInstance | None:
    """The runtime's function, None if `value` is no function of a store."""
    return value._instance if isinstance(value, Func) else None
