"""What a `Module` is made of: the decoded module and its machine code, one of each in a process."""

from __future__ import annotations

import os
from weakref import WeakValueDictionary

from wasmjit import features
from wasmjit.api.decoded import decode_valid
from wasmjit.api.engine import Engine
from wasmjit.api.source import SourceData
from wasmjit.cache.digest import digest
from wasmjit.compile.statistics import Statistics
from wasmjit.config import Config
from wasmjit.errors import ArtifactError
from wasmjit.light import TYPE_CHECKING, Callable, TypeAlias
from wasmjit.wasm.module import Module

if TYPE_CHECKING:
    from wasmjit.abi.native import NativeModule
    from wasmjit.compile.artifact import CompiledModule

Progress: TypeAlias = Callable[[int, int], None]
"""Called while compiling, with the bytes of code done and the bytes of all."""

_MAGIC = b"\0wasmjit"


class Code:
    """A decoded module with its machine code. `artifact` are the bytes of the compiled file that it came from."""

    __slots__ = ("__weakref__", "artifact", "core", "fuel", "guard", "native", "statistics")

    def __init__(
        self,
        core: Module,
        native: NativeModule,
        statistics: Statistics,
        *,
        guard: bool,
        fuel: bool,
        artifact: bytes | memoryview | None = None,
    ) -> None:
        self.core = core
        self.native = native
        self.statistics = statistics
        self.guard = guard
        self.fuel = fuel
        self.artifact = artifact

    def serialize(self, config: Config) -> bytes:
        """The bytes of a compiled file."""
        if self.artifact is not None:
            return bytes(self.artifact)
        from wasmjit.compile.artifact import write_artifact
        from wasmjit.compile.driver import compile_objects

        return write_artifact(self.core.data, compile_objects(self.core, config, statistics=self.statistics))

    def keep(self) -> None:
        """Write what goes to the cache now, rather than at the end."""
        flush = getattr(self.native, "flush", None)
        if flush is not None:
            flush()

    def portable(self) -> bytes:
        """Bytes that make it again in another process."""
        return bytes(self.core.data if self.artifact is None else self.artifact)


_known: WeakValueDictionary[tuple[bytes, Config], Code] = WeakValueDictionary()


def is_compiled(data: bytes | memoryview) -> bool:
    """Whether these are the bytes of a compiled file."""
    return bytes(data[: len(_MAGIC)]) == _MAGIC


def get_code(source: SourceData, engine: Engine, progress: Progress | None) -> Code:
    """The code of a module: that of the same bytes with the same settings if there is some. Raises as `Module`."""
    config = engine.config
    key = source.digest() if config.cache else digest(source.data), config
    code = _known.get(key)
    if code is None:
        code = _known[key] = _make_code(source, engine, progress, Statistics())
    engine._totals.add(code, code.statistics)
    return code


def _make_code(source: SourceData, engine: Engine, progress: Progress | None, statistics: Statistics) -> Code:
    config = engine.config
    if config.tier == "interp":
        return _translate(source.data, config, progress, statistics)
    if is_compiled(source.data):
        return _load(source.data, config, statistics)
    return _compile(source, engine, progress, statistics)


def _decode(data: bytes | memoryview, config: Config, statistics: Statistics) -> Module:
    from wasmjit.binary.module import decode_module

    watch = statistics.watch()
    core = decode_module(data)
    watch.lap("open")
    return _admit(core, config, statistics)


def _admit(core: Module, config: Config, statistics: Statistics) -> Module:
    """Count a module that has been decoded; it is refused if it uses features that are switched off."""
    statistics.count("functions", len(core.codes))
    statistics.count("wasm_bytes", core.codes[-1].end - core.codes[0].start if core.codes else 0)
    if config.features != features.SUPPORTED:
        from wasmjit.binary.usage import refuse_features

        refuse_features(core, config.features)
    return core


def _translate(data: bytes | memoryview, config: Config, progress: Progress | None, statistics: Statistics) -> Code:
    """For the interpreter: functions follow when they are called. Of a compiled file it takes the module."""
    from wasmjit.api.tier import new_code
    from wasmjit.compile.artifact import read_artifact
    from wasmjit.validate import validate_all

    core = _decode(read_artifact(data).module if is_compiled(data) else data, config, statistics)
    watch = statistics.watch()
    validate_all(core, progress)
    watch.lap("validate")
    return Code(core, new_code(core, config, statistics), statistics, guard=False, fuel=config.fuel)


def _compile(source: SourceData, engine: Engine, progress: Progress | None, statistics: Statistics) -> Code:
    config = engine.config
    if config.target is not None and config.target.partition("-")[0] != os.uname().machine:
        raise ValueError(f"code for {config.target} cannot run here; `wasmjit compile` writes it to a file")
    watch = statistics.watch()
    digest = source.digest() if config.cache else None
    core = _admit(decode_valid(source.data, digest, watch), config, statistics)
    if config.validation == "eager":
        from wasmjit.validate import validate_all

        watch.restart()
        validate_all(core)
        watch.lap("validate")
    make = _lazy if config.compilation == "lazy" else _eager
    native = make(core, digest, config, progress, statistics)
    return Code(core, native, statistics, guard=engine.guard, fuel=config.fuel)


def _lazy(
    core: Module, digest: bytes | None, config: Config, progress: Progress | None, statistics: Statistics
) -> NativeModule:
    from wasmjit.compile.plan import resolve_tier

    if resolve_tier(config) != "optimized":
        from wasmjit.compile.tiered_module import TieredModule

        return TieredModule(core, config, digest, progress, statistics)
    from wasmjit.compile.lazy_module import LazyModule

    return LazyModule(core, config, digest, progress, statistics)


def _eager(
    core: Module, _: bytes | None, config: Config, progress: Progress | None, statistics: Statistics
) -> NativeModule:
    from wasmjit.compile.driver import compile_module

    return compile_module(core, config, progress=progress, statistics=statistics)


def _load(data: bytes | memoryview, config: Config, statistics: Statistics) -> Code:
    from wasmjit.compile.artifact import read_artifact
    from wasmjit.compile.driver import load_objects

    artifact = read_artifact(data)
    _check_machine(artifact.compiled)
    core = _decode(artifact.module, config, statistics)
    compiled = artifact.compiled
    native = load_objects(core, compiled, statistics, perf=config.perf)
    return Code(core, native, statistics, guard=compiled.guard, fuel=compiled.fuel, artifact=data)


def _check_machine(compiled: CompiledModule) -> None:
    """Raise ArtifactError unless compiled code can run on this machine."""
    from wasmjit.cache.identity import cpu_identity

    if compiled.machine == cpu_identity():
        return
    from wasmjit.compile.llvm.target import host_target

    host = host_target()
    arches = [triple.partition("-")[0] for triple in (compiled.triple, host.triple)]
    if arches[0] != arches[1]:
        raise ArtifactError(f"the compiled file is for {arches[0]}, this machine is {arches[1]}")
    missing = sorted(set(compiled.features) - host.enabled)
    if missing:
        raise ArtifactError(f"the compiled file is for the CPU {compiled.cpu}; this one lacks {', '.join(missing)}")
