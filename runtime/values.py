"""Values between Python and the argument buffers of abi.signature.

==========  =========================================  =====================
type        what Python may give                       what Python gets
==========  =========================================  =====================
i32, i64    an integer, signed or unsigned, in range   int, signed
f32, f64    a number                                   float
v128        16 bytes                                   bytes
funcref     a function of the same store, or None      FuncInstance or None
externref   any object                                 that object
exnref      a WasmException with a tag of the store,   WasmException or None
            or None
==========  =========================================  =====================

A slot value is what `struct` makes of a slot: int, float or bytes; references are addresses.
"""

from __future__ import annotations

import ctypes
import struct
from _operator import index
from struct import Struct

from wasmjit.abi.heapobject import HeapObject
from wasmjit.abi.signature import LETTER, SLOT_FORMAT, buffer_structs, signature_key
from wasmjit.errors import WasmException
from wasmjit.light import TYPE_CHECKING, Protocol, Sequence, TypeAlias, cache, cast
from wasmjit.wasm.subtyping import heap_matches, heap_of
from wasmjit.wasm.types import (
    ANY,
    ARRAY,
    EQ,
    EXN,
    EXTERN,
    F32,
    F64,
    FUNCREF,
    I31,
    I32,
    I64,
    STRUCT,
    V128,
    FuncType,
    RefType,
    ValType,
    is_func_ref,
)

if TYPE_CHECKING:
    from wasmjit.runtime.func import FuncInstance
    from wasmjit.runtime.store import Store

SlotValue: TypeAlias = int | float | bytes

NOT_PACKABLE = (struct.error, OverflowError, TypeError)
"""What `Signature.pack` and `pack_results_into` raise for values that need conversion, or an error that says why."""

V128_BYTES = 16


class Keeper(Protocol):
    """Whoever may hold on to functions that Python has given away as references."""

    def keep(self, func: FuncInstance) -> None:
        """Keep a function alive as long as this object lives."""


# --- Python to slots


def pack_value(store: Store, type: ValType, value: object, keeper: Keeper) -> SlotValue:
    """The slot value for an object. Raises TypeError, OverflowError, or ValueError for a v128 or foreign function."""
    if type is I32:
        return _pack_int(value, 32)
    if type is I64:
        return _pack_int(value, 64)
    if type is F32 or type is F64:
        return _pack_float(value, type)
    if type is V128:
        return _pack_v128(value)
    assert isinstance(type, RefType)
    return _pack_reference(store, type, value, keeper)


def _pack_reference(store: Store, type: RefType, value: object, keeper: Keeper) -> int:
    if value is None:
        if not type.nullable:
            raise TypeError(f"None for {type}, which cannot be null")
        return 0
    if is_func_ref(type):
        return _pack_funcref(store, type, value, keeper)
    if isinstance(value, HeapObject):
        return _pack_object(store, type, value)
    if type.heap is EXTERN:
        return store.externrefs.intern(value)
    if type.heap is EXN and isinstance(value, WasmException):
        exn = store.exceptions.from_python(value)
        if exn is None:
            raise ValueError("the exception's tag belongs to another store")
        return exn
    if heap_matches(I31, heap_of(type)) and isinstance(value, int) and not isinstance(value, bool):
        return _pack_i31(value)
    if type.heap is ANY:
        return store.externrefs.intern(value)
    raise TypeError(f"expected {_EXPECTED.get(heap_of(type), f'a {type}')}, not {_describe(value)}")


_EXPECTED: dict[object, str] = {
    EQ: "an integer or an object of the heap",
    I31: "an integer",
    STRUCT: "a Struct",
    ARRAY: "an Array",
}


def _pack_object(store: Store, type: RefType, obj: HeapObject) -> int:
    """An object of the heap, as such or as an external reference."""
    if obj._store is not store:
        raise ValueError("the object belongs to another store")
    if type.heap is not EXTERN and not heap_matches(obj.deftype, heap_of(type)):
        raise TypeError(f"an object of type {obj.deftype} for {type}")
    address: int = obj.address
    return address


def _pack_i31(value: int) -> int:
    if not -1 << 30 <= value < 1 << 31:
        raise OverflowError(f"{value} is out of range for i31")
    return (value << 1 | 1) & 0xFFFF_FFFF


def _pack_int(value: object, bits: int) -> int:
    try:
        number = index(value)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"expected an integer for i{bits}, not {_describe(value)}") from None
    if not -1 << bits - 1 <= number < 1 << bits:
        raise OverflowError(f"{number} is out of range for i{bits}")
    return number - (1 << bits) if number >= 1 << bits - 1 else number


def _pack_float(value: object, type: ValType) -> float:
    if isinstance(value, str | bytes | bytearray):  # float() would parse them
        raise TypeError(f"expected a number for {type}, not {_describe(value)}")
    try:
        number = float(value)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"expected a number for {type}, not {_describe(value)}") from None
    except OverflowError:
        raise OverflowError(f"the integer is out of range for {type}") from None
    return ctypes.c_float(number).value if type is F32 else number  # too large for f32: infinite


def _pack_v128(value: object) -> bytes:
    if not isinstance(value, bytes | bytearray | memoryview):
        raise TypeError(f"expected {V128_BYTES} bytes for v128, not {_describe(value)}")
    data = bytes(value)
    if len(data) != V128_BYTES:
        raise ValueError(f"expected {V128_BYTES} bytes for v128, not {len(data)}")
    return data


def _pack_funcref(store: Store, type: RefType, value: object, keeper: Keeper) -> int:
    func = store.unwrap_func(value)
    if func is None:
        raise TypeError(f"expected a wasm function{' or None' * type.nullable} for {type}, not {_describe(value)}")
    if func.store is not store:
        raise ValueError("the function belongs to another store")
    if type is not FUNCREF and not heap_matches(func.deftype, heap_of(type)):
        raise TypeError(f"a function of type {func.type} for {type}")
    keeper.keep(func)
    return func.reference


def pack_all(
    store: Store, types: Sequence[ValType], values: Sequence[object], what: str, keeper: Keeper
) -> list[SlotValue]:
    """Slot values for several objects; errors say which one, `what` and its number."""
    slots: list[SlotValue] = []
    try:
        for type, value in zip(types, values, strict=True):
            slots.append(pack_value(store, type, value, keeper))  # its length tells which one failed
    except (TypeError, OverflowError, ValueError) as error:
        if error.__class__ not in (TypeError, OverflowError, ValueError):
            raise  # from a method of the value
        raise error.__class__(f"{what} {len(slots) + 1}: {error}") from None
    return slots


def _describe(value: object) -> str:
    return "None" if value is None else type(value).__name__


# --- slots to Python


def unpack_value(store: Store, type: ValType, value: SlotValue) -> object:
    """The object for a slot value."""
    if not type.is_ref:
        return value
    reference = cast(int, value)
    if isinstance(type, RefType) and type.heap is EXN:
        return store.exceptions.to_python(reference) if reference else None
    if is_func_ref(type):
        return store.wrap_func(store.func_at(reference)) if reference else None
    return store.externrefs.value_of(reference)


# --- single values by address: globals


@cache
def value_struct(type: ValType) -> Struct:
    """For the value at the start of a global's storage."""
    return Struct("<" + SLOT_FORMAT[LETTER[type]].removesuffix("4x"))


# --- whole signatures


class Signature:
    """How the arguments and results of a function type lie in a buffer."""

    __slots__ = (
        "buffer_bytes",
        "has_refs",
        "key",
        "pack",
        "pack_arguments_into",
        "pack_results_into",
        "plain",
        "plain_result",
        "type",
        "unpack",
        "unpack_arguments_from",
    )  # fmt: skip

    def __init__(self, type: FuncType) -> None:
        self.type = type
        self.key = signature_key(type)
        params, results, self.buffer_bytes = buffer_structs(self.key)
        self.has_refs = "r" in self.key
        letters_in, _, letters_out = self.key.partition(":")
        self.plain = not self.has_refs and "v" not in letters_in
        """Whether `pack` checks all that there is to check of arguments."""
        self.plain_result = len(letters_out) == 1 and letters_out in "iIfF"
        """Whether there is one result of which `pack_results_into` checks all."""
        self.pack = _padded(params, self.buffer_bytes).pack
        self.unpack = _padded(results, self.buffer_bytes).unpack
        self.unpack_arguments_from = params.unpack_from
        self.pack_arguments_into = params.pack_into
        self.pack_results_into = results.pack_into

    def pack_arguments(self, store: Store, args: Sequence[object], name: str, keeper: Keeper) -> bytes:
        """The buffer for a call. Raises TypeError for a wrong count, and what `pack_value` does."""
        params = self.type.params
        if len(args) != len(params):
            expected = f"{len(params)} argument" + "s" * (len(params) != 1)
            raise TypeError(f"{name}() takes {expected}, not {len(args)}")
        return self.pack(*pack_all(store, params, args, f"{name}() argument", keeper))

    def unpack_results(self, store: Store, buffer: bytes) -> object:
        """What a call returns: None, the value, or a tuple of several."""
        values = self.unpack(buffer)
        if self.has_refs:
            types = self.type.results
            values = tuple([unpack_value(store, type, value) for type, value in zip(types, values, strict=True)])
        return values if len(values) > 1 else values[0] if values else None

    def unpack_arguments(self, store: Store, values: Sequence[SlotValue]) -> list[object]:
        """The arguments for a host function."""
        return [unpack_value(store, type, value) for type, value in zip(self.type.params, values, strict=True)]

    def pack_results(self, store: Store, result: object, name: str, keeper: Keeper) -> list[SlotValue]:
        """What a host function returned, as slot values. Raises TypeError, and whatever `pack_value` does.

        A function without results may return anything.
        """
        types = self.type.results
        return pack_all(store, types, _as_results(result, len(types), name), f"{name}() result", keeper)


def _padded(contents: Struct, size_bytes: int) -> Struct:
    return Struct(f"{contents.format}{size_bytes - contents.size}x")


def _as_results(result: object, count: int, name: str) -> Sequence[object]:
    if count <= 1:
        return (result,) * count
    if not isinstance(result, Sequence) or len(result) != count:
        raise TypeError(f"{name}() must return {count} values, not {_describe(result)}")
    return result


signature_of = cache(Signature)
"""The signature of a function type."""
