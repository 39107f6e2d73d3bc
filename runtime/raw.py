"""Memory by address: what ctypes offers for it, made fast.

`struct` and slices work on any address through `SPACE`, at a fraction of the cost of ctypes objects. As with every
pointer, an address that is not mapped ends the process: nothing here is for addresses that a guest or caller chose.
"""

from __future__ import annotations

import ctypes
from struct import Struct

_ADDRESS_BITS = 48  # user space of x86-64 (47 bits) and of AArch64, unless a program asks for more


class _Everything(ctypes.Array[ctypes.c_ubyte]):
    _type_ = ctypes.c_ubyte
    _length_ = 1 << _ADDRESS_BITS


SPACE: memoryview = memoryview(_Everything.from_address(0)).cast("B")
"""The whole address space as bytes."""

WORD = Struct("<Q")


def read_word(address: int) -> int:
    """The 64-bit word at an address, unsigned."""
    word: int = WORD.unpack_from(SPACE, address)[0]
    return word


def write_word(address: int, value: int) -> None:
    """Set the 64-bit word at an address."""
    WORD.pack_into(SPACE, address, value)


class Block:
    """Zeroed memory at a fixed address, aligned to 16 bytes, freed with this object."""

    __slots__ = ("address", "words")

    def __init__(self, size_bytes: int) -> None:
        size = -(-max(size_bytes, 1) // 8) * 8
        storage = bytearray(size + 15)
        start = ctypes.addressof(ctypes.c_char.from_buffer(storage))
        padding = -start % 16
        self.address = start + padding
        self.words: memoryview = memoryview(storage)[padding : padding + size].cast("Q")
        """The contents as 64-bit words; it keeps the memory alive."""

    def part(self, start: int, size_bytes: int) -> Block:
        """Some of the words as a block, which keeps all of it alive."""
        part = Block.__new__(Block)
        part.address = self.address + start
        part.words = self.words[start // 8 : (start + size_bytes) // 8]
        return part


class _PyBuffer(ctypes.Structure):
    """`Py_buffer` of the C API; only `buf` is read."""

    buf: int | None
    _fields_ = (
        ("buf", ctypes.c_void_p),
        ("obj", ctypes.c_void_p),
        ("len", ctypes.c_ssize_t),
        ("rest", ctypes.c_void_p * 10),
    )


def address_of(data: bytes | memoryview) -> int:
    """Where the bytes of a contiguous buffer are, be they read-only. They stay there as long as `data` lives."""
    api = ctypes.pythonapi
    buffer = _PyBuffer()
    api.PyObject_GetBuffer(ctypes.py_object(data), ctypes.byref(buffer), 0)
    api.PyBuffer_Release(ctypes.byref(buffer))
    return buffer.buf or 0
