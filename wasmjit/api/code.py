"""What a `Module` is made of: the decoded module and its machine code, one of each in a process."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias
from weakref import WeakValueDictionary

from wasmjit import features
from wasmjit.abi.native import NativeModule
from wasmjit.api.engine import Engine
from wasmjit.api.source import SourceData
from wasmjit.binary import decode_module
from wasmjit.cache.digest import digest
from wasmjit.config import Config
from wasmjit.errors import ArtifactError
from wasmjit.wasm.module import Module

if TYPE_CHECKING:
    from wasmjit.compile.artifact import CompiledModule
    from wasmjit.compile.lazy_module import LazyModule

Progress: TypeAlias = Callable[[int, int], None]
"""Called while compiling, with the bytes of code done and the bytes of all."""

_MAGIC = b"\0wasmjit"


class Code:
    """A decoded module with its machine code. `artifact` are the bytes of the compiled file that it came from."""

    __slots__ = ("__weakref__", "artifact", "core", "fuel", "guard", "native")

    def __init__(
        self,
        core: Module,
        native: NativeModule,
        *,
        guard: bool,
        fuel: bool,
        artifact: bytes | memoryview | None = None,
    ) -> None:
        self.core = core
        self.native = native
        self.guard = guard
        self.fuel = fuel
        self.artifact = artifact

    def serialize(self, config: Config) -> bytes:
        """The bytes of a compiled file."""
        if self.artifact is not None:
            return bytes(self.artifact)
        from wasmjit.compile.artifact import write_artifact
        from wasmjit.compile.driver import compile_objects

        return write_artifact(self.core.data, compile_objects(self.core, config))

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
        code = _known[key] = _make_code(source, engine, progress)
    return code


def _make_code(source: SourceData, engine: Engine, progress: Progress | None) -> Code:
    config = engine.config
    if config.tier == "interp":
        return _translate(source.data, config, progress)
    if is_compiled(source.data):
        return _load(source.data, config)
    return _compile(source, engine, progress)


def _decode(data: bytes | memoryview, config: Config) -> Module:
    core = decode_module(data)
    if config.features != features.SUPPORTED:
        from wasmjit.binary.usage import refuse_features

        refuse_features(core, config.features)
    return core


def _translate(data: bytes | memoryview, config: Config, progress: Progress | None) -> Code:
    """For the interpreter: functions follow when they are called. Of a compiled file it takes the module."""
    from wasmjit.api.tier import new_code
    from wasmjit.compile.artifact import read_artifact
    from wasmjit.validate import validate_all

    core = _decode(read_artifact(data).module if is_compiled(data) else data, config)
    validate_all(core, progress)
    return Code(core, new_code(core), guard=False, fuel=False)


def _compile(source: SourceData, engine: Engine, progress: Progress | None) -> Code:
    config = engine.config
    if config.target is not None and config.target.partition("-")[0] != os.uname().machine:
        raise ValueError(f"code for {config.target} cannot run here; `wasmjit compile` writes it to a file")
    core = _decode(source.data, config)
    native = _lazy(core, source, config, progress) if config.compilation == "lazy" else None
    if config.validation == "eager":
        from wasmjit.validate import validate_all

        validate_all(core)
    elif native is None or not native.is_cached:  # what has code in the cache has been through this
        from wasmjit.validate.module import validate_module

        validate_module(core)
    return Code(core, native or _eager(core, config, progress), guard=engine.guard, fuel=config.fuel)


def _lazy(core: Module, source: SourceData, config: Config, progress: Progress | None) -> LazyModule:
    from wasmjit.compile.lazy_module import LazyModule

    return LazyModule(core, config, source.digest() if config.cache else None, progress)


def _eager(core: Module, config: Config, progress: Progress | None) -> NativeModule:
    from wasmjit.compile.driver import compile_module

    return compile_module(core, config, progress=progress)


def _load(data: bytes | memoryview, config: Config) -> Code:
    from wasmjit.compile.artifact import read_artifact
    from wasmjit.compile.driver import load_objects

    artifact = read_artifact(data)
    _check_machine(artifact.compiled)
    core = _decode(artifact.module, config)
    compiled = artifact.compiled
    return Code(core, load_objects(core, compiled), guard=compiled.guard, fuel=compiled.fuel, artifact=data)


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
