"""Layout of the heap for structures and arrays, and of the objects in it (abi.layout has their headers).

Objects never move. The heap is one stretch of address space in blocks of 64 KiB. A block holds objects of one size
class, or is part of a large object. Two bitmaps have a bit for every 16 bytes, set where an object starts that the last
collection found, or that this one does.

::

    Heap           0 base      8 end of the blocks in use     16 limit of them
                  24 ptr bitmap of the last collection        32 ptr bitmap of the running one     40 ptr block table
                  48 ptr mark stack                           56 ptr its top
                  64 i64 blocks in use                        72 i64 blocks in use at which a collection is due
                  80 i64 index from where to look for a free block
                  88 address from which the stack is to be scanned
                  96 i64 whether every allocation collects   104 i64 most blocks
                 128 per size class {cursor, limit, block, next index}: where its next objects go, in what block (or
                     -1), and the index from where to look for a block with room

    Block          0 address below which its objects are allocated; above, those in the bitmap of the last collection
                   8 i32 size of its objects: 0 free, LARGE the first of a large object, PART a later one
                  12 i32 LARGE: number of blocks; PART: distance from the first

A size class is a multiple of 16 bytes up to 128, then one of four in each power of two up to 32 KiB.
"""

from __future__ import annotations

from wasmjit.wasm.types import ArrayType, RefType, StructType, ValType, is_func_ref

HEAP_BASE = 0
HEAP_END = 8
HEAP_LIMIT = 16
HEAP_OLD = 24
HEAP_NEW = 32
HEAP_TABLE = 40
HEAP_MARKS = 48
HEAP_MARKS_TOP = 56
HEAP_USED = 64
HEAP_DUE = 72
HEAP_SEARCH = 80
HEAP_STACK = 88
HEAP_STRESS = 96
HEAP_MOST = 104
HEAP_CLASSES = 128

CLASS_CURSOR = 0
CLASS_LIMIT = 8
CLASS_BLOCK = 16
CLASS_NEXT = 24
CLASS_BYTES = 32

BLOCK_LOG2 = 16
BLOCK_BYTES = 1 << BLOCK_LOG2
GRANULE_LOG2 = 4

ENTRY_ALLOCATED = 0
ENTRY_SIZE = 8
ENTRY_COUNT = 12
ENTRY_BYTES = 16

LARGE, PART = -1, -2

MAX_SMALL_BYTES = 32 << 10


def _class_sizes() -> tuple[int, ...]:
    sizes = list(range(16, 129, 16))
    while sizes[-1] < MAX_SMALL_BYTES:
        sizes += [sizes[-1] * quarters // 4 for quarters in (5, 6, 7, 8)]
    return tuple(sizes)


CLASS_SIZES = _class_sizes()
HEAP_BYTES = HEAP_CLASSES + CLASS_BYTES * len(CLASS_SIZES)

OBJECT_INFO = 0
ARRAY_LENGTH = 8
STRUCT_FIELDS = 8
ARRAY_ELEMENTS = 16

_SIZE_BY_NAME = {"i8": 1, "i16": 2, "i32": 4, "i64": 8, "f32": 4, "f64": 8, "v128": 16}


def class_of(size_bytes: int) -> int:
    """The size class for objects of a size up to MAX_SMALL_BYTES."""
    return next(i for i, size in enumerate(CLASS_SIZES) if size >= size_bytes)


def field_bytes(type: ValType) -> int:
    """Bytes that a field or element takes."""
    return 8 if type.is_ref else _SIZE_BY_NAME[type.name]


def is_traced(type: ValType) -> bool:
    """Whether the collector follows values of the type: functions and exceptions are not in the heap."""
    return isinstance(type, RefType) and not is_func_ref(type) and "exn" not in type.name


def field_offsets(type: StructType) -> tuple[list[int], int]:
    """Offset of each field, and the size of the object."""
    offsets: list[int] = []
    end = STRUCT_FIELDS
    for field in type.fields:
        size = field_bytes(field.type)
        start = -(-end // min(size, 8)) * min(size, 8)
        offsets.append(start)
        end = start + size
    return offsets, end


def element_log2(type: ArrayType) -> int:
    """Binary logarithm of an element's size."""
    return field_bytes(type.element.type).bit_length() - 1


def traced_offsets(type: StructType) -> list[int]:
    """Offsets of the fields that the collector follows."""
    offsets, _ = field_offsets(type)
    return [offset for offset, field in zip(offsets, type.fields, strict=True) if is_traced(field.type)]


def array_is_traced(type: ArrayType) -> bool:
    """Whether the collector looks into arrays of the type."""
    return is_traced(type.element.type)
