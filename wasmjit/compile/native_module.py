"""Machine code of one module, loaded: the function slots, and the way back from an address to the wasm position."""

from __future__ import annotations

import ctypes
from _operator import attrgetter
from _thread import RLock
from bisect import bisect_right, insort

from wasmjit.abi.position import CodePosition
from wasmjit.compile.loaded_pack import LoadedPack
from wasmjit.compile.pack import CodePack
from wasmjit.compile.statistics import Source, Statistics
from wasmjit.errors import InternalError
from wasmjit.light import TYPE_CHECKING, Callable, Iterable
from wasmjit.wasm.module import Module

if TYPE_CHECKING:
    from wasmjit.compile.profiling import FunctionNames

NEVER = 1 << 62
"""Value of a counter that nobody is to hear from."""

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
        source: Source | None = None,
    ) -> None:
        self.module = module
        self.statistics = statistics or Statistics()
        self._names = _function_names(module) if perf else None
        self._first = module.num_imported_funcs
        self._slots = (ctypes.c_uint64 * (2 * max(len(module.codes), 1)))()  # and counters
        words = memoryview(self._slots).cast("B")
        self._words = words[: 8 * len(module.codes)].cast("Q")
        self._counters = words[8 * len(module.codes) : 16 * len(module.codes)].cast("q")
        self._packs: list[LoadedPack] = []  # by address
        self._lock = RLock()
        for pack in packs:
            self.add(pack, source)

    def load(self, pack: CodePack, source: Source | None = None, *, resumed: int | None = None) -> LoadedPack:
        """Load a pack, to be found by `locate`. `source` is for profilers.

        `resumed` is the function for whose calls its code goes on (abi/frame.py).
        """
        loaded = LoadedPack(pack)
        loaded.resumed = resumed
        with self._lock:
            insort(self._packs, loaded, key=_start_of)
        if self._names is not None:
            _report(loaded, self._names, source)
        return loaded

    def add(self, pack: CodePack, source: Source | None = None) -> None:
        """Load a pack, and let the slots of its functions lead to it."""
        watch = self.statistics.watch()
        words, first, base = self._words, self._first, self.load(pack, source).start
        for funcidx, start in zip(reversed(pack.funcidxs), reversed(pack.starts), strict=True):
            words[funcidx - first] = base + start
        watch.lap("load")

    @property
    def slots_address(self) -> int:
        """Address of the function slots."""
        return ctypes.addressof(self._slots)

    def callable_addresses(self) -> memoryview:
        """For each defined function an address that can be called and kept."""
        return self._words

    def follow(self, listener: Callable[[int, int], None]) -> None:
        """Have a function called when code changes; here it does not."""

    def hot(self, index: int, loop: int) -> int:
        """There is no better code than this."""
        self._counters[index] = NEVER
        return 0

    def provide(self, index: int) -> int:
        """Address of the code of defined function number `index`."""
        raise InternalError(f"defined function {index} is called without having been compiled")

    def locate(self, pc: int, offset: int | None = None) -> list[CodePosition]:
        """The wasm positions of a machine address: innermost first, one for each call that LLVM inlined there."""
        code = self._pack_at(pc)
        funcidx = None if code is None else code.function_at(pc)
        if code is None or funcidx is None:
            return []
        line, inlined = code.place_of(pc)
        functions = [*(int(call.callee[1:]) for call in inlined), funcidx]
        offsets = [line, *(call.line for call in inlined)]
        positions = [CodePosition(*position) for position in zip(functions, offsets, strict=True)]
        return positions if offset is None else self._exact(positions, offset)

    def is_resumed(self, pc: int) -> bool:
        """Whether a machine address is in code that goes on for its caller."""
        code = self._pack_at(pc)
        return code is not None and code.resumed is not None and code.function_at(pc) == code.resumed

    def _pack_at(self, pc: int) -> LoadedPack | None:
        """The pack that begins last before an address."""
        with self._lock:
            index = bisect_right(self._packs, pc, key=_start_of) - 1
            return self._packs[index] if index >= 0 else None

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
