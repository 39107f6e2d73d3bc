"""Cells of external references: owners, the list of those without, and when they are freed."""

from __future__ import annotations

import weakref

import pytest

from wasmjit.abi.layout import CELL_LISTED, CELL_OWNERS, STORE_DEPTH, STORE_HEADER_BYTES, STORE_UNOWNED
from wasmjit.compile.support import native_support
from wasmjit.runtime.externref import ExternRefs, OwnedSlots
from wasmjit.runtime.lock import store_lock
from wasmjit.runtime.raw import Block, read_word


class Thing:
    """An object that can be watched."""


@pytest.fixture
def header() -> Block:
    return Block(STORE_HEADER_BYTES)


@pytest.fixture
def refs(header: Block) -> ExternRefs:
    return ExternRefs(header, store_lock(header, native_support().direct))


def test_an_object_has_one_cell(refs: ExternRefs) -> None:
    thing, other = Thing(), Thing()
    cell = refs.intern(thing)
    assert cell == refs.intern(thing) != refs.intern(other)
    assert refs.value_of(cell) is thing
    assert (refs.intern(None), refs.value_of(0)) == (0, None)


def test_unowned_cells_go_when_the_store_is_idle(refs: ExternRefs, header: Block) -> None:
    cells = [refs.intern(Thing()) for _ in range(200)]
    assert len(set(cells)) == len(refs) == 200
    header.words[STORE_DEPTH // 8] = 1
    refs.settle()
    assert len(refs) == 200
    header.words[STORE_DEPTH // 8] = 0
    refs.settle()
    assert len(refs) == 0 and header.words[STORE_UNOWNED // 8] == 0
    assert refs.intern(Thing()) in cells, "cells are used again"


def test_owned_cells_stay(refs: ExternRefs) -> None:
    cell = refs.intern(Thing())
    watch = weakref.ref(refs.value_of(cell))
    refs.own(cell)
    refs.settle()
    assert watch() is not None and read_word(cell + CELL_LISTED) == 0
    refs.own(cell, 2)
    for left in (2, 1):
        refs.disown(cell)
        assert read_word(cell + CELL_OWNERS) == left
        refs.settle()
    refs.disown(cell)
    assert watch() is not None and read_word(cell + CELL_LISTED) == 1
    refs.own(cell)
    refs.disown(cell)
    refs.settle()
    assert watch() is None


def test_hold_keeps_until_the_outermost_ends(refs: ExternRefs) -> None:
    def outer() -> int:
        refs.intern(Thing())
        refs.hold(lambda: None)
        refs.settle()
        return len(refs)

    assert (refs.hold(outer), len(refs)) == (1, 0)
    with pytest.raises(ZeroDivisionError):
        refs.hold(lambda: refs.intern(Thing()) // 0)
    assert len(refs) == 0


def test_owned_slots_release_their_cells_and_become_null(refs: ExternRefs) -> None:
    block = Block(24)
    for i in range(2):
        block.words[i] = refs.intern(Thing())
        refs.own(block.words[i])
    slots = OwnedSlots(refs, block.words)
    refs.settle()
    assert len(refs) == 2
    del slots
    assert len(refs) == 0 and list(block.words) == [0, 0, 0]


def test_finalisers_of_objects_may_do_what_they_like(refs: ExternRefs) -> None:
    class Nasty:
        def __del__(self) -> None:
            seen.append(len(refs))
            refs.intern(Thing())
            refs.settle()
            refs.hold(lambda: refs.intern(Thing()))

    seen: list[int] = []
    for _ in range(5):
        refs.intern(Nasty())
    refs.settle()
    assert len(seen) == 5 and len(refs) == 0
