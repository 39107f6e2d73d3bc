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

    def locate(self, pc: int, offset: int | None = None) -> list[CodePosition]:
        """The wasm positions of a machine address: innermost first, one for each call that LLVM inlined there."""
        index = bisect_right(self._starts, pc) - 1
        if index < 0:
            return []
        code = self._objects[index]
        funcidx = _funcidx(code.function_at(pc) or "")
        if funcidx is None:
            return []
        inlined = code.inlined_at(pc)
        functions = [*(int(call.callee[1:]) for call in inlined), funcidx]
        offsets = [code.line_at(pc), *(call.line for call in inlined)]
        positions = [CodePosition(*position) for position in zip(functions, offsets, strict=True)]
        return positions if offset is None else self._exact(positions, offset)

    def _exact(self, positions: list[CodePosition], offset: int) -> list[CodePosition]:
        """The same positions where the innermost is known to be `offset`.

        It may be in a function that LLVM says nothing of, if the code is merged from several inlined calls.
        """
        innermost = positions[0]
        funcidx = self._function_of(offset, innermost.funcidx)
        rest = positions[1:] if funcidx == innermost.funcidx else positions
        return [CodePosition(funcidx, offset), *rest]

    def _function_of(self, offset: int, default: int) -> int:
        """The function whose body holds byte `offset`."""
        index = bisect_right(self._codes, offset, key=attrgetter("start")) - 1
        return index + self._first if index >= 0 and offset < self._codes[index].end else default


def _funcidx(symbol: str) -> int | None:
    """The function that a symbol names (lower/function.py calls function 12 `f12`), None for any other symbol."""
    return int(symbol[1:]) if symbol[:1] == "f" and symbol[1:].isdigit() else None
