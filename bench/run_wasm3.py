"""Runs a kernel in wasm3, by the package pywasm3. usage: run_wasm3.py FILE [ARGS...]

The little of WASI that kernels need is here: arguments, the clock, printing.
"""

from __future__ import annotations

import os
import struct
import sys
import time
from pathlib import Path
from typing import Any

import wasm3

_STACK_BYTES = 1 << 20
_CLOSED = 8  # EBADF, for whatever else is asked about files


class _Wasi:
    def __init__(self, runtime: Any, args: list[bytes]) -> None:
        self._runtime = runtime
        self._args = args

    def _write(self, address: int, data: bytes) -> None:
        self._runtime.get_memory(0)[address : address + len(data)] = data

    def _read_words(self, address: int, count: int) -> tuple[int, ...]:
        return struct.unpack_from(f"<{count}I", self._runtime.get_memory(0), address)

    def args_sizes_get(self, count_at: int, size_at: int) -> int:
        self._write(count_at, struct.pack("<I", len(self._args)))
        self._write(size_at, struct.pack("<I", sum(len(arg) + 1 for arg in self._args)))
        return 0

    def args_get(self, pointers_at: int, data_at: int) -> int:
        for i, arg in enumerate(self._args):
            self._write(pointers_at + 4 * i, struct.pack("<I", data_at))
            self._write(data_at, arg + b"\0")
            data_at += len(arg) + 1
        return 0

    def clock_time_get(self, clock: int, precision: int, at: int) -> int:
        self._write(at, struct.pack("<Q", time.monotonic_ns()))
        return 0

    def fd_write(self, fd: int, vectors_at: int, count: int, written_at: int) -> int:
        words = self._read_words(vectors_at, 2 * count)
        memory = self._runtime.get_memory(0)
        data = b"".join(bytes(memory[a : a + n]) for a, n in zip(words[::2], words[1::2], strict=True))
        os.write(fd, data)
        self._write(written_at, struct.pack("<I", len(data)))
        return 0

    def proc_exit(self, status: int) -> int:
        os._exit(status)

    def fd_close(self, fd: int) -> int:
        return 0

    def fd_fdstat_get(self, fd: int, at: int) -> int:
        self._write(at, struct.pack("<BxHxxxxQQ", 2, 0, 0, 0))  # a terminal: it cannot seek
        return 0 if fd < 3 else _CLOSED

    def fd_seek(self, fd: int, offset: int, whence: int, at: int) -> int:
        return _CLOSED

    def fd_prestat_get(self, fd: int, at: int) -> int:
        return _CLOSED


_SIGNATURES = {
    "args_sizes_get": "i(ii)",
    "args_get": "i(ii)",
    "clock_time_get": "i(iIi)",
    "fd_write": "i(iiii)",
    "proc_exit": "v(i)",
    "fd_close": "i(i)",
    "fd_fdstat_get": "i(ii)",
    "fd_seek": "i(iIii)",
    "fd_prestat_get": "i(ii)",
}


def main(path: str, *args: str) -> None:
    """Run `_start`."""
    environment = wasm3.Environment()
    runtime = environment.new_runtime(_STACK_BYTES)
    module = environment.parse_module(Path(path).read_bytes())
    runtime.load(module)
    wasi = _Wasi(runtime, [os.fsencode(arg) for arg in (path, *args)])
    for name, signature in _SIGNATURES.items():
        try:
            module.link_function("wasi_snapshot_preview1", name, signature, getattr(wasi, name))
        except RuntimeError:  # the kernel does not import it
            continue
    runtime.find_function("_start")()


if __name__ == "__main__":
    main(*sys.argv[1:])
