"""Function instances (spec 4.2.6): translated functions, and Python callables that wasm calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from struct import unpack_from
from types import FunctionType
from typing import TYPE_CHECKING, Any

from wasmjit.abi.signature import LETTER, SLOT_BYTES
from wasmjit.abi.traps import TrapCode
from wasmjit.errors import LinkError, WasmException
from wasmjit.interp.scalars import f32_reinterpret_i32, i32_reinterpret_f32, i64_reinterpret_f64, trap
from wasmjit.interp.stopping import HostError
from wasmjit.interp.store import Store
from wasmjit.wasm.rectypes import DefType, defined_func
from wasmjit.wasm.types import F32, F64, I32, I64, V128, FuncType, ValType

if TYPE_CHECKING:
    from wasmjit.interp.instance import ModuleInstance

_MASKS = {I32: (1 << 32) - 1, I64: (1 << 64) - 1}


class FuncInstance:
    """A function that wasm can call. `function` takes and returns values as translated code has them."""

    __slots__ = ("__weakref__", "deftype", "function", "store", "type")

    kind = "func"

    def __init__(self, store: Store, type: FuncType, deftype: DefType, function: FunctionType) -> None:
        self.store = store
        self.type = type
        self.deftype = deftype
        """The defined type, which an import's must match."""
        self.function = function

    @property
    def name(self) -> str:
        """What it is called in messages."""
        raise NotImplementedError

    @property
    def reference(self) -> FuncInstance:
        """The function as a funcref: itself."""
        return self

    @property
    def keeper(self) -> FuncInstance:
        """What has to stay alive for `reference` to stay valid."""
        return self

    def call(self, args: Sequence[object]) -> object:
        """Call with Python values: None, the result, or a tuple of results.

        Raises TypeError and OverflowError for unsuitable arguments, Trap, ExhaustionError, and what a host function
        raises.
        """
        values = self._lower(args)
        return lift_results(self.store, self.type, self.store.enter(self.function, values))

    def apply(self, *args: object, timeout: float | None = None) -> object:
        """As `call`. Raises CallTimeout after so many seconds, and ValueError."""
        return self.call(args) if timeout is None else self.store.services.within(timeout, self.call, args)

    def _lower(self, args: Sequence[object]) -> list[object]:
        params = self.type.params
        if len(args) != len(params):
            expected = f"{len(params)} argument" + "s" * (len(params) != 1)
            raise TypeError(f"{self.name}() takes {expected}, not {len(args)}")
        return lower_values(self.store, params, args, f"{self.name}() argument")

    def invoke(self, buffer: bytearray) -> None:
        """Call with a buffer of abi.signature, bit for bit, which also receives the results. Raises as `call`."""
        args = read_slots(self.type.params, buffer)
        results = self.store.enter(self.function, args)
        write_slots(self.type.results, as_list(self.type, results), buffer)

    def __repr__(self) -> str:
        return f"<{self.__class__.__name__} {self.name} {self.type}>"


class WasmFuncInstance(FuncInstance):
    """A function of an instance."""

    __slots__ = ("funcidx", "instance")

    def __init__(self, instance: ModuleInstance, funcidx: int, function: FunctionType) -> None:
        module = instance.module
        super().__init__(instance.store, module.func_type(funcidx), module.func_deftype(funcidx), function)
        self.instance = instance
        self.funcidx = funcidx

    @property
    def name(self) -> str:
        """Its export name, or what the name section calls it, or its index."""
        return self.instance.code.func_name(self.funcidx)


class HostFuncInstance(FuncInstance):
    """A Python callable as a function instance.

    `wants_caller`: its first argument is the calling ModuleInstance, or None where that is unknown: when Python calls
    it, or wasm through a table.
    """

    __slots__ = ("_name", "callable", "wants_caller")

    def __init__(
        self,
        store: Store,
        type: FuncType,
        callable: Callable[..., object],
        *,
        wants_caller: bool = False,
        name: str | None = None,
        deftype: DefType | None = None,
    ) -> None:
        self._name = name
        self.callable = callable
        self.wants_caller = wants_caller
        self.type = type
        self.store = store
        super().__init__(store, type, deftype or defined_func(type), self.function_for(None))

    @property
    def name(self) -> str:
        """The name that it was given, or the callable's."""
        return self._name or str(getattr(self.callable, "__name__", "host function"))

    def copy(self, store: Store) -> HostFuncInstance:
        """The same callable in another store."""
        return HostFuncInstance(
            store, self.type, self.callable, wants_caller=self.wants_caller, name=self.name, deftype=self.deftype
        )

    def function_for(self, caller: ModuleInstance | None) -> FunctionType:
        """What code of an instance calls."""
        store, type, callable, wants_caller = self.store, self.type, self.callable, self.wants_caller

        def host(*values: Any) -> Any:
            try:
                args = lift_values(store, type.params, values)
                result = callable(caller, *args) if wants_caller else callable(*args)
                lowered = self._lower_results(result) if type.results else None
            except WasmException as error:
                raise self._thrown(error) from None
            except BaseException as error:
                raise HostError(error) from None
            if store.due:
                store.check()
            return lowered

        assert isinstance(host, FunctionType)
        return host

    def _thrown(self, error: WasmException) -> Exception:
        """What wasm sees of an exception that Python throws: something to catch, if it has a tag of the store."""
        try:
            thrown = self.store.exceptions.from_python(error)
        except (TypeError, OverflowError, ValueError) as unsuitable:
            return HostError(unsuitable)
        return thrown or HostError(error)

    def _lower_results(self, result: object) -> object:
        types = self.type.results
        results: Sequence[object] = (result,)
        if len(types) > 1:
            if not isinstance(result, Sequence) or len(result) != len(types):
                given = "None" if result is None else result.__class__.__name__
                raise TypeError(f"{self.name}() must return {len(types)} values, not {given}")
            results = result
        lowered = lower_values(self.store, types, results, f"{self.name}() result")
        return lowered[0] if len(types) == 1 else tuple(lowered)


def callee(reference: FuncInstance | None) -> FunctionType:
    """What a function reference calls. Traps for null."""
    if reference is None:
        raise trap(TrapCode.NULL_FUNCTION_REFERENCE)
    return reference.function


def non_null(reference: Any) -> Any:
    """The reference itself. Traps for null."""
    if reference is None:
        raise trap(TrapCode.NULL_REFERENCE)
    return reference


# --- values


def lower_value(store: Store, type: ValType, value: object) -> Any:
    """The value in translated code for a Python object. Raises TypeError, OverflowError or ValueError."""
    packed = store.services.pack(store, type, value, store)
    if type.is_ref:
        return None if value is None else packed >> 1 if packed.__class__ is int else packed
    return packed & _MASKS[type] if type in _MASKS else packed


def lower_values(store: Store, types: Sequence[ValType], values: Sequence[object], what: str) -> list[object]:
    """The values for several objects; errors say which one, `what` and its number."""
    lowered: list[object] = []
    try:
        for type, value in zip(types, values, strict=True):
            lowered.append(lower_value(store, type, value))
    except (TypeError, OverflowError, ValueError) as error:
        if error.__class__ not in (TypeError, OverflowError, ValueError):
            raise
        raise error.__class__(f"{what} {len(lowered) + 1}: {error}") from None
    return lowered


def lift_value(store: Store, type: ValType, value: Any) -> object:
    """The Python object for a value of translated code."""
    if type is I32 or type is I64:
        number = int(value)
        return number - (_MASKS[type] + 1) if number > _MASKS[type] >> 1 else number
    return store.services.unpack(store, type, value) if type.is_ref else value


def lift_values(store: Store, types: Sequence[ValType], values: Sequence[Any]) -> list[object]:
    """The Python objects for several values."""
    return [lift_value(store, type, value) for type, value in zip(types, values, strict=True)]


def as_list(type: FuncType, results: Any) -> Sequence[Any]:
    """What a translated function returned, as a sequence."""
    return results if len(type.results) > 1 else (results,) if type.results else ()


def lift_results(store: Store, type: FuncType, results: Any) -> object:
    """What a call returns to Python: None, the value, or a tuple of several."""
    if len(type.results) == 1:
        return lift_value(store, type.results[0], results)
    return tuple(lift_values(store, type.results, results)) if type.results else None


# --- bits


def bits_of(type: ValType, value: Any) -> int:
    """The bits of a number or vector."""
    if type is F32:
        return i32_reinterpret_f32(value)
    if type is F64:
        return i64_reinterpret_f64(value)
    return int.from_bytes(value, "little") if type is V128 else int(value)


def read_slots(types: Sequence[ValType], buffer: bytearray) -> list[Any]:
    """The values in a buffer of abi.signature. References don't go through buffers here: LinkError."""
    values: list[Any] = []
    pos = 0
    for type in types:
        if type.is_ref:
            raise LinkError("the interpreter's references have no bits")
        letter = LETTER[type]
        if type is F32:
            values.append(f32_reinterpret_i32(unpack_from("<I", buffer, pos)[0]))
        else:
            values.append(unpack_from({"i": "<I", "I": "<Q", "F": "<d", "v": "16s"}[letter], buffer, pos)[0])
        pos += SLOT_BYTES[letter]
    return values


def write_slots(types: Sequence[ValType], values: Sequence[Any], buffer: bytearray) -> None:
    """Leave values in a buffer of abi.signature."""
    pos = 0
    for type, value in zip(types, values, strict=True):
        size = SLOT_BYTES[LETTER[type]]
        buffer[pos : pos + size] = bits_of(type, value).to_bytes(size, "little")
        pos += size
