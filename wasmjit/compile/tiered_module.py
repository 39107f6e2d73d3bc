"""A module whose functions begin as code that is made quickly, and get better code when they are hot."""

from __future__ import annotations

import time
from _thread import RLock

from wasmjit.compile.lazy_module import LazyModule
from wasmjit.compile.native_module import NEVER
from wasmjit.compile.pack import BASELINE, OPTIMIZED, CodePack
from wasmjit.compile.plan import hot_opt, resolve_tier
from wasmjit.compile.statistics import Source, Statistics
from wasmjit.compile.tierup import TierManager
from wasmjit.config import Config
from wasmjit.light import TYPE_CHECKING, Callable
from wasmjit.wasm.module import Module
from wasmjit.words import repeated

if TYPE_CHECKING:
    from wasmjit.compile.baseline.compiler import BaselineCompiler
    from wasmjit.compile.unit_compiler import UnitCompiler


class TieredModule(LazyModule):
    """Implements `abi.native.NativeModule` for the tiers "auto" and "baseline". Parameters are those of LazyModule."""

    def __init__(
        self,
        module: Module,
        config: Config,
        digest: bytes | None = None,
        progress: Callable[[int, int], None] | None = None,
        statistics: Statistics | None = None,
    ) -> None:
        self._first_calls = RLock()
        self.last_first_call = 0.0
        """When a function was last compiled for being called, by `time.monotonic`."""
        self._baseline: BaselineCompiler | None = None
        self._callable: memoryview | None = None
        self._optimized: dict[int, int] = {}
        """The address of optimised code by the number of the defined function."""
        self._optimizers: dict[str, UnitCompiler] = {}
        super().__init__(module, config, digest, progress, statistics)
        self._counts = resolve_tier(config) == "auto"
        if not self._counts:
            self._counters[:] = repeated("q", NEVER, len(self._counters))
        self.tiers = TierManager(self, self._counters, config.tier_threshold) if self._counts else None

    def add(self, pack: CodePack, source: Source | None = None) -> None:
        """Load a pack, and let the slots of its functions lead to it, unless what they lead to is better."""
        watch = self.statistics.watch()
        words, first, base, optimized = self._words, self._first, self.load(pack, source).start, self._optimized
        with self._lock:
            for funcidx, start, rank in pack.functions():
                index = funcidx - first
                if rank == OPTIMIZED:
                    words[index] = optimized[index] = base + start
                    if self._callable is not None:
                        self._callable[index] = base + start
                elif index not in optimized:
                    words[index] = base + start
            self._lead(pack)
        self._tell(pack)
        watch.lap("load")

    def _tell(self, pack: CodePack) -> None:
        """Tell of optimised functions: code that counts is not to be called past its slot."""
        if self._listener is not None:
            for funcidx, _, rank in pack.functions():
                if rank == OPTIMIZED or self.tiers is None:
                    self._listener(funcidx - self._first, self._words[funcidx - self._first])

    def callable_addresses(self) -> memoryview:
        """Code that is optimised; else the stub, which goes on to what is in the slot by then."""
        if self.tiers is None:
            return self._words
        with self._lock:
            if self._callable is None:
                self._callable = memoryview(self._stubs.addresses())
                for index, address in self._optimized.items():
                    self._callable[index] = address
            return self._callable

    def hot(self, index: int, loop: int) -> int:
        """A function, or a loop in it, has become hot."""
        return super().hot(index, loop) if self.tiers is None else self.tiers.hot(index, loop)

    # --- first calls

    def provide(self, index: int) -> int:
        """Address of the code of defined function number `index`, which is compiled if need be."""
        if not self._compile_quickly(index + self._first):
            return super().provide(index)
        address: int = self._words[index]
        return address

    def _compile_quickly(self, funcidx: int) -> bool:
        """Whether a function has code, or the baseline compiler has made some. One thread at a time."""
        with self._first_calls:
            if self.is_compiled(funcidx):
                return True
            compiler = self._baseline = self._baseline or self._new_baseline()
            pack = compiler.pack(funcidx)
            if pack is None:
                return False
            pack.ranks = [BASELINE] * len(pack.ranks)
            self.keep(pack, "baseline")
            self.last_first_call = time.monotonic()
            return True

    def _new_baseline(self) -> BaselineCompiler:
        from wasmjit.compile.baseline.compiler import BaselineCompiler

        return BaselineCompiler(self.module, self._config, counts=self._counts, statistics=self.statistics)

    def _compile_unit(self, funcidx: int) -> tuple[CodePack, Source]:
        """What LLVM makes quickly, for a function that the baseline compiler has no code for."""
        compiler = self._compiler = self._compiler or self._new_compiler("0", counts=self._counts)
        pack = compiler.pack([funcidx])
        pack.ranks = [BASELINE] * len(pack.ranks)
        return pack, compiler.source

    # --- better code

    def is_optimized(self, index: int) -> bool:
        """Whether the slot of defined function number `index` leads to optimised code."""
        return index in self._optimized

    def optimizer(self, funcidx: int) -> UnitCompiler:
        """What compiles a hot function."""
        opt = hot_opt(self.module, self._config, funcidx)
        compiler = self._optimizers.get(opt)
        if compiler is None:
            compiler = self._optimizers[opt] = self._new_compiler(opt)
        return compiler

    def _new_compiler(self, opt: str, *, counts: bool = False) -> UnitCompiler:
        from wasmjit.compile.unit_compiler import UnitCompiler

        return UnitCompiler(self.module, self._config, self.statistics, opt=opt, counts=counts)
