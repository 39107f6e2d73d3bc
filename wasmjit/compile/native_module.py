"""Machine code of one module, loaded: the function slots, and the way back from an address to the wasm position."""

from __future__ import annotations

import ctypes
from bisect import bisect_right
from collections.abc import Sequence

from wasmjit.abi.native import CodePosition
from wasmjit.compile.loader import LoadedObject


class LoadedModule:
    """Implements `abi.native.NativeModule`. The code stays mapped as long as this object lives."""

    def __init__(self, objects: Sequence[bytes], num_imported_funcs: int, num_defined_funcs: int) -> None:
        self._slots = (ctypes.c_uint64 * max(num_defined_funcs, 1))()
        self._objects = sorted((LoadedObject(data) for data in objects), key=lambda obj: obj.start)
        self._starts = [obj.start for obj in self._objects]
        for obj in self._objects:
            for name, address in obj.symbols.items():
                if name[0] == "f" and name[1:].isdigit():
                    self._slots[int(name[1:]) - num_imported_funcs] = address

    @property
    def slots_address(self) -> int:
        """Address of the function slots."""
        return ctypes.addressof(self._slots)

    def locate(self, pc: int) -> CodePosition | None:
        """The function that holds a machine address, and the byte offset of the instruction there."""
        index = bisect_right(self._starts, pc) - 1
        if index < 0:
            return None
        name = self._objects[index].function_at(pc)
        if name is None or not name[1:].isdigit():
            return None
        return CodePosition(int(name[1:]), self._objects[index].line_at(pc))
