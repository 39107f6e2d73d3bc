"""Structures and arrays (spec 4.2.12): Python objects, which Python's garbage collector looks after.

Each type has a class in each store, derived from its supertype's, so that a cast is `isinstance`. A structure's fields
are `f0`, `f1` and so on; `elements` of an array are a bytearray, an array of `H`, or a list. An i31 is an int from 0
on; integers of the host that wasm holds are wrapped, so that no reference is both.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NoReturn

from wasmjit.abi.gc import field_bytes
from wasmjit.abi.heapobject import Array, Struct, is_packed
from wasmjit.abi.traps import TrapCode
from wasmjit.interp.operand import MASKS
from wasmjit.interp.scalars import trap
from wasmjit.wasm.rectypes import DefType
from wasmjit.wasm.subtyping import heap_matches
from wasmjit.wasm.types import I8, I16, ArrayType, FuncType, StructType, ValType

if TYPE_CHECKING:
    from wasmjit.interp.store import Store

_ITEM_BYTES = {I8: 1, I16: 2}
_STORAGE: dict[ValType, Callable[[Any], Any]] = {I8: bytearray, I16: partial(array, "H")}


class StructObject(Struct):
    """A structure."""

    __slots__ = ()

    @property
    def address(self) -> StructObject:
        """Itself."""
        return self

    def _read(self, index: int) -> object:
        return _lift(self._store, self._field(index).type, getattr(self, f"f{index}"))

    def _write(self, index: int, value: object) -> None:
        setattr(self, f"f{index}", _lower(self._store, self._field(index).type, value))


class ArrayObject(Array):
    """An array."""

    __slots__ = ("elements",)

    storage: Callable[[Any], Any] = list
    item_bytes = 8

    def __init__(self, elements: Any) -> None:
        self.elements = elements

    @classmethod
    def of(cls, values: Any) -> ArrayObject:
        """An array of some values."""
        return cls(cls.storage(values))

    @classmethod
    def filled(cls, value: Any, count: int) -> ArrayObject:
        """An array of equal elements. Traps if it is larger than the heap may be."""
        if count * cls.item_bytes > cls._store.config.max_gc_heap_bytes:  # type: ignore[attr-defined]
            raise trap(TrapCode.GC_HEAP_EXHAUSTED)
        try:
            return cls(cls.storage((value,)) * count)
        except MemoryError:
            raise trap(TrapCode.GC_HEAP_EXHAUSTED) from None

    @classmethod
    def element_type(cls) -> ValType:
        """The type of its elements."""
        composite = cls.deftype.composite
        assert isinstance(composite, ArrayType)
        return composite.element.type

    @property
    def address(self) -> ArrayObject:
        """Itself."""
        return self

    def __len__(self) -> int:
        return len(self.elements)

    def _read(self, index: int) -> object:
        return _lift(self._store, self._type.element.type, self.elements[index])

    def _write(self, index: int, value: object) -> None:
        self.elements[index] = _lower(self._store, self._type.element.type, value)


def _lift(store: Store, type: ValType, value: Any) -> object:
    if is_packed(type):
        half = 1 << 8 * field_bytes(type) - 1
        return (value ^ half) - half
    from wasmjit.interp.func import lift_value

    return lift_value(store, type, value)


def _lower(store: Store, type: ValType, value: Any) -> Any:
    if is_packed(type):
        return value & MASKS[8 * field_bytes(type)]
    from wasmjit.interp.func import lower_value

    return lower_value(store, type, value)


class HostInt:
    """An integer of the host, which is no i31."""

    __slots__ = ("value",)

    def __init__(self, value: int) -> None:
        self.value = value


def intern(value: object) -> object:
    """An object of the host as a reference."""
    return HostInt(value) if isinstance(value, int) else value


def value_of(reference: object) -> object:
    """The object for a reference of the hierarchies of any and extern: of the host, of the heap, or an i31."""
    if type(reference) is int:
        return (reference ^ 1 << 30) - (1 << 30)
    return reference.value if type(reference) is HostInt else reference


def class_of(store: Store, type: DefType) -> Any:
    """The class of a type's objects, made when it is first needed."""
    made = store.classes.get(type)
    if made is None:
        made = store.classes[type] = _make_class(store, type)
    return made


def _make_class(store: Store, deftype: DefType) -> Any:
    composite, above = deftype.composite, deftype.supers[:-1][-1:]
    base: type = class_of(store, above[0]) if above else _BASES[type(composite)]
    members: dict[str, object] = {"__slots__": (), "deftype": deftype, "_store": store}
    if isinstance(composite, StructType):
        count, inherited = len(composite.fields), len(base.deftype.composite.fields) if above else 0  # type: ignore[attr-defined]
        members["__slots__"] = tuple([f"f{i}" for i in range(inherited, count)])
        members["__init__"] = _constructor(count)
    elif isinstance(composite, ArrayType) and is_packed(element := composite.element.type):
        members |= {"storage": staticmethod(_STORAGE[element]), "item_bytes": _ITEM_BYTES[element]}
    return type(base)(deftype.kind, (base,), members)


_BASES: dict[type, type] = {StructType: StructObject, ArrayType: ArrayObject}


@cache
def _constructor(count: int) -> object:
    """An `__init__` that sets so many fields."""
    names = [f"f{i}" for i in range(count)]
    lines = [f" self.{name} = {name}" for name in names] or [" pass"]
    made: dict[str, object] = {}
    exec("\n".join([f"def init({', '.join(['self', *names])}):", *lines]), made)
    return made["init"]


def classes_of(store: Store, types: list[DefType]) -> dict[str, object]:
    """Global names of translated code for the types of a module: the class of an aggregate, else the type."""
    return {
        f"T{typeidx}": type if isinstance(type.composite, FuncType) else class_of(store, type)
        for typeidx, type in enumerate(types)
    }


# --- types


def is_function(reference: Any, type: DefType) -> bool:
    """Whether a reference to a function that is not null is to one of a type."""
    return heap_matches(reference.deftype, type)


def cast_failure() -> NoReturn:
    """For casts."""
    raise trap(TrapCode.CAST_FAILURE)


# --- many elements


def checked_elements(array: Any, start: int, count: int) -> Any:
    """The elements of an array. Traps for null, and unless `count` of them from `start` are there."""
    if array is None:
        raise trap(TrapCode.NULL_ARRAY_REFERENCE)
    if start + count > len(array.elements):
        raise trap(TrapCode.ARRAY_OUT_OF_BOUNDS)
    return array.elements


def array_fill(array: Any, start: int, value: Any, count: int) -> None:
    """For `array.fill`."""
    elements = checked_elements(array, start, count)
    elements[start : start + count] = array.storage((value,)) * count


def array_copy(array: Any, start: int, source: Any, source_start: int, count: int) -> None:
    """For `array.copy`: both may be the same."""
    if array is not None and source is None:
        raise trap(TrapCode.NULL_ARRAY_REFERENCE)
    elements = checked_elements(array, start, count)
    elements[start : start + count] = checked_elements(source, source_start, count)[source_start : source_start + count]


def array_write(array: ArrayObject, start: int, values: Any) -> None:
    """Set elements whose places have been checked."""
    array.elements[start : start + len(values)] = array.storage(values)


AGGREGATES: dict[str, object] = {
    "Array": ArrayObject,
    "EQ": (int, StructObject, ArrayObject),
    "Struct": StructObject,
    "array_copy": array_copy,
    "array_fill": array_fill,
    "cast_failure": cast_failure,
    "int": int,
    "is_function": is_function,
    "isinstance": isinstance,
    "type": type,
}
"""Global names of translated code."""
