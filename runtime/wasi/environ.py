"""environ_get, environ_sizes_get."""

from __future__ import annotations

from wasmjit.runtime.wasi.memory import write_sizes, write_strings
from wasmjit.runtime.wasi.registry import wasi
from wasmjit.runtime.wasi.state import State


@wasi("environ_get", "i32 i32 -> i32")
def environ_get(state: State, memory: memoryview, environ: int, buffer: int) -> None:
    """Write the environment: pointers to `environ`, the `NAME=VALUE` strings they point to to `buffer`.

    * EFAULT: one of them does not fit in memory
    """
    write_strings(memory, environ, buffer, state.environ)


@wasi("environ_sizes_get", "i32 i32 -> i32")
def environ_sizes_get(state: State, memory: memoryview, count: int, size: int) -> None:
    """Write the number of variables and the bytes they take with their NULs.

    * EFAULT: `count` or `size` is outside of memory
    """
    write_sizes(memory, count, size, state.environ)
