"""The data segments of a module as instances run them: plain ones (wasm/columns.py) by native code, many at a time."""

from __future__ import annotations

from _operator import add, and_, sub
from itertools import repeat

from wasmjit.light import TYPE_CHECKING, Iterator, Sequence
from wasmjit.runtime.raw import address_of
from wasmjit.wasm.columns import DataColumns
from wasmjit.wasm.module import DataSegment, Module

if TYPE_CHECKING:
    from wasmjit.abi.native import NativeSupport


_MASK32 = (1 << 32) - 1
_COLUMN_BYTES = 4


class DataRuns:
    """A module's data segments in their order, as `runs` of indices: each of plain ones, or one of `others`."""

    __slots__ = ("_addresses", "_columns", "_source", "others", "runs")

    def __init__(self, module: Module, source: int) -> None:
        """`source` is the address of the module's bytes."""
        datas = module.datas
        self._source = source
        self._columns: tuple[memoryview, ...] = _native_columns(datas)
        self._addresses = [address_of(column) for column in self._columns]
        self.others = datas.others if self._columns and isinstance(datas, DataColumns) else dict(enumerate(datas))
        self.runs = list(_runs(sorted(self.others), len(datas)))

    @property
    def has_passive(self) -> bool:
        """Whether there are segments that instances keep."""
        return any(segment.at is None for segment in self.others.values())

    def copy(self, native: NativeSupport, run: range, memory: int, length: int) -> int:
        """Copy a run of plain segments into the `length` bytes at an address.

        Returns where it stopped because a segment did not fit, or the run's end.
        """
        places, starts, ends = self._addresses
        return native.copy_segments(memory, length, self._source, (places, starts, ends), run.start, run.stop)

    def extent(self, run: range) -> tuple[int, int]:
        """How many bytes a run of plain segments has, and the end of what it writes to."""
        places, starts, ends = (column[run.start : run.stop] for column in self._columns)
        sizes = list(map(sub, ends, starts))
        return sum(sizes), max(map(add, map(and_, places, repeat(_MASK32)), sizes))


def _native_columns(datas: Sequence[DataSegment]) -> tuple[memoryview, ...]:
    """Places, starts and ends as native code reads them; nothing for a module of more than 4 GiB."""
    if not isinstance(datas, DataColumns):
        return ()
    columns = (datas.places, datas.starts, datas.ends)
    return columns if all(column.itemsize == _COLUMN_BYTES for column in columns) else ()


def _runs(others: Sequence[int], count: int) -> Iterator[range]:
    start = 0
    for other in others:
        if start < other:
            yield range(start, other)
        yield range(other, other + 1)
        start = other + 1
    if start < count:
        yield range(start, count)
