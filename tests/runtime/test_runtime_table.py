"""Tables: storage, growth, bounds, and who owns external references."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest

from wasmjit.abi.layout import DEF_BASE, DEF_LENGTH
from wasmjit.errors import LimitError, Trap
from wasmjit.runtime.raw import read_word
from wasmjit.runtime.table import TableInstance
from wasmjit.wasm.types import EXTERNREF, FUNCREF, Limits, TableType, ValType


def table(store: Any, minimum: int, maximum: int | None = None, element: ValType = FUNCREF) -> TableInstance:
    return TableInstance(store, TableType(Limits(minimum, maximum), element))


def contents(t: TableInstance) -> list[int]:
    """What generated code sees."""
    base, length = read_word(t.definition + DEF_BASE), read_word(t.definition + DEF_LENGTH)
    return [read_word(base + 8 * i) for i in range(length)]


class Thing:
    """An object that can be watched."""


def test_new_tables_are_null(store: Any) -> None:
    t = table(store, 3, 5)
    assert contents(t) == [0, 0, 0]
    assert t.type == TableType(Limits(3, 5), FUNCREF)
    assert contents(table(store, 0)) == []


def test_set_and_get(store: Any) -> None:
    t = table(store, 3)
    t.set(1, 0x1234)
    assert contents(t) == [0, 0x1234, 0] and t.get(1) == 0x1234


@pytest.mark.parametrize("index", [3, -1, 1 << 40])
def test_out_of_bounds_traps(store: Any, index: int) -> None:
    t = table(store, 3)
    for access in (lambda: t.get(index), lambda: t.set(index, 1), lambda: t.fill(index, 1, 1)):
        with pytest.raises(Trap, match="out of bounds table access") as caught:
            access()
        assert caught.value.code == "table_out_of_bounds"


def test_fill(store: Any) -> None:
    t = table(store, 4)
    t.fill(1, 16, 2)
    assert contents(t) == [0, 16, 16, 0]
    with pytest.raises(Trap):
        t.fill(3, 32, 2)
    assert contents(t) == [0, 16, 16, 0]
    t.fill(4, 32, 0)


@pytest.mark.parametrize(("to", "source", "after"), [(0, 1, [2, 3, 3, 4]), (1, 0, [1, 1, 2, 4]), (2, 0, [1, 2, 1, 2])])
def test_copy_within_a_table_overlaps(store: Any, to: int, source: int, after: list[int]) -> None:
    t = table(store, 4)
    for i in range(4):
        t.set(i, i + 1)
    t.copy(to, t, source, 2)
    assert contents(t) == after


def test_copy_checks_both_ranges_first(store: Any) -> None:
    a, b = table(store, 4), table(store, 2)
    b.fill(0, 16, 2)
    for to, source, count in ((3, 0, 2), (0, 1, 2), (5, 0, 0), (0, 3, 0)):
        with pytest.raises(Trap):
            a.copy(to, b, source, count)
    assert contents(a) == [0] * 4
    a.copy(4, b, 2, 0)
    a.copy(1, b, 0, 2)
    assert contents(a) == [0, 16, 16, 0]


def test_growth_keeps_the_contents_and_moves_seldom(store: Any) -> None:
    t = table(store, 1)
    t.set(0, 16)
    bases = set()
    for size in range(1, 2000):
        assert t.grow(1, 32) == size
        bases.add(read_word(t.definition + DEF_BASE))
    assert contents(t) == [16] + [32] * 1999
    assert len(bases) < 20


def test_growth_by_nothing(store: Any) -> None:
    t = table(store, 0, 0)
    assert (t.grow(0), t.grow(1), t.size) == (0, -1, 0)


def test_growth_stops_at_the_limits(store: Any) -> None:
    t = table(store, 1, 3)
    assert (t.grow(3), t.grow(2), t.grow(1)) == (-1, 1, -1)
    assert table(store, 0).grow(10_000_001) == -1
    assert table(store, 0).grow((1 << 32) - 1) == -1
    with pytest.raises(ValueError, match="shrink"):
        t.grow(-1)


def test_too_many_elements_are_a_limit_error(store: Any) -> None:
    with pytest.raises(LimitError):
        table(store, 10_000_001)


def test_python_values(store: Any, rt: Any) -> None:
    func = rt.host(store, "->", lambda: None)
    t = TableInstance.create(store, TableType(Limits(2), FUNCREF), func)
    assert t.get_value(0) is func and t.get(1) == func.reference
    t.set_value(0, None)
    assert t.get_value(0) is None
    assert t.grow_value(1, func) == 2 and t.get_value(2) is func
    with pytest.raises(TypeError, match="expected a wasm function"):
        t.set_value(0, 5)
    with pytest.raises(Trap):
        t.set_value(9, 5)


def test_a_table_keeps_the_functions_that_python_puts_in(store: Any, rt: Any) -> None:
    t = table(store, 2)
    func = rt.host(store, "->", lambda: None)
    watch = weakref.ref(func)
    t.set_value(0, func)
    del func
    gc.collect()
    assert watch() is not None and t.get_value(0) is watch()
    del t
    gc.collect()
    assert watch() is None


# --- external references


def test_objects_live_as_long_as_they_are_in_the_table(store: Any) -> None:
    t = table(store, 2, element=EXTERNREF)
    thing = Thing()
    watch = weakref.ref(thing)
    t.set_value(0, thing)
    t.set_value(1, thing)
    assert t.get(0) == t.get(1) != 0
    del thing
    t.set_value(0, None)
    assert t.get_value(1) is watch()
    t.set_value(1, 5)
    assert watch() is None and t.get_value(1) == 5
    assert len(store.externrefs) == 1


def test_copy_fill_and_growth_count_owners(store: Any) -> None:
    t = TableInstance.create(store, TableType(Limits(2), EXTERNREF), Thing())
    watch = weakref.ref(t.get_value(0))
    t.grow_value(100, t.get_value(0))
    t.copy(2, t, 0, 50)
    t.copy(0, t, 1, 100)
    t.fill(0, 0, 101)
    assert watch() is not None and t.get_value(101) is watch()
    t.fill(101, 0, 1)
    store.externrefs.settle()
    assert watch() is None and len(store.externrefs) == 0


def test_a_dropped_table_gives_up_its_objects(store: Any) -> None:
    t = TableInstance.create(store, TableType(Limits(3), EXTERNREF), Thing())
    t.grow_value(20, Thing())
    assert len(store.externrefs) == 2
    del t
    assert len(store.externrefs) == 0


def test_a_table_dropped_while_the_lock_is_taken_gives_up_later(store: Any) -> None:
    import threading

    t = TableInstance.create(store, TableType(Limits(3), EXTERNREF), Thing())
    taken, release = threading.Event(), threading.Event()

    def other() -> None:
        with store.lock:
            taken.set()
            release.wait(10)

    thread = threading.Thread(target=other)
    thread.start()
    taken.wait(10)
    del t
    assert len(store.externrefs) == 1
    release.set()
    thread.join()
    store.externrefs.hold(lambda: None)
    assert len(store.externrefs) == 0
