"""Machine code of one module, loaded: the function slots, and the way back from an address to the wasm position."""

from __future__ import annotations

import ctypes
from bisect import bisect_right, insort
from collections.abc import Iterable
from operator import attrgetter
from typing import TYPE_CHECKING

from wasmjit.abi.native import CodePosition
from wasmjit.compile.loaded_pack import LoadedPack
from wasmjit.compile.pack import CodePack
from wasmjit.compile.statistics import Source, Statistics
from wasmjit.errors import InternalError
from wasmjit.wasm.module import Module

if TYPE_CHECKING:
    from wasmjit.compile.profiling import FunctionNames

_start_of = attrgetter("start")


class LoadedModule:
    """Implements `abi.native.NativeModule`. The code stays mapped as long as this object lives.

    What it costs is counted in `statistics`. `perf` is whether profilers and debuggers are told of the code.
    """

    def __init__(
        self,
        packs: Iterable[CodePack],
        module: Module,
        statistics: Statistics | None = None,
        *,
        perf: bool = False,
    ) -> None:
        self.module = module
        self.statistics = statistics or Statistics()
        self._names = _function_names(module) if perf else None
        self._first = module.num_imported_funcs
        self._slots = (ctypes.c_uint64 * max(len(module.codes), 1))()
        self._words = memoryview(self._slots).cast("B").cast("Q")
        self._packs: list[LoadedPack] = []  # by address
        for pack in packs:
            self.add(pack)

    def add(self, pack: CodePack, source: Source | None = None) -> None:
        """Load a pack, and let the slots of its functions lead to it. `source` is for profilers."""
        watch = self.statistics.watch()
        loaded = LoadedPack(pack)
        insort(self._packs, loaded, key=_start_of)
        words, first, base = self._words, self._first, loaded.start
        for funcidx, start in zip(pack.funcidxs, pack.starts, strict=True):
            words[funcidx - first] = base + start
        watch.lap("load")
        if self._names is not None:
            _report(loaded, self._names, source)

    @property
    def slots_address(self) -> int:
        """Address of the function slots."""
        return ctypes.addressof(self._slots)

    def provide(self, index: int) -> int:
        """Address of the code of defined function number `index`."""
        raise InternalError(f"defined function {index} is called without having been compiled")

    def locate(self, pc: int, offset: int | None = None) -> list[CodePosition]:
        """The wasm positions of a machine address: innermost first, one for each call that LLVM inlined there."""
        packs = self._packs
        index = bisect_right(packs, pc, key=_start_of) - 1
        if index < 0:
            return []
        code = packs[index]
        funcidx = code.function_at(pc)
        if funcidx is None:
            return []
        line, inlined = code.place_of(pc)
        functions = [*(int(call.callee[1:]) for call in inlined), funcidx]
        offsets = [line, *(call.line for call in inlined)]
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
        index = bisect_right(self.module.codes, offset, key=attrgetter("start")) - 1
        return index + self._first if index >= 0 and offset < self.module.codes[index].end else default


def _function_names(module: Module) -> FunctionNames:
    from wasmjit.compile.profiling import FunctionNames, process_profiler

    process_profiler()
    return FunctionNames(module)


def _report(loaded: LoadedPack, names: FunctionNames, source: Source | None) -> None:
    from wasmjit.compile.profiling import process_profiler

    process_profiler().add_pack(loaded, names, source)
