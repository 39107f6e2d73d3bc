"""Tables as users see them."""

from __future__ import annotations

import operator
from typing import SupportsIndex

from wasmjit.api.extern import ExternBase
from wasmjit.api.memory import AddressType, as_address_type, as_limits
from wasmjit.api.store import Store, runtime_of
from wasmjit.api.tier import new_table
from wasmjit.api.types import ValTypeLike, as_valtype
from wasmjit.runtime.table import TableInstance
from wasmjit.wasm.types import TableType


class Table(ExternBase[TableInstance]):
    """A table of `min` references, that may grow to `max`; all are `init` at first.

    `address` is the type of its indices in wasm: "i32", or "i64".

    The elements of a funcref table are `Func`s, those of an externref table any objects; None is null. Indexing raises
    IndexError out of bounds; negative indices don't count from the end.
    """

    __slots__ = ()

    def __init__(
        self,
        store: Store,
        element: ValTypeLike,
        min: int,
        max: int | None = None,
        init: object = None,
        *,
        address: AddressType = "i32",
    ) -> None:
        limits = as_limits(min, max, MAX_TABLE_SIZE, "elements")
        element = as_valtype(element)
        if not element.is_ref:
            raise TypeError(f"a table holds references, not {element}")
        self._instance = new_table(runtime_of(store), TableType(limits, element, as_address_type(address)), init)

    def __repr__(self) -> str:
        return f"<Table of {len(self)} {self.type.element} at {self._address:#x}>"

    @property
    def type(self) -> TableType:
        """Limits and element type; the minimum is the size of now."""
        return self._instance.type

    def __len__(self) -> int:
        return self._instance.size

    def __getitem__(self, index: SupportsIndex) -> object:
        return self._instance.get_value(self._check(index))

    def __setitem__(self, index: SupportsIndex, value: object) -> None:
        self._instance.set_value(self._check(index), value)

    def get(self, index: int) -> object:
        """The element at an index. Raises IndexError."""
        return self[index]

    def set(self, index: int, value: object) -> None:
        """Replace an element. Raises IndexError; TypeError or ValueError for what the table can't hold."""
        self[index] = value

    def grow(self, count: int, init: object = None) -> int:
        """Add elements; return the old size. Raises ValueError if the limits don't allow it."""
        count = operator.index(count)
        old = -1 if count < 0 else self._instance.grow_value(count, init)
        if old < 0:
            raise ValueError(f"a table of type ({self.type}) can't grow by {count}")
        return old

    @property
    def _address(self) -> int:
        return self._instance.definition

    def _check(self, index: SupportsIndex) -> int:
        index = operator.index(index)
        if not 0 <= index < len(self):
            raise IndexError(f"index {index} is not inside a table of {len(self)} elements")
        return index


MAX_TABLE_SIZE = (1 << 32) - 1
"""What the type of a table may ask for (spec 3.2.4); the implementation's limit on sizes is lower."""


def wrap_table(instance: TableInstance) -> Table:
    """The public object for a table of the runtime."""
    table = Table.__new__(Table)
    table._instance = instance
    return table
