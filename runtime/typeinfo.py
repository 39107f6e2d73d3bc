"""TypeInfos (abi.layout): what generated code knows of a defined type, one of them for each in a process."""

from __future__ import annotations

import threading
from weakref import WeakValueDictionary

from wasmjit.abi.layout import MIN_SUPERS, TYPE_INFO_DEPTH, TYPE_INFO_SUPERS
from wasmjit.runtime.raw import Block
from wasmjit.wasm.rectypes import DefType

_lock = threading.Lock()
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
    block = Block(TYPE_INFO_SUPERS + 8 * max(MIN_SUPERS, type.depth + 1))
    block.words[TYPE_INFO_DEPTH // 8] = type.depth << 32
    first = TYPE_INFO_SUPERS // 8
    for depth, supertype in enumerate(type.supers):
        block.words[first + depth] = block.address if supertype is type else supertype.attachment.address
    return block
