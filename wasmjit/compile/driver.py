"""Compiling a whole module: units to objects, in this process or several, and objects to loaded code."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import TypeAlias

from wasmjit.abi.layout import VMLayout
from wasmjit.binary import decode_module
from wasmjit.compile.artifact import CompiledModule
from wasmjit.compile.llvm.object import CodegenSettings, compile_assembly, compile_ir
from wasmjit.compile.llvm.pipeline import VECTORIZING
from wasmjit.compile.llvm.target import Target, resolve_target
from wasmjit.compile.lower import Unit
from wasmjit.compile.native_module import LoadedModule
from wasmjit.compile.plan import code_bytes, plan_units, resolve_opt
from wasmjit.compile.platform import supports_guard_pages
from wasmjit.config import Config
from wasmjit.errors import LinkError
from wasmjit.wasm.module import Module

Progress: TypeAlias = Callable[[int, int], None]
"""Called with the bytes of code compiled so far and in all."""


def resolve_guard(config: Config) -> bool:
    """Whether memories get guard pages: as the config says, or wherever the platform has them."""
    if config.bounds_checks == "auto":
        return supports_guard_pages()
    return config.bounds_checks == "guard"


class _Compiler:
    """What compiling any unit of one module needs."""

    def __init__(self, module: Module, config: Config) -> None:
        self.module = module
        self.layout = VMLayout(module)
        self.guard = resolve_guard(config)
        self.deterministic = config.relaxed_simd_deterministic
        self.target: Target = resolve_target(config.target_cpu)
        self.settings = CodegenSettings(resolve_opt(module, config), self.target.cpu, self.target.features)

    def ir(self, funcidxs: range) -> str:
        """IR of a unit."""
        unit = Unit(
            self.module,
            self.layout,
            funcidxs,
            guard=self.guard,
            deterministic=self.deterministic,
            inlines=self.settings.opt != "0",
            vectorizes=self.settings.opt in VECTORIZING,
            target_arch=self.target.arch,
            target_features=self.target.enabled,
        )
        return unit.lower()

    def object(self, funcidxs: range) -> bytes:
        """Object of a unit."""
        return compile_ir(self.ir(funcidxs), self.settings)


def compile_objects(module: Module, config: Config, *, progress: Progress | None = None) -> CompiledModule:
    """Compile every function. Raises what validation raises for the first body that is invalid."""
    compiler = _Compiler(module, config)
    units = plan_units(module)
    total = sum(code_bytes(module, unit) for unit in units)
    done = 0
    objects: list[bytes] = []
    with _workers(module, config, len(units)) as run:
        for unit, obj in zip(units, run(compiler, units), strict=True):
            objects.append(obj)
            done += code_bytes(module, unit)
            if progress is not None:
                progress(done, total)
    target = compiler.target
    return CompiledModule(
        objects=tuple(objects),
        opt=compiler.settings.opt,
        guard=compiler.guard,
        triple=target.triple,
        cpu=target.cpu,
        features=tuple(sorted(target.enabled)),
    )


# --- several processes

_Run: TypeAlias = Callable[[_Compiler, list[range]], Iterator[bytes]]
_worker_compiler: _Compiler


def _start_worker(data: bytes, config: Config) -> None:
    global _worker_compiler
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C reaches every process of the terminal: end without a word
    _worker_compiler = _Compiler(decode_module(data), config)


def _compile_in_worker(unit: range) -> bytes:
    return _worker_compiler.object(unit)


@contextmanager
def _workers(module: Module, config: Config, units: int) -> Iterator[_Run]:
    """A function that compiles units in order: here, or in `config.jobs` fresh processes."""
    jobs = min(config.jobs, units)
    if jobs <= 1:
        yield lambda compiler, units: map(compiler.object, units)
        return
    context = multiprocessing.get_context("spawn")
    start = (bytes(module.data), config)
    with ProcessPoolExecutor(jobs, context, initializer=_start_worker, initargs=start) as pool:
        try:
            yield lambda _, units: pool.map(_compile_in_worker, units)
        except BaseException:
            for process in list(pool._processes.values()):  # LLVM would finish its unit first
                process.terminate()
            raise


# --- loaded code


def load_objects(module: Module, compiled: CompiledModule) -> LoadedModule:
    """Map compiled code, ready to be called."""
    return LoadedModule(compiled.objects, module)


def compile_module(module: Module, config: Config, *, progress: Progress | None = None) -> LoadedModule:
    """Compile and load."""
    return load_objects(module, compile_objects(module, config, progress=progress))


# --- to look at


def _check_defined(module: Module, funcidx: int) -> range:
    if not module.num_imported_funcs <= funcidx < len(module.func_typeidxs):
        raise LinkError(f"function {funcidx} is not defined in this module")
    return range(funcidx, funcidx + 1)


def function_ir(module: Module, config: Config, funcidx: int) -> str:
    """The LLVM IR that one function is lowered to, before LLVM's passes."""
    return _Compiler(module, config).ir(_check_defined(module, funcidx))


def function_asm(module: Module, config: Config, funcidx: int) -> str:
    """The machine code of one function, compiled alone, as assembly text."""
    compiler = _Compiler(module, config)
    return compile_assembly(compiler.ir(_check_defined(module, funcidx)), compiler.settings)
