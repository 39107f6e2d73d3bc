"""random_get."""

from __future__ import annotations

from wasmjit.runtime.wasi.memory import span
from wasmjit.runtime.wasi.registry import wasi
from wasmjit.runtime.wasi.state import State

CHUNK_BYTES = 1 << 18


@wasi("random_get", "i32 i32 -> i32")
def random_get(state: State, memory: memoryview, buffer: int, size: int) -> None:
    """Fill `size` bytes with random data; in chunks, so that a large request needs little memory of the host.

    * EFAULT: not all of the buffer is memory
    """
    target = span(memory, buffer, size)
    for start in range(0, size, CHUNK_BYTES):
        chunk = target[start : start + CHUNK_BYTES]
        chunk[:] = state.random(len(chunk))
