"""A module whose functions are compiled when they are first called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wasmjit.compile.native_module import LoadedModule
from wasmjit.compile.support import native_support
from wasmjit.compile.worker import run_in_worker
from wasmjit.config import Config
from wasmjit.wasm.module import Module

if TYPE_CHECKING:
    from wasmjit.compile.unit_compiler import UnitCompiler


class LazyModule(LoadedModule):
    """Implements `abi.native.NativeModule`."""

    def __init__(self, module: Module, config: Config) -> None:
        super().__init__((), module)
        self._config = config
        self._compiler: UnitCompiler | None = None
        self._stubs = native_support().stub_table(self.slots_address, len(module.codes))
        self._words[: len(module.codes)] = memoryview(self._stubs.addresses())

    def is_compiled(self, funcidx: int) -> bool:
        """Whether a defined function has code."""
        index = funcidx - self._first
        return self._words[index] != self._stubs.stub(index)

    def provide(self, index: int) -> int:
        """Address of the code of defined function number `index`, which is compiled if need be."""
        if not self.is_compiled(index + self._first):
            run_in_worker(lambda: self._compile(index + self._first))
        address: int = self._words[index]
        return address

    def _compile(self, funcidx: int) -> None:
        """Compile a function and what belongs to it. The bodies are validated on the way."""
        if not self.is_compiled(funcidx):  # by another thread's call
            compiler = self._compiler = self._compiler or _new_compiler(self.module, self._config)
            self.add(compiler.cluster(funcidx, self.is_compiled))


def _new_compiler(module: Module, config: Config) -> UnitCompiler:
    from wasmjit.compile.unit_compiler import UnitCompiler

    return UnitCompiler(module, config)
