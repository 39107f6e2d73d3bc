"""Exception instances (spec 4.2.12) of a store: memory for them, and the way between them and Python's exceptions.

An exception is a cell (abi.layout) out of a free list, which native code takes from and gives back to: one that is
caught without a reference is free again at once. Of the others, those that can still be reached are looked for when
none is free: by their addresses, on the stack of the thread that asks (conservatively), in tables, in globals and in
the payload of one another. One that has been stored into an object of the heap stays as long as the
store. When no wasm code of the store runs, no stack needs a look.
"""

from __future__ import annotations

from weakref import WeakSet, WeakValueDictionary, ref

from wasmjit.abi.layout import (
    EXN_BYTES,
    EXN_KEPT,
    EXN_NEXT,
    EXN_NUM_PLACES,
    EXN_OWNERS,
    EXN_PAYLOAD,
    EXN_PAYLOAD_BYTES,
    EXN_PLACES,
    EXN_TAG,
    STORE_FREE_EXN,
    STORE_UNSETTLED,
)
from wasmjit.abi.signature import THROWN
from wasmjit.errors import InternalError, WasmException
from wasmjit.light import TYPE_CHECKING, Callable, Iterator
from wasmjit.runtime.raw import SPACE, WORD, Block, read_word, write_word
from wasmjit.runtime.stack import stack_end
from wasmjit.runtime.traps import PENDING, frames_at
from wasmjit.runtime.values import pack_all, unpack_value
from wasmjit.wasm.types import is_exn_ref, may_be_host

if TYPE_CHECKING:
    from wasmjit.runtime.global_ import GlobalInstance
    from wasmjit.runtime.instance import ModuleInstance
    from wasmjit.runtime.store import Store
    from wasmjit.runtime.table import TableStorage
    from wasmjit.runtime.tag import TagInstance

_FREE, _UNSETTLED = STORE_FREE_EXN // 8, STORE_UNSETTLED // 8
_CELLS_PER_SLAB = 64
_SPARE_SLABS = 16
_FIRST_COLLECTION = 16 * _CELLS_PER_SLAB


class Exceptions:
    """The exceptions of a store. All methods need the store's lock. It refers to the store only weakly."""

    def __init__(self, store: Store) -> None:
        self._store = ref(store)
        self._header = store.header.words
        self._slabs: list[Block] = []
        self._large: dict[int, Block] = {}
        self._objects: dict[int, WasmException] = {}
        self._limit = _FIRST_COLLECTION
        self._surviving_tags: list[TagInstance] = []
        self.tags: WeakValueDictionary[int, TagInstance] = WeakValueDictionary()
        self.tables: WeakSet[TableStorage] = WeakSet()
        """Tables of exceptions."""
        self.globals: list[tuple[Callable[[], object], int]] = []
        """Addresses of globals that hold exceptions, with a weak reference to what they live with."""

    @property
    def store(self) -> Store:
        """The store, which lives while its code runs."""
        store = self._store()
        if store is None:
            raise InternalError("exceptions of a store that no longer exists")
        return store

    # --- cells

    def live(self) -> set[int]:
        """Addresses of all exceptions."""
        found = set(self._large)
        for slab in self._slabs:
            tags = slab.words[EXN_TAG // 8 :: EXN_BYTES // 8].tolist()
            found.update(slab.address + EXN_BYTES * i for i, tag in enumerate(tags) if tag)
        return found

    def memory(self) -> Iterator[memoryview]:
        """All that exceptions consist of: in their payload there may be references to objects of the heap."""
        for block in (*self._slabs, *self._large.values()):
            yield block.words.cast("B")

    def refill(self, stack_low: int | None) -> None:
        """Make free cells. `stack_low` is the lowest address of the stack that may hold references; None: unknown."""
        total = len(self._slabs) * _CELLS_PER_SLAB
        if stack_low is not None and total >= self._limit:
            self._collect(stack_low)
            if self._header[_FREE]:
                self._limit = max(self._limit, 2 * (len(self.live()) + _CELLS_PER_SLAB))
                return
            self._limit = 2 * total
        slab = Block(EXN_BYTES * _CELLS_PER_SLAB)
        self._slabs.append(slab)
        for i in range(_CELLS_PER_SLAB):
            self._give(slab.address + EXN_BYTES * i)

    def _give(self, cell: int) -> None:
        write_word(cell + EXN_TAG, 0)
        write_word(cell + EXN_NEXT, self._header[_FREE])
        self._header[_FREE] = cell

    def new(self, tag: TagInstance, payload_bytes: int) -> int:
        """A new exception, whose payload is zero."""
        if payload_bytes > EXN_PAYLOAD_BYTES:
            return self.new_large(tag.address, payload_bytes)
        if not self._header[_FREE]:
            self.refill(None)
        cell: int = self._header[_FREE]
        self._header[_FREE] = read_word(cell + EXN_NEXT)
        SPACE[cell : cell + EXN_BYTES] = bytes(EXN_BYTES)
        write_word(cell + EXN_TAG, tag.address)
        return cell

    def new_large(self, tag_address: int, payload_bytes: int) -> int:
        """A new exception with a payload that fits into no cell."""
        block = Block(EXN_PAYLOAD + payload_bytes)
        self._large[block.address] = block
        write_word(block.address + EXN_TAG, tag_address)
        self._keep(block.address)
        return block.address

    def _keep(self, exn: int) -> None:
        write_word(exn + EXN_KEPT, 1)
        self._header[_UNSETTLED] = 1

    def _free(self, exn: int) -> None:
        self._objects.pop(exn, None)
        tag = self.tags.get(read_word(exn + EXN_TAG))
        if tag is not None and any(map(may_be_host, tag.type.type.params)):
            for type, value in zip(tag.type.type.params, self._payload(tag, exn), strict=True):
                if may_be_host(type) and isinstance(value, int):
                    self.store.externrefs.disown(value)
        if self._large.pop(exn, None) is None:
            self._give(exn)

    # --- reachability

    def settle(self) -> None:
        """Free what cannot be reached, while no wasm code runs."""
        live = self.live()
        reachable = self._reachable(live, memoryview(b"").cast("Q")) if live else live
        self._sweep(live, reachable)
        if not reachable and len(self._slabs) > _SPARE_SLABS:
            self._slabs.clear()
            self._header[_FREE] = 0
            self._limit = _FIRST_COLLECTION

    def _collect(self, stack_low: int) -> None:
        stack = SPACE[stack_low : stack_end() & -8].cast("Q")
        live = self.live()
        self._sweep(live, self._reachable(live, stack))

    def _reachable(self, live: set[int], stack: memoryview) -> set[int]:
        found = live.intersection(stack)
        for table in list(self.tables):
            found |= live.intersection(table.read(0, table.size))
        self.globals = [(owner, address) for owner, address in self.globals if owner() is not None]
        found |= live.intersection(read_word(address) for _, address in self.globals)
        found |= {exn for exn in live if read_word(exn + EXN_OWNERS)}
        pending = list(found)
        while pending:
            inner = live.intersection(self._inner(pending.pop())) - found
            found |= inner
            pending.extend(inner)
        return found

    def _inner(self, exn: int) -> list[object]:
        """The exceptions in the payload of another."""
        tag = self.tags.get(read_word(exn + EXN_TAG))
        if tag is None or not any(map(is_exn_ref, tag.type.type.params)):
            return []
        return [v for t, v in zip(tag.type.type.params, self._payload(tag, exn), strict=True) if is_exn_ref(t)]

    def _sweep(self, live: set[int], reachable: set[int]) -> None:
        for exn in live - reachable:
            self._free(exn)
        if not reachable:
            self._surviving_tags.clear()

    def unsettle(self) -> None:
        """Note that a reference may have been the last one."""
        self._header[_UNSETTLED] = 1

    def add_global(self, owner: ModuleInstance | GlobalInstance, address: int) -> None:
        """Note a global of exceptions, which lives with `owner`."""
        self.globals.append((ref(owner), address))

    def outlive(self, tag: TagInstance) -> None:
        """Called for a tag that nobody has any more: it stays as long as there may be exceptions with it."""
        if self._slabs and any(read_word(exn + EXN_TAG) == tag.address for exn in self.live()):
            self.tags[tag.address] = tag
            self._surviving_tags.append(tag)
            self._header[_UNSETTLED] = 1

    # --- Python

    def _payload(self, tag: TagInstance, exn: int) -> tuple[int | float | bytes, ...]:
        values: tuple[int | float | bytes, ...] = tag.signature.unpack_arguments_from(SPACE, exn + EXN_PAYLOAD)
        return values

    def to_python(self, exn: int) -> WasmException:
        """The Python exception for one of wasm's: the same object, if Python threw it."""
        known = self._objects.get(exn)
        if known is not None:
            return known
        tag = self.tags[read_word(exn + EXN_TAG)]
        store = self.store
        pairs = zip(tag.type.type.params, self._payload(tag, exn), strict=True)
        return WasmException(store.wrap_tag(tag), [unpack_value(store, type, value) for type, value in pairs])

    def from_python(self, error: WasmException) -> int | None:
        """A new exception for one of Python's; None if its tag is none of this store.

        Raises TypeError, OverflowError and ValueError for values that do not suit the tag.
        """
        store = self.store
        tag = store.unwrap_tag(error.tag)
        if tag is None or tag.store is not store:
            return None
        params = tag.type.type.params
        if len(error.values) != len(params):
            raise TypeError(f"an exception with {len(error.values)} values for {tag.type}")
        values = pack_all(store, params, error.values, "exception value", tag)
        exn = self.new(tag, tag.signature.buffer_bytes)
        tag.signature.pack_arguments_into(SPACE, exn + EXN_PAYLOAD, *values)
        for type, value in zip(params, values, strict=True):
            if may_be_host(type) and isinstance(value, int):
                self.store.externrefs.own(value)
        self._objects[exn] = error
        self._keep(exn)
        return exn

    def uncaught(self, exn: int) -> WasmException:
        """The Python exception for one that left wasm, with its backtrace."""
        error = self.to_python(exn)
        count = read_word(exn + EXN_NUM_PLACES)
        places = [WORD.unpack_from(SPACE, exn + EXN_PLACES + 8 * i)[0] for i in range(count)]
        error.frames.extend(frames_at(self.store.traps, places))
        if not read_word(exn + EXN_KEPT):
            self._free(exn)
        return error

    # --- host functions

    def throw_at(self, error: WasmException, buffer: int) -> int:
        """Leave the exception for what a host function raised at an address; the status for its thunk."""
        exn = self.from_python(error)
        if exn is None:
            raise error
        write_word(buffer, exn)
        return THROWN

    def thrown(self) -> int:
        """The exception for what a host function has just raised, 0 if that is none for wasm."""
        direct = self.store.native.direct
        error = direct.take_pending() if direct is not None else None
        if isinstance(error, WasmException):
            exn = self.from_python(error)
            if exn is not None:
                return exn
        PENDING.error = error
        return 0
