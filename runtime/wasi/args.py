"""args_get, args_sizes_get."""

from __future__ import annotations

from wasmjit.runtime.wasi.memory import write_sizes, write_strings
from wasmjit.runtime.wasi.registry import wasi
from wasmjit.runtime.wasi.state import State


@wasi("args_get", "i32 i32 -> i32")
def args_get(state: State, memory: memoryview, argv: int, buffer: int) -> None:
    """Write the command line: pointers to `argv`, the strings that they point to to `buffer`.

    * EFAULT: one of them does not fit in memory
    """
    write_strings(memory, argv, buffer, state.args)


@wasi("args_sizes_get", "i32 i32 -> i32")
def args_sizes_get(state: State, memory: memoryview, count: int, size: int) -> None:
    """Write the number of arguments and the bytes they take with their NULs.

    * EFAULT: `count` or `size` is outside of memory
    """
    write_sizes(memory, count, size, state.args)
