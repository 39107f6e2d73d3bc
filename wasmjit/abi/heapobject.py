"""Structures and arrays as Python sees them (spec 4.2.12): what those of every tier have in common.

Their classes are derived from these, and say where the values are.
"""

from __future__ import annotations

from wasmjit.abi.gc import field_bytes
from wasmjit.light import Any
from wasmjit.wasm.rectypes import DefType
from wasmjit.wasm.types import I8, I16, ArrayType, FieldType, StructType, ValType


class HeapObject:
    """A structure or an array of a store: a sequence of fields or elements."""

    __slots__ = ("__weakref__",)

    deftype: DefType
    _parts = ""

    @property
    def _store(self) -> Any:
        """The store of the runtime that it belongs to."""
        raise NotImplementedError

    @property
    def address(self) -> Any:
        """What a reference to it is at its tier. Raises ReferenceError while it is being collected by Python."""
        raise NotImplementedError

    @property
    def type(self) -> DefType:
        """The type that it was made with."""
        return self.deftype

    def __len__(self) -> int:
        raise NotImplementedError

    def _field(self, index: int) -> FieldType:
        """Type of a field or element."""
        raise NotImplementedError

    def _read(self, index: int) -> object:
        """A field or element that there is, as a Python object: a packed one with its sign."""
        raise NotImplementedError

    def _write(self, index: int, value: object) -> None:
        """Set one that there is and that may be changed; a packed one to an integer in range."""
        raise NotImplementedError

    def _check(self, index: int) -> int:
        count = len(self)
        if not -count <= index < count:
            raise IndexError(f"index {index} is not inside {count} {self._parts}")
        return index % count

    def __getitem__(self, index: int) -> object:
        return self._read(self._check(index))

    def __setitem__(self, index: int, value: object) -> None:
        index = self._check(index)
        field = self._field(index)
        if not field.mutable:
            raise TypeError(f"{self._parts} {index} cannot be changed")
        if is_packed(field.type):
            _check_packed(field.type, value)
        self._write(index, value)


class Struct(HeapObject):
    """A structure: `struct[0]` is its first field, `struct.fields` are all of them. Packed fields have a sign."""

    __slots__ = ()

    _parts = "fields"

    @property
    def _type(self) -> StructType:
        composite = self.deftype.composite
        assert isinstance(composite, StructType)
        return composite

    @property
    def fields(self) -> tuple[object, ...]:
        """The values of all fields."""
        return tuple([self[index] for index in range(len(self))])

    def __len__(self) -> int:
        return len(self._type.fields)

    def _field(self, index: int) -> FieldType:
        return self._type.fields[index]

    def __repr__(self) -> str:
        return f"<Struct {self.deftype} at {hash(self):#x}>"


class Array(HeapObject):
    """An array: a sequence of its elements. Packed ones have a sign."""

    __slots__ = ()

    _parts = "elements"

    @property
    def _type(self) -> ArrayType:
        composite = self.deftype.composite
        assert isinstance(composite, ArrayType)
        return composite

    def _field(self, index: int) -> FieldType:
        return self._type.element

    def __repr__(self) -> str:
        return f"<Array of {len(self)}, {self.deftype} at {hash(self):#x}>"


def is_packed(type: ValType) -> bool:
    """Whether a field's values have fewer bits than on the operand stack."""
    return type is I8 or type is I16


def _check_packed(type: ValType, value: object) -> None:
    bits = 8 * field_bytes(type)
    if not isinstance(value, int):
        raise TypeError(f"expected an integer for {type}, not {value.__class__.__name__}")
    if not -1 << bits - 1 <= value < 1 << bits:
        raise OverflowError(f"{value} is out of range for {type}")
