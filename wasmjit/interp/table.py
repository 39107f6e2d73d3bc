"""Table instances (spec 4.2.7): lists of references, and views of them for indirect calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from wasmjit.abi.traps import TrapCode
from wasmjit.interp.func import FuncInstance, lift_value, lower_value
from wasmjit.interp.scalars import trap
from wasmjit.interp.store import Store
from wasmjit.limits import MAX_TABLE_ELEMENTS, check_limit
from wasmjit.record import replace
from wasmjit.wasm.rectypes import DefType
from wasmjit.wasm.subtyping import heap_matches
from wasmjit.wasm.types import Limits, TableType


def _uninitialized(*args: object) -> NoReturn:
    raise trap(TrapCode.UNINITIALIZED_ELEMENT)


def _mismatch(*args: object) -> NoReturn:
    raise trap(TrapCode.INDIRECT_CALL_TYPE_MISMATCH)


class TableInstance:
    """A table. `elements` are references, None is null."""

    __slots__ = ("__weakref__", "_views", "elements", "store", "table_type")

    kind = "table"

    def __init__(self, store: Store, type: TableType, init: Any = None) -> None:
        check_limit("table elements", type.limits.min, MAX_TABLE_ELEMENTS)
        store.quota.check("table_elements", type.limits.min)
        store.quota.add("tables", self)
        self.store = store
        self.table_type = type
        self.elements: list[Any] = [init] * type.limits.min
        self._views: dict[DefType, list[Callable[..., Any]]] = {}

    @classmethod
    def create(cls, store: Store, type: TableType, value: object = None) -> TableInstance:
        """A table of the host's, filled with a Python object. Raises as `lower_value` for an unsuitable value."""
        return cls(store, type, lower_value(store, type.element, value))

    @property
    def type(self) -> TableType:
        """Type with the current size as minimum, as imports are matched against it (spec 4.5.1)."""
        return replace(self.table_type, limits=Limits(len(self.elements), self.table_type.limits.max))

    @property
    def definition(self) -> int:
        """A number that identifies the table."""
        return id(self)

    @property
    def size(self) -> int:
        """Number of elements."""
        return len(self.elements)

    # --- indirect calls

    def view(self, type: DefType) -> list[Callable[..., Any]]:
        """For each element the function to call if it is called as `type`: one that traps if it is not."""
        view = self._views.get(type)
        if view is None:
            view = self._views[type] = [_callee(element, type) for element in self.elements]
        return view

    def _update(self, start: int, values: Sequence[Any]) -> None:
        for type, view in self._views.items():
            view[start : start + len(values)] = [_callee(value, type) for value in values]

    # --- elements

    def check(self, start: int, count: int) -> None:
        """Trap unless `count` elements from `start` are all in bounds."""
        if not 0 <= start <= start + count <= len(self.elements):
            raise trap(TrapCode.TABLE_OUT_OF_BOUNDS)

    def get(self, index: int) -> Any:
        """One element. Traps out of bounds."""
        self.check(index, 1)
        return self.elements[index]

    def write(self, start: int, values: Sequence[Any]) -> None:
        """Set elements. Traps, and changes nothing, if not all are in bounds."""
        self.check(start, len(values))
        self.elements[start : start + len(values)] = values
        self._update(start, values)

    def fill(self, start: int, value: Any, count: int) -> None:
        """Set `count` elements from `start`. Traps out of bounds."""
        self.check(start, count)
        self.write(start, [value] * count)

    def read(self, start: int, count: int) -> list[Any]:
        """A copy of some elements. Traps out of bounds."""
        self.check(start, count)
        return self.elements[start : start + count]

    def grow(self, count: int, value: Any = None) -> int:
        """Add elements; the old size, or -1 if limits don't allow it (spec 4.5.3.10)."""
        if count < 0:
            raise ValueError("a table cannot shrink")
        with self.store.lock:
            old = len(self.elements)
            maximum = self.table_type.limits.max
            if old + count > min(MAX_TABLE_ELEMENTS, MAX_TABLE_ELEMENTS if maximum is None else maximum):
                return -1
            if not self.store.quota.allows("table_elements", old + count):
                return -1
            added = [value] * count
            self.elements += added
            self._update(old, added)
            return old

    # --- Python values

    def get_value(self, index: int) -> object:
        """The element at an index as a Python object. Traps out of bounds."""
        return lift_value(self.store, self.table_type.element, self.get(index))

    def set_value(self, index: int, value: object) -> None:
        """Set an element. Raises as `lower_value` for an unsuitable value, traps out of bounds."""
        self.check(index, 1)
        with self.store.lock:
            self.write(index, [lower_value(self.store, self.table_type.element, value)])

    def grow_value(self, count: int, value: object) -> int:
        """As `grow`, with a Python object."""
        return self.grow(count, lower_value(self.store, self.table_type.element, value))


def _callee(element: Any, type: DefType) -> Callable[..., Any]:
    if not isinstance(element, FuncInstance):
        return _uninitialized
    return element.function if heap_matches(element.deftype, type) else _mismatch


class LazyView:
    """Stands in for a view until the first indirect call that needs it."""

    __slots__ = ("_name", "_names", "_table", "_type")

    def __init__(self, names: dict[str, Any], name: str, table: TableInstance, type: DefType) -> None:
        self._names = names
        self._name = name
        self._table = table
        self._type = type

    def __getitem__(self, index: int) -> Callable[..., Any]:
        view = self._names[self._name] = self._table.view(self._type)
        return view[index]
