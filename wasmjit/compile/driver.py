"""Compiling a whole module: units to packs, in this process or several, and packs to loaded code."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import TypeAlias

from wasmjit.binary import decode_module
from wasmjit.cache.identity import cpu_identity
from wasmjit.compile.artifact import CompiledModule
from wasmjit.compile.llvm.object import compile_assembly
from wasmjit.compile.native_module import LoadedModule
from wasmjit.compile.pack import CodePack, join_packs, load_pack
from wasmjit.compile.plan import code_bytes, plan_units
from wasmjit.compile.platform import linux_platform
from wasmjit.compile.statistics import SOURCE_OF_OPT, Snapshot, Statistics
from wasmjit.compile.unit_compiler import UnitCompiler
from wasmjit.config import Config
from wasmjit.errors import LinkError
from wasmjit.wasm.module import Module

Progress: TypeAlias = Callable[[int, int], None]
"""Called with the bytes of code compiled so far and in all."""


def compile_objects(
    module: Module, config: Config, *, progress: Progress | None = None, statistics: Statistics | None = None
) -> CompiledModule:
    """Compile every function. Raises what validation raises for the first body that is invalid."""
    statistics = statistics or Statistics()
    compiler = UnitCompiler(module, config)
    units = plan_units(module)
    total = sum(code_bytes(module, unit) for unit in units)
    done = 0
    packs: list[CodePack] = []
    with _workers(module, config, len(units)) as run:
        for unit, (code, debug, spent) in zip(units, run(compiler, units), strict=True):
            packs.append(_pack_of(code, debug))
            statistics.merge(spent)
            done += code_bytes(module, unit)
            if progress is not None:
                progress(done, total)
    target = compiler.target
    watch = statistics.watch()
    code, debug = join_packs(packs, linux_platform(target.arch)).save()
    watch.lap("link")
    return CompiledModule(
        code=code,
        debug=debug,
        opt=compiler.settings.opt,
        guard=compiler.guard,
        fuel=compiler.fuel,
        triple=target.triple,
        cpu=target.cpu,
        features=tuple(sorted(target.enabled)),
        machine="" if config.target or config.target_cpu else cpu_identity(),
    )


# --- several processes

_Saved: TypeAlias = tuple[bytes, bytes, Snapshot]
_Run: TypeAlias = Callable[[UnitCompiler, list[range]], Iterator[_Saved]]
_worker_compiler: UnitCompiler


def _start_worker(data: bytes, config: Config) -> None:
    global _worker_compiler
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C reaches every process of the terminal: end without a word
    _worker_compiler = UnitCompiler(decode_module(data), config)


def _compile(compiler: UnitCompiler, unit: range) -> _Saved:
    """A unit's pack, and what it has cost."""
    compiler.statistics = Statistics()
    return (*compiler.pack(unit).save(), compiler.statistics.snapshot())


def _compile_in_worker(unit: range) -> _Saved:
    return _compile(_worker_compiler, unit)


@contextmanager
def _workers(module: Module, config: Config, units: int) -> Iterator[_Run]:
    """A function that compiles units in order: here, or in `config.jobs` fresh processes."""
    jobs = min(config.jobs, units)
    if jobs <= 1:
        yield lambda compiler, units: (_compile(compiler, unit) for unit in units)
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


def _pack_of(code: bytes | memoryview, debug: bytes | memoryview) -> CodePack:
    return load_pack(code, lambda: debug)


def load_objects(
    module: Module, compiled: CompiledModule, statistics: Statistics | None = None, *, perf: bool = False
) -> LoadedModule:
    """Map the code of a compiled file, ready to be called."""
    pack = _pack_of(compiled.code, compiled.debug)
    loaded = LoadedModule([pack], module, statistics, perf=perf, source="file")
    loaded.statistics.made("file", len(pack.funcidxs), 0, len(pack.code))
    return loaded


def compile_module(
    module: Module, config: Config, *, progress: Progress | None = None, statistics: Statistics | None = None
) -> LoadedModule:
    """Compile and load."""
    compiled = compile_objects(module, config, progress=progress, statistics=statistics)
    pack, source = _pack_of(compiled.code, compiled.debug), SOURCE_OF_OPT[compiled.opt]
    return LoadedModule([pack], module, statistics, perf=config.perf, source=source)


# --- to look at


def _check_defined(module: Module, funcidx: int) -> range:
    if not module.num_imported_funcs <= funcidx < len(module.func_typeidxs):
        raise LinkError(f"function {funcidx} is not defined in this module")
    return range(funcidx, funcidx + 1)


def function_ir(module: Module, config: Config, funcidx: int) -> str:
    """The LLVM IR that one function is lowered to, before LLVM's passes."""
    return UnitCompiler(module, config).ir(_check_defined(module, funcidx))


def function_asm(module: Module, config: Config, funcidx: int) -> str:
    """The machine code of one function, compiled alone, as assembly text."""
    compiler = UnitCompiler(module, config)
    return compile_assembly(compiler.ir(_check_defined(module, funcidx)), compiler.settings)
