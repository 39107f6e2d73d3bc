"""Table instances (spec 4.2.7): resizable arrays of references."""

from __future__ import annotations

import sys

from wasmjit.abi.gc import is_traced
from wasmjit.abi.layout import DEF_BASE, DEF_BYTES, DEF_LENGTH
from wasmjit.abi.traps import TrapCode
from wasmjit.light import TYPE_CHECKING, cast
from wasmjit.limits import MAX_TABLE_ELEMENTS, check_limit
from wasmjit.runtime.externref import OwnedSlots, transfer
from wasmjit.runtime.raw import Block
from wasmjit.runtime.traps import plain_trap
from wasmjit.runtime.values import pack_value, unpack_value
from wasmjit.wasm.types import Limits, TableType, ValType, is_exn_ref, is_func_ref

if TYPE_CHECKING:
    from wasmjit.runtime.func import FuncInstance
    from wasmjit.runtime.instance import ModuleInstance
    from wasmjit.runtime.store import Store

_BASE, _LENGTH = DEF_BASE // 8, DEF_LENGTH // 8


class TableStorage:
    """The elements of a table. All methods need the store's lock; `check_range` comes before any change.

    The elements may be records inside instances: all instances that share the table are in `links`. The one that
    defines it joins them only when others do, so that an instance with a table of its own is not a reference cycle.
    """

    __slots__ = (
        "__weakref__", "_capacity", "_definition", "_owned", "_slots", "address", "element", "links", "maximum", "store"
    )  # fmt: skip

    def __init__(self, store: Store, type: TableType, init: int) -> None:
        size = type.limits.min
        check_limit("table elements", size, MAX_TABLE_ELEMENTS)
        store.quota.check("table_elements", size)
        store.quota.add("tables", self)
        self.store = store
        self.element: ValType = type.element
        self.address: ValType = type.address
        self.maximum = type.limits.max
        self.links: set[object] = set()
        self._definition = Block(DEF_BYTES)
        self._owned: OwnedSlots | None = None
        self._allocate(size)
        if is_exn_ref(type.element):
            store.exceptions.tables.add(self)
        if init:
            self.fill(0, init, size)

    def _allocate(self, capacity: int) -> None:
        """Move to a larger place; the length becomes `capacity` for now."""
        block = Block(8 * capacity)
        size = self.size
        if size:
            block.words[:size] = self._slots[:size]
        if is_traced(self.element):
            if self._owned is not None:
                self._owned.forget()
            self._owned = OwnedSlots(self.store.externrefs, block.words)
        self._slots: memoryview = block.words
        self._capacity = capacity
        self._definition.words[_BASE] = block.address
        self._definition.words[_LENGTH] = capacity

    @property
    def definition(self) -> int:
        """Address of the TableDef of abi.layout."""
        return self._definition.address

    @property
    def size(self) -> int:
        """Number of elements."""
        size: int = self._definition.words[_LENGTH]
        return size

    def covers(self, start: int, count: int) -> bool:
        """Whether `count` elements from `start` are all in bounds."""
        return 0 <= start <= start + count <= self.size

    def check_range(self, start: int, count: int) -> None:
        """Trap unless `count` elements from `start` are all in bounds."""
        if not self.covers(start, count):
            raise plain_trap(TrapCode.TABLE_OUT_OF_BOUNDS)

    def get(self, index: int) -> int:
        """One element."""
        self.check_range(index, 1)
        reference: int = self._slots[index]
        return reference

    def fill(self, start: int, reference: int, count: int) -> None:
        """Set `count` elements (spec 4.5.3.8)."""
        self.check_range(start, count)
        self.write(start, memoryview(reference.to_bytes(8, sys.byteorder) * count).cast("Q"))

    def write(self, start: int, references: memoryview) -> None:
        """Set elements to an array of words, a part of this table perhaps."""
        self.check_range(start, len(references))
        slots = self._slots[start : start + len(references)]
        if is_exn_ref(self.element):
            self.store.exceptions.unsettle()
        if self._owned is not None:
            transfer(self.store.externrefs, slots, references)
        slots[:] = references

    def read(self, start: int, count: int) -> memoryview:
        """Elements as an array of words, not a copy."""
        self.check_range(start, count)
        return self._slots[start : start + count]

    def grow(self, count: int, reference: int) -> int:
        """Add elements; the old size, or -1 if that is not possible (spec 4.5.3.10)."""
        old = self.size
        new = old + count
        if new > min(MAX_TABLE_ELEMENTS, MAX_TABLE_ELEMENTS if self.maximum is None else self.maximum):
            return -1
        if not self.store.quota.allows("table_elements", new):
            return -1
        try:
            if new > self._capacity:
                self._allocate(self._next_capacity(new))
        except MemoryError:
            return -1
        self._definition.words[_LENGTH] = new
        if reference:
            self.fill(old, reference, count)
        return old

    def _next_capacity(self, needed: int) -> int:
        most = MAX_TABLE_ELEMENTS if self.maximum is None else min(self.maximum, MAX_TABLE_ELEMENTS)
        return min(max(2 * self._capacity, needed), most)


class TableInstance:
    """A table, as seen from outside the instance that defines it: it keeps that instance alive.

    A reference is an address (values.py converts); 0 is null.
    """

    __slots__ = ("__weakref__", "owner", "storage", "store")

    kind = "table"

    def __init__(self, store: Store, type: TableType, init: int = 0) -> None:
        self.store = store
        self.owner: ModuleInstance | None = None
        with store.lock:
            self.storage = TableStorage(store, type, init)

    @classmethod
    def create(cls, store: Store, type: TableType, value: object = None) -> TableInstance:
        """A table of the host's, filled with a Python object. Raises as `pack_value` for an unsuitable value."""
        table = cls(store, type)
        if value is not None:
            store.externrefs.hold(table._fill_value, value)
        return table

    @classmethod
    def of(cls, storage: TableStorage, owner: ModuleInstance) -> TableInstance:
        """The table of an instance."""
        table = cls.__new__(cls)
        table.store, table.storage, table.owner = storage.store, storage, owner
        return table

    @property
    def type(self) -> TableType:
        """Type with the current size as minimum, as imports are matched against it (spec 4.5.1)."""
        return TableType(Limits(self.size, self.storage.maximum), self.storage.element, self.storage.address)

    @property
    def definition(self) -> int:
        """Address of the TableDef of abi.layout."""
        return self.storage.definition

    @property
    def size(self) -> int:
        """Number of elements."""
        return self.storage.size

    def get(self, index: int) -> int:
        """The reference at an index. Traps out of bounds."""
        with self.store.lock:
            return self.storage.get(index)

    def set(self, index: int, reference: int) -> None:
        """Set one element. Traps out of bounds."""
        self.fill(index, reference, 1)

    def grow(self, count: int, reference: int = 0) -> int:
        """Add elements; the old size, or -1 if limits don't allow it."""
        if count < 0:
            raise ValueError("a table cannot shrink")
        with self.store.lock:
            return self.storage.grow(count, reference)

    def fill(self, start: int, reference: int, count: int) -> None:
        """Set `count` elements from `start`. Traps out of bounds."""
        with self.store.lock:
            self.storage.fill(start, reference, count)

    def copy(self, start: int, source: TableInstance, source_start: int, count: int) -> None:
        """Copy elements of a table. Traps out of bounds."""
        with self.store.lock:
            self.storage.write(start, source.storage.read(source_start, count))

    # --- Python values

    def get_value(self, index: int) -> object:
        """The element at an index as a Python object. Traps out of bounds."""
        return self.store.externrefs.hold(self._get_value, index)

    def set_value(self, index: int, value: object) -> None:
        """Set an element. Raises as `pack_value` for an unsuitable value, traps out of bounds."""
        self.store.externrefs.hold(self._set_value, index, value)

    def grow_value(self, count: int, value: object) -> int:
        """As `grow`, with a Python object."""
        return self.store.externrefs.hold(self._grow_value, count, value)

    def _get_value(self, index: int) -> object:
        return unpack_value(self.store, self.storage.element, self.storage.get(index))

    def _set_value(self, index: int, value: object) -> None:
        self.storage.check_range(index, 1)
        self.storage.fill(index, self._pack(value), 1)

    def _fill_value(self, value: object) -> None:
        self.storage.fill(0, self._pack(value), self.size)

    def _grow_value(self, count: int, value: object) -> int:
        return self.grow(count, self._pack(value))

    def _pack(self, value: object) -> int:
        return cast(int, pack_value(self.store, self.storage.element, value, self))

    # --- lifetimes

    def keep(self, func: FuncInstance) -> None:
        """Keep a function alive as long as the table may hold it."""
        if func.keeper is not self.owner:
            self.storage.links.add(func.keeper)

    def link(self, importer: ModuleInstance) -> None:
        """Keep an importer alive, and the definer, as their functions can get into the table."""
        if is_func_ref(self.storage.element):
            self.storage.links.add(importer)
            if self.owner is not None:
                self.storage.links.add(self.owner)
