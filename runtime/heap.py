"""The heap of a store, for structures and arrays (abi.gc), and its objects as Python sees them.

Allocation and collection are native code (compile/gc_ir.py, compile/collect_ir.py). Here is what they lack: the address
space, the roots, and the objects that Python holds, each of which is a root itself.
"""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Sequence

from wasmjit.abi import gc
from wasmjit.abi.heapobject import Array, HeapObject, Struct, is_packed
from wasmjit.abi.layout import EXN_OWNERS, STORE_HEAP
from wasmjit.abi.libcalls import Libcall
from wasmjit.abi.traps import TrapCode
from wasmjit.errors import LimitError
from wasmjit.light import TYPE_CHECKING, cast
from wasmjit.runtime import libc
from wasmjit.runtime.raw import SPACE, Block, read_word, write_word
from wasmjit.runtime.reservation import reserve
from wasmjit.runtime.traps import plain_trap
from wasmjit.runtime.typeinfo import type_at, type_id
from wasmjit.runtime.values import pack_value, unpack_value, value_struct
from wasmjit.wasm.rectypes import DefType
from wasmjit.wasm.types import ArrayType, StructType, ValType, is_exn_ref, is_func_ref

if TYPE_CHECKING:
    from wasmjit.runtime.func import FuncInstance
    from wasmjit.runtime.instance import ModuleInstance
    from wasmjit.runtime.store import Store

_FIRST_COLLECTION_BYTES = 16 << 20
_WORD_MASK = (1 << 64) - 1
_LARGE_BLOCKS = 4096
"""Blocks in use from which on a collection gives back the memory that it took for itself."""

_NATIVE = [Libcall(index) for index in range(Libcall.GC_STRUCT, Libcall.GC_HOLD_EXNS + 1)]


class Heap:
    """A heap of at most `limit_bytes`; `stress`: collect at every allocation. All methods need the store's lock."""

    def __init__(self, store: Store, limit_bytes: int, *, stress: bool) -> None:
        self.store = store
        self.links: set[object] = set()
        """Instances whose functions may be referred to from objects."""
        self.types: set[DefType] = set()
        """The types that objects may have."""
        self.objects: dict[int, int] = {}
        """Addresses of the objects that Python holds, by the id of what holds them."""
        self.pinned: list[int] = []
        """Words that are on their way, references among them."""
        self.collections = 0
        """How many there have been."""
        self._reserve(limit_bytes, stress)
        native = store.native
        new, collect = native.heap_function("new"), native.heap_function("collect")
        self._new = ctypes.CFUNCTYPE(ctypes.c_uint64, *[ctypes.c_uint64] * 3)(new)
        self._collect = ctypes.CFUNCTYPE(None, *[ctypes.c_uint64] * 5)(collect)
        for index in _NATIVE:
            store.libcalls.words[index] = native.libcall(index)
        store.header.words[STORE_HEAP // 8] = self._block.address

    def _reserve(self, limit_bytes: int, stress: bool) -> None:
        """Address space for objects, two bitmaps, the table of blocks and the mark stack: half of an object's size."""
        blocks = max(limit_bytes // gc.BLOCK_BYTES, 1)
        size = blocks * gc.BLOCK_BYTES
        bitmap, table, marks = size >> 7, -(-blocks * gc.ENTRY_BYTES // 4096) * 4096, size >> 1
        total = size + 2 * bitmap + table + marks
        self._space = reserve(total + gc.BLOCK_BYTES)
        if not self._space.commit(0, total + gc.BLOCK_BYTES):
            raise MemoryError(f"no memory for a heap of {limit_bytes} bytes")
        self._base = -(-self._space // gc.BLOCK_BYTES) * gc.BLOCK_BYTES
        self._marks, self._marks_bytes = self._base + size + 2 * bitmap + table, marks
        self._block = Block(gc.HEAP_BYTES)
        for offset, value in (
            (gc.HEAP_BASE, self._base),
            (gc.HEAP_END, self._base),
            (gc.HEAP_LIMIT, self._base + size),
            (gc.HEAP_OLD, self._base + size),
            (gc.HEAP_NEW, self._base + size + bitmap),
            (gc.HEAP_TABLE, self._base + size + 2 * bitmap),
            (gc.HEAP_MARKS, self._marks),
            (gc.HEAP_DUE, min(blocks, _FIRST_COLLECTION_BYTES // gc.BLOCK_BYTES)),
            (gc.HEAP_STRESS, int(stress)),
            (gc.HEAP_MOST, blocks),
        ):
            self._block.words[offset // 8] = value
        for index in range(len(gc.CLASS_SIZES)):
            self._block.words[(gc.HEAP_CLASSES + gc.CLASS_BYTES * index + gc.CLASS_BLOCK) // 8] = (1 << 64) - 1

    @property
    def used_bytes(self) -> int:
        """Size of the blocks in use."""
        return int(self._block.words[gc.HEAP_USED // 8]) * gc.BLOCK_BYTES

    @property
    def limit_bytes(self) -> int:
        """What may be in use at most."""
        return int(self._block.words[gc.HEAP_MOST // 8]) * gc.BLOCK_BYTES

    def contains(self, reference: int) -> bool:
        """Whether a reference is to an object of the heap."""
        return self._base <= reference < int(self._block.words[gc.HEAP_END // 8])

    # --- collection

    def collect(self) -> None:
        """Free what cannot be reached from wasm or Python."""
        own, pinned = array("Q", self.objects.copy().values()), array("Q", [word & _WORD_MASK for word in self.pinned])
        for words in self.store.exceptions.memory():
            pinned.frombytes(words)
        ranges = array("Q")
        for words in self.store.externrefs.roots.copy().values():
            if len(words):
                ranges.extend((ctypes.addressof(ctypes.c_char.from_buffer(words)), len(words)))
        ranges.extend((own.buffer_info()[0], len(own)))
        where = ranges.buffer_info()[0], len(ranges) // 2, pinned.buffer_info()[0], len(pinned)
        self._collect(self.store.header.address, *where)
        self.collections += 1
        if self._block.words[gc.HEAP_USED // 8] > _LARGE_BLOCKS:
            libc.madvise(self._marks, self._marks_bytes, libc.MADV_DONTNEED)
        self.store.externrefs.after_collection()

    # --- objects

    def new(self, type: DefType, size_bytes: int) -> int:
        """Address of a new object whose fields are not set. Traps where the heap is exhausted."""
        info, words = type_id(type), self._block.words
        if words[gc.HEAP_STRESS // 8]:
            self.collect()
        address = self._new(self._block.address, info, size_bytes)
        if not address:
            self.collect()
            address = self._new(self._block.address, info, size_bytes)
        if not address:
            words[gc.HEAP_DUE // 8] = words[gc.HEAP_MOST // 8]
            address = self._new(self._block.address, info, size_bytes)
        if not address:
            raise plain_trap(TrapCode.GC_HEAP_EXHAUSTED)
        return int(address)

    def new_struct(self, type: DefType, values: Sequence[int]) -> int:
        """A structure with the bits of its fields."""
        composite = type.composite
        assert isinstance(composite, StructType)
        offsets, size = gc.field_offsets(composite)
        address = self.new(type, size)
        for field, offset, bits in zip(composite.fields, offsets, values, strict=True):
            self.write(address + offset, field.type, bits)
        return address

    def new_array(self, type: DefType, values: Sequence[int]) -> int:
        """An array with the bits of its elements."""
        composite = type.composite
        assert isinstance(composite, ArrayType)
        element = composite.element.type
        size = gc.field_bytes(element)
        address = self.new(type, gc.ARRAY_ELEMENTS + size * len(values))
        write_word(address + gc.ARRAY_LENGTH, len(values))
        for i, bits in enumerate(values):
            self.write(address + gc.ARRAY_ELEMENTS + size * i, element, bits)
        return address

    def write(self, address: int, type: ValType, bits: int) -> None:
        """Set a field. An object of the host is kept by the heap from now on."""
        size = gc.field_bytes(type)
        SPACE[address : address + size] = (bits & (1 << 8 * size) - 1).to_bytes(size, "little")
        if is_exn_ref(type):
            if bits:
                write_word(bits + EXN_OWNERS, 1)
        elif type.is_ref:
            self.store.externrefs.hold_in_heap(bits)

    def object_at(self, address: int) -> HeapObject:
        """The object of a reference that is not null, for Python."""
        type = type_at(read_word(address))
        of = StructObject if isinstance(type.composite, StructType) else ArrayObject
        return of(self, address, type)

    def link(self, instance: ModuleInstance) -> None:
        """Let objects have the types of an instance's module, and refer to its functions."""
        self.types.update(instance.module.deftypes)
        if any(map(_holds_functions, instance.module.deftypes)):
            self.links.add(instance)

    def keep(self, func: FuncInstance) -> None:
        """Keep a function that Python has put into an object."""
        self.links.add(func.keeper)


def _holds_functions(type: DefType) -> bool:
    composite = type.composite
    if isinstance(composite, StructType):
        return any(is_func_ref(field.type) for field in composite.fields)
    return isinstance(composite, ArrayType) and is_func_ref(composite.element.type)


def make_heap(store: Store) -> Heap:
    """The heap of a store, made when it is needed first."""
    if store.heap is None:
        limit = store.config.max_gc_heap_bytes
        while True:
            try:
                store.heap = heap = Heap(store, limit, stress=store.config.gc_stress)
                store.externrefs.object_at = heap.object_at
                break
            except MemoryError:
                if limit <= _FIRST_COLLECTION_BYTES:
                    raise LimitError("address space for a heap, in bytes", limit, 0) from None
                limit //= 2
    return store.heap


# --- objects for Python


class _Object(HeapObject):
    """Where the values are. An object stays as long as this lives; two are equal if they are the same one."""

    __slots__ = ("_address", "_heap", "deftype")

    def __init__(self, heap: Heap, address: int, deftype: DefType) -> None:
        self._heap = heap
        self._address = address
        self.deftype = deftype
        heap.objects[id(self)] = address

    def __del__(self) -> None:
        heap = getattr(self, "_heap", None)
        if heap is not None:
            heap.objects.pop(id(self), None)
            self._address = 0

    @property
    def _store(self) -> Store:
        return self._heap.store

    @property
    def address(self) -> int:
        if not self._address:
            raise ReferenceError("the object is being collected")
        return self._address

    def __eq__(self, other: object) -> bool:
        return self._address == other._address if isinstance(other, _Object) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._address)

    def _place(self, index: int) -> int:
        """Address of a field or element."""
        raise NotImplementedError

    def _read(self, index: int) -> object:
        return self._store.externrefs.hold(self._get, index)

    def _write(self, index: int, value: object) -> None:
        self._store.externrefs.hold(self._set, index, value)

    def _get(self, index: int) -> object:
        type, address = self._field(index).type, self._place(index)
        if is_packed(type):
            return int.from_bytes(SPACE[address : address + gc.field_bytes(type)], "little", signed=True)
        (value,) = value_struct(type).unpack_from(SPACE, address)
        return unpack_value(self._store, type, value)

    def _set(self, index: int, value: object) -> None:
        type, address = self._field(index).type, self._place(index)
        slot = value if is_packed(type) else pack_value(self._store, type, value, self._heap)
        if type.is_ref or is_packed(type):
            self._heap.write(address, type, cast(int, slot))
        else:
            value_struct(type).pack_into(SPACE, address, slot)


class StructObject(_Object, Struct):
    """A structure of the heap."""

    __slots__ = ()

    def _place(self, index: int) -> int:
        return self.address + gc.field_offsets(self._type)[0][index]


class ArrayObject(_Object, Array):
    """An array of the heap."""

    __slots__ = ()

    def __len__(self) -> int:
        return read_word(self.address + gc.ARRAY_LENGTH) & 0xFFFF_FFFF

    def _place(self, index: int) -> int:
        return self.address + gc.ARRAY_ELEMENTS + gc.field_bytes(self._type.element.type) * index
