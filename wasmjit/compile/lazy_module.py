"""A module whose functions are compiled when they are first called."""

from __future__ import annotations

import weakref

from wasmjit.compile.code_cache import CodeCache
from wasmjit.compile.native_module import LoadedModule
from wasmjit.compile.pack import CodePack
from wasmjit.compile.plan import code_settings
from wasmjit.compile.statistics import Source, Statistics
from wasmjit.compile.support import native_support
from wasmjit.config import Config
from wasmjit.light import TYPE_CHECKING, Callable, Iterable, TypeAlias
from wasmjit.wasm.module import Module

if TYPE_CHECKING:
    from wasmjit.compile.unit_compiler import UnitCompiler

Progress: TypeAlias = Callable[[int, int], None]


class LazyModule(LoadedModule):
    """Implements `abi.native.NativeModule`.

    `digest` is that of the module's bytes; with one, code is taken from the cache and kept there. `progress` is called
    before and after each unit with the bytes of bodies compiled so far and in all, and then its method `pause`, if it
    has one.
    """

    def __init__(
        self,
        module: Module,
        config: Config,
        digest: bytes | None = None,
        progress: Progress | None = None,
        statistics: Statistics | None = None,
    ) -> None:
        self._listener: Callable[[int, int], None] | None = None
        super().__init__((), module, statistics, perf=config.perf)
        self._progress = progress
        self._pause: Callable[[], None] = getattr(progress, "pause", _nothing)
        self._done = 0
        self._config = config
        self._compiler: UnitCompiler | None = None
        self._run_in_worker: Callable[[Callable[[], None]], None] | None = None
        self._stubs = native_support().stub_table(self.slots_address, len(module.codes))
        self._words[: len(module.codes)] = memoryview(self._stubs.addresses())
        self.is_cached = False
        """Whether there was code in the cache. It only ever comes from modules that are valid but for their bodies."""
        self._cache: CodeCache | None = None
        if digest is not None:
            self._cache = CodeCache(digest, config.target_cpu, code_settings(module, config), self.statistics)
            weakref.finalize(self, self._cache.flush)  # at the interpreter's end too
            pack = self._cache.load()
            if pack is not None:
                self.add(pack, "cache")
                self.statistics.made("cache", len(pack.funcidxs), 0, len(pack.code))
                self.is_cached = True

    def add(self, pack: CodePack, source: Source | None = None) -> None:
        """Load a pack, and let the slots of its functions lead to it, and their stubs."""
        super().add(pack, source)
        self._lead(pack)
        self._tell(pack)

    def _lead(self, pack: CodePack) -> None:
        """Let stubs of functions go where their slots do."""
        words, first, lead = self._words, self._first, self._stubs.lead
        for funcidx in pack.funcidxs:
            lead(funcidx - first, words[funcidx - first])

    def follow(self, listener: Callable[[int, int], None]) -> None:
        """Have a function called when one is compiled."""
        self._listener = listener

    def _tell(self, pack: CodePack) -> None:
        """Tell of the functions of a pack. Not to be called with a lock: who listens may have others."""
        if self._listener is not None:
            for funcidx in pack.funcidxs:
                self._listener(funcidx - self._first, self._words[funcidx - self._first])

    def is_compiled(self, funcidx: int) -> bool:
        """Whether a defined function has code."""
        index = funcidx - self._first
        return self._words[index] != self._stubs.stub(index)

    def provide(self, index: int) -> int:
        """Address of the code of defined function number `index`, which is compiled if need be."""
        if not self.is_compiled(index + self._first):
            run = self._run_in_worker = self._run_in_worker or _find_worker()
            run(lambda: self._compile(index + self._first))
        address: int = self._words[index]
        return address

    def _compile(self, funcidx: int) -> None:
        """Compile a function and what belongs to it. The bodies are validated on the way."""
        if not self.is_compiled(funcidx):  # by another thread's call
            self._report(())
            try:
                pack, source = self._compile_unit(funcidx)
                self.keep(pack, source)
                self._report(pack.funcidxs)
            finally:
                self._pause()

    def _compile_unit(self, funcidx: int) -> tuple[CodePack, Source]:
        compiler = self._compiler = self._compiler or _new_compiler(self.module, self._config, self.statistics)
        return compiler.cluster(funcidx, self.is_compiled), compiler.source

    def keep(self, pack: CodePack, source: Source) -> None:
        """Use a pack, and have it kept for the next process."""
        self.add(pack, source)
        if self._cache is not None:
            self._cache.add(pack)

    def flush(self) -> None:
        """Write what is to be kept to the cache now, rather than at the end."""
        if self._cache is not None:
            self._cache.flush()

    def _report(self, funcidxs: Iterable[int]) -> None:
        """Tell of the functions that have been compiled."""
        if self._progress is not None:
            codes, first = self.module.codes, self._first
            bodies = [codes[funcidx - first] for funcidx in funcidxs]
            self._done += sum(end - start for start, end in bodies)
            self._progress(self._done, codes[-1].end - codes[0].start)


def _nothing() -> None:
    pass


# Both are kept once they are found: at the interpreter's end nothing can be imported any more.


def _find_worker() -> Callable[[Callable[[], None]], None]:
    from wasmjit.compile.worker import run_in_worker

    return run_in_worker


def _new_compiler(module: Module, config: Config, statistics: Statistics) -> UnitCompiler:
    from wasmjit.compile.unit_compiler import UnitCompiler

    return UnitCompiler(module, config, statistics)
