"""Reading and writing guest memory. `memory` is a writable byte view of all of it, a pointer is its offset.

Pointers and lengths come from the guest: each access is checked against the view. Outside of it the call fails
with EFAULT: `WasiError`, or the `struct.error` that `pack_into` raises, which the call wrapper takes for the same.
"""

from __future__ import annotations

from struct import Struct

from wasmjit.runtime.wasi.errno import Errno, WasiError

U8 = Struct("<B")
U16 = Struct("<H")
U32 = Struct("<I")
U64 = Struct("<Q")
IOVEC = Struct("<II")

U32_MAX = 0xFFFF_FFFF
OFFSET_MAX = (1 << 63) - 1
"""Largest file offset of the host."""

IOVECS_MAX = 1024
"""Buffers used by one call; more are left for the guest's next one, as after any partial transfer."""


def span(memory: memoryview, pointer: int, size_bytes: int) -> memoryview:
    """The view of `size_bytes` at `pointer`. EFAULT if not all of it is memory."""
    end = pointer + size_bytes
    if end > len(memory):
        raise WasiError(Errno.FAULT)
    return memory[pointer:end]


def check_span(memory: memoryview, pointer: int, size_bytes: int) -> None:
    """EFAULT if not all of `size_bytes` at `pointer` is memory: asked before something is done for good."""
    if pointer + size_bytes > len(memory):
        raise WasiError(Errno.FAULT)


def write_bytes(memory: memoryview, pointer: int, data: bytes | bytearray) -> None:
    """Copy `data` into memory. EFAULT if it does not fit."""
    span(memory, pointer, len(data))[:] = data


def read_iovecs(memory: memoryview, pointer: int, count: int) -> list[memoryview]:
    """The buffers that an array of iovec or ciovec {pointer, length} describes, at most `IOVECS_MAX`.

    EFAULT if the array, or a buffer used, is not all memory.
    """
    limit = len(memory)
    if count == 1:  # nearly always
        start, length = IOVEC.unpack_from(memory, pointer)
        end = start + length
        if end > limit:
            raise WasiError(Errno.FAULT)
        return [memory[start:end]]
    if pointer + IOVEC.size * count > limit:
        raise WasiError(Errno.FAULT)
    array = memory[pointer : pointer + IOVEC.size * min(count, IOVECS_MAX)]
    buffers = []
    for start, length in IOVEC.iter_unpack(array):
        end = start + length
        if end > limit:
            raise WasiError(Errno.FAULT)
        buffers.append(memory[start:end])
    return buffers


def check_offset(offset: int) -> int:
    """`offset`, if the host's files can have it: EINVAL otherwise, as for a negative one."""
    if offset > OFFSET_MAX:
        raise WasiError(Errno.INVAL)
    return offset


def signed(value: int) -> int:
    """The signed meaning of an unsigned 64-bit value."""
    return value - (1 << 64) if value > OFFSET_MAX else value


def write_strings(memory: memoryview, pointers: int, buffer: int, strings: list[bytes]) -> None:
    """Fill an array of pointers, and the buffer of NUL-terminated strings that they point into (args, environ)."""
    for i, string in enumerate(strings):
        U32.pack_into(memory, pointers + U32.size * i, buffer)
        write_bytes(memory, buffer, string + b"\0")
        buffer += len(string) + 1


def write_sizes(memory: memoryview, count_pointer: int, size_pointer: int, strings: list[bytes]) -> None:
    """Write how many strings there are and how many bytes they take with their NULs."""
    U32.pack_into(memory, count_pointer, len(strings))
    U32.pack_into(memory, size_pointer, sum(map(len, strings)) + len(strings))
