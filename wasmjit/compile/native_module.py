"""Machine code of one module, loaded: the function slots, and the way back from an address to the wasm position."""

from __future__ import annotations

import ctypes
from bisect import bisect_right
from collections.abc import Sequence
from operator import attrgetter

from wasmjit.abi.native import CodePosition
from wasmjit.compile.loader import LoadedObject
from wasmjit.wasm.module import Module


class LoadedModule:
    """Implements `abi.native.NativeModule`. The code stays mapped as long as this object lives."""

    def __init__(self, objects: Sequence[bytes], module: Module) -> None:
        self._codes = module.codes
        self._first = module.num_imported_funcs
        self._slots = (ctypes.c_uint64 * max(len(module.codes), 1))()
        self._objects = sorted((LoadedObject(data) for data in objects), key=attrgetter("start"))
        self._starts = [obj.start for obj in self._objects]
        for obj in self._objects:
            for name, address in obj.symbols.items():
                funcidx = _funcidx(name)
                if funcidx is not None:
                    self._slots[funcidx - self._first] = address

    @property
    def slots_address(self) -> int:
        """Address of the function slots."""
        return ctypes.addressof(self._slots)

    def locate(self, pc: int) -> CodePosition | None:
        """The function that holds a machine address, and the byte offset of the instruction there.

        Where LLVM inlined a call, the offset is the callee's, and so is the function named.
        """
        index = bisect_right(self._starts, pc) - 1
        name = self._objects[index].function_at(pc) if index >= 0 else None
        funcidx = None if name is None else _funcidx(name)
        if funcidx is None:
            return None
        offset = self._objects[index].line_at(pc)
        return CodePosition(funcidx if offset is None else self._function_of(offset, funcidx), offset)

    def _function_of(self, offset: int, default: int) -> int:
        """The function whose body holds byte `offset`."""
        index = bisect_right(self._codes, offset, key=attrgetter("start")) - 1
        return index + self._first if index >= 0 and offset < self._codes[index].end else default


def _funcidx(symbol: str) -> int | None:
    """The function that a symbol names (lower/function.py calls function 12 `f12`), None for any other symbol."""
    return int(symbol[1:]) if symbol[0] == "f" and symbol[1:].isdigit() else None
