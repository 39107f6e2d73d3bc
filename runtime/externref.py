"""External references: Python objects that wasm holds, kept alive exactly as long as it can reach them.

An object gets a cell (layout in abi.layout), whose address is the reference. A cell counts its owners: table slots,
globals and element segments. What is on the wasm stack is not counted; instead a cell without owners stays until no
wasm code of the store runs. Such cells are in a list, which is swept whenever the store becomes idle.
"""

from __future__ import annotations

from wasmjit.abi.layout import (
    CELL_BYTES,
    CELL_HELD,
    CELL_INFO,
    CELL_LISTED,
    CELL_NEXT,
    CELL_OWNERS,
    HELD,
    MARKED,
    STORE_DEPTH,
    STORE_UNOWNED,
    STORE_UNSETTLED,
)
from wasmjit.light import Callable, Iterable, TypeVar, deque
from wasmjit.runtime.lock import StoreLock
from wasmjit.runtime.raw import Block, read_word, write_word
from wasmjit.runtime.typeinfo import HOST_INFO

_T = TypeVar("_T")

_UNOWNED, _DEPTH, _UNSETTLED = STORE_UNOWNED // 8, STORE_DEPTH // 8, STORE_UNSETTLED // 8
_CELLS_PER_SLAB = 64


class ExternRefs:
    """The cells of a store. All methods but `release` need the store's lock.

    What has been interned, or read from a table, but is not owned yet is valid until the wasm call or the `hold` ends
    in which it happened.
    """

    __slots__ = (
        "_by_id",
        "_free",
        "_header",
        "_holds",
        "_lock",
        "_objects",
        "_slabs",
        "object_at",
        "released",
        "roots",
        "when_idle",
    )

    def __init__(self, header: Block, lock: StoreLock) -> None:
        self._header = header.words
        self._lock = lock
        self._holds = 0
        self._objects: dict[int, object] = {}
        self._by_id: dict[int, int] = {}
        self._free: list[int] = []
        self._slabs: list[Block] = []
        self.when_idle: Callable[[], None] = lambda: None
        """Called first of all when there is something to settle."""
        self.roots: dict[int, memoryview] = {}
        """The words of all OwnedSlots."""
        self.object_at: Callable[[int], object] = self._objects.__getitem__
        """What finds the object of the heap that a reference refers to."""
        self.released: deque[list[int]] = deque()
        """Cells that dropped tables and instances owned, to be given up when the store is idle."""

    def __len__(self) -> int:
        """How many objects are held."""
        return len(self._objects)

    def hold(self, function: Callable[..., _T], *args: object) -> _T:
        """Call a function under the store's lock, keeping the cells that it meets alive until it returns."""
        with self._lock:
            self._holds += 1
            try:
                return function(*args)
            finally:
                self._holds -= 1
                self.settle()

    # --- objects and cells

    def intern(self, value: object) -> int:
        """The reference for an object: 0 for None, else its cell."""
        if value is None:
            return 0
        cell = self._by_id.get(id(value))
        return self._new_cell(value) if cell is None else cell

    def value_of(self, cell: int) -> object:
        """The object of a reference of the hierarchies of any and extern: of the host, of the heap, or an i31."""
        if not cell:
            return None
        if cell & 1:
            return (cell >> 1 & 0x7FFF_FFFF ^ 1 << 30) - (1 << 30)
        return self._objects[cell] if cell in self._objects else self.object_at(cell)

    def _new_cell(self, value: object) -> int:
        if not self._free:
            slab = Block(CELL_BYTES * _CELLS_PER_SLAB)
            self._slabs.append(slab)
            self._free.extend(slab.address + CELL_BYTES * i for i in range(_CELLS_PER_SLAB))
        cell = self._free.pop()
        self._objects[cell] = value
        self._by_id[id(value)] = cell
        write_word(cell + CELL_INFO, HOST_INFO)
        write_word(cell + CELL_OWNERS, 0)
        write_word(cell + CELL_HELD, 0)
        self._list(cell)
        return cell

    # --- owners

    def own(self, cell: int, count: int = 1) -> None:
        """Count new owners of a cell; nothing for what is none: null, an i31, or an object of the heap."""
        if cell in self._objects:
            write_word(cell + CELL_OWNERS, read_word(cell + CELL_OWNERS) + count)

    def disown(self, cell: int) -> None:
        """Count one owner less."""
        if cell in self._objects:
            owners = read_word(cell + CELL_OWNERS) - 1
            write_word(cell + CELL_OWNERS, owners)
            if not owners and not read_word(cell + CELL_LISTED):
                self._list(cell)

    def _list(self, cell: int) -> None:
        write_word(cell + CELL_NEXT, self._header[_UNOWNED])
        write_word(cell + CELL_LISTED, 1)
        self._header[_UNOWNED] = cell

    def release(self, cells: list[int]) -> None:
        """Give up one ownership of each cell, as soon as may be. For finalisers: in any thread, at any time."""
        self.released.append(cells)
        self._header[_UNSETTLED] = 1
        if self._lock.try_acquire():
            try:
                self.settle()
            finally:
                self._lock.release()

    # --- collection

    def settle_after_call(self) -> None:
        """What native code calls when a call has left something to do."""
        with self._lock:
            self.settle()

    def settle(self) -> None:
        """Free what nobody owns, if no wasm code runs and nothing holds references."""
        if self._holds or self._header[_DEPTH]:
            return
        garbage: list[object] = []
        self._holds += 1  # finalisers that come in between must not start over
        try:
            if self._header[_UNSETTLED]:
                self._header[_UNSETTLED] = 0
                self.when_idle()
            while self.released:
                for cell in self.released.popleft():
                    self.disown(cell)
            self._sweep(garbage)
        finally:
            self._holds -= 1
        garbage.clear()  # finalisers of these objects run here, when all is consistent

    def _sweep(self, garbage: list[object]) -> None:
        while cell := self._header[_UNOWNED]:
            self._header[_UNOWNED] = read_word(cell + CELL_NEXT)
            write_word(cell + CELL_LISTED, 0)
            if not read_word(cell + CELL_OWNERS) and not read_word(cell + CELL_HELD):
                garbage.append(self._free_cell(cell))

    def hold_in_heap(self, reference: int) -> None:
        """Note that an object of the heap holds a reference, which may be a cell."""
        if reference in self._objects:
            write_word(reference + CELL_HELD, HELD)

    def after_collection(self) -> None:
        """Let go of the cells that the heap held and a collection has not found any more."""
        for cell in self._objects:
            held = read_word(cell + CELL_HELD)
            if held:
                write_word(cell + CELL_HELD, HELD if held == HELD | MARKED else 0)
                if held == HELD and not read_word(cell + CELL_OWNERS) and not read_word(cell + CELL_LISTED):
                    self._list(cell)
                    self._header[_UNSETTLED] = 1

    def _free_cell(self, cell: int) -> object:
        value = self._objects.pop(cell)
        del self._by_id[id(value)]
        self._free.append(cell)
        return value


class OwnedSlots:
    """Words that hold references, in a table, a segment or a global.

    The collector looks at them as long as this object lives. They own the cells in them, which are released when it
    goes; and as nothing keeps what else they hold from then on, they are null.
    """

    __slots__ = ("_externrefs", "words")

    def __init__(self, externrefs: ExternRefs, words: memoryview) -> None:
        self._externrefs = externrefs
        self.words = words
        externrefs.roots[id(self)] = words

    def forget(self) -> None:
        """The words have moved to another place."""
        self.words = self.words[:0]
        self._externrefs.roots.pop(id(self), None)

    def __del__(self) -> None:
        self._externrefs.roots.pop(id(self), None)
        cells = [cell for cell in self.words if cell]
        if cells:
            self.words[:] = memoryview(bytes(self.words.nbytes)).cast("Q")
            self._externrefs.release(cells)


def transfer(externrefs: ExternRefs, slots: memoryview, cells: Iterable[int]) -> None:
    """Count the change of owners when `slots` are about to be overwritten with `cells`: new ones first."""
    for cell in cells:
        externrefs.own(cell)
    for cell in slots:
        externrefs.disown(cell)
