"""TypeInfos (abi.layout): what generated code knows of a defined type, one of them for each in a process."""

from __future__ import annotations

from _thread import allocate_lock
from weakref import WeakValueDictionary

from wasmjit.abi.gc import ARRAY_ELEMENTS, array_is_traced, traced_offsets
from wasmjit.abi.layout import (
    KIND_ARRAY,
    KIND_FUNC,
    KIND_STRUCT,
    MIN_SUPERS,
    TYPE_INFO_KIND,
    TYPE_INFO_NUM_REFS,
    TYPE_INFO_REFS,
    TYPE_INFO_SUPERS,
)
from wasmjit.runtime.raw import Block
from wasmjit.wasm.rectypes import DefType
from wasmjit.wasm.types import ArrayType, CompositeType, StructType

_lock = allocate_lock()
_by_address: WeakValueDictionary[int, DefType] = WeakValueDictionary()


def type_id(type: DefType) -> int:
    """The canonical type id: the address of the type's TypeInfo, which stays as long as the type."""
    info = type.attachment
    if info is None:
        info = _make(type)
    assert isinstance(info, Block)
    return info.address


def type_at(address: int) -> DefType:
    """The type whose TypeInfo is at an address."""
    return _by_address[address]


def _make(type: DefType) -> Block:
    with _lock:
        for known in type.supers:  # those above come first
            if known.attachment is None:
                known.attachment = _block(known)
                _by_address[known.attachment.address] = known
    info = type.attachment
    assert isinstance(info, Block)
    return info


def _block(type: DefType) -> Block:
    offsets = _traced(type.composite)
    start = TYPE_INFO_SUPERS + 8 * max(MIN_SUPERS, type.depth + 1)
    block = Block(start + 4 * len(offsets))
    block.words[TYPE_INFO_KIND // 8] = _KINDS[type.kind] | type.depth << 32
    block.words[TYPE_INFO_NUM_REFS // 8] = len(offsets)
    block.words[TYPE_INFO_REFS // 8] = block.address + start
    refs = block.words[start // 8 :].cast("B").cast("I")
    for i, offset in enumerate(offsets):
        refs[i] = offset
    first = TYPE_INFO_SUPERS // 8
    for depth, supertype in enumerate(type.supers):
        block.words[first + depth] = block.address if supertype is type else supertype.attachment.address
    return block


def _traced(composite: CompositeType) -> list[int]:
    """Where objects of the type have references that the collector follows; for an array, where the first one is."""
    if isinstance(composite, StructType):
        return traced_offsets(composite)
    return [ARRAY_ELEMENTS] if isinstance(composite, ArrayType) and array_is_traced(composite) else []


_KINDS = {"func": KIND_FUNC, "struct": KIND_STRUCT, "array": KIND_ARRAY}

_HOST_INFO = Block(TYPE_INFO_SUPERS + 8 * MIN_SUPERS)
HOST_INFO: int = _HOST_INFO.address
"""The TypeInfo of objects of the host, which has no type but any and extern."""
