"""Modules: decoded, validated, compiled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from wasmjit.abi.native import NativeModule
from wasmjit.api.engine import Engine
from wasmjit.api.source import Source, read_source
from wasmjit.api.tier import new_code
from wasmjit.api.types import ExternType, describe, wrap_extern_type
from wasmjit.binary import decode_module, read_names
from wasmjit.config import Config
from wasmjit.errors import ArtifactError
from wasmjit.validate import validate_all, validate_module
from wasmjit.wasm import module as wasm

if TYPE_CHECKING:
    from wasmjit.compile.artifact import CompiledModule

Progress: TypeAlias = Callable[[int, int], None]
"""Called while compiling, with the bytes of code done and the bytes of all."""


class ImportType(NamedTuple):
    """What a module asks for: `type` is a FuncType, MemType, TableType or GlobalType."""

    module: str
    name: str
    type: ExternType

    def __str__(self) -> str:
        return f"{self.module}.{self.name}: {describe(self.type)}"


class ExportType(NamedTuple):
    """What a module offers: `type` is a FuncType, MemType, TableType or GlobalType."""

    name: str
    type: ExternType

    def __str__(self) -> str:
        return f"{self.name}: {describe(self.type)}"


class CustomSections(Mapping[str, list[bytes]]):
    """The custom sections of a module by name: contents in the order of the file. They are copied when looked up."""

    def __init__(self, module: wasm.Module) -> None:
        self._data = module.data
        self._ranges: dict[str, list[tuple[int, int]]] = {}
        for name, start, end in module.customs:
            self._ranges.setdefault(name, []).append((start, end))

    def __getitem__(self, name: str) -> list[bytes]:
        return [bytes(self._data[start:end]) for start, end in self._ranges[name]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._ranges)

    def __len__(self) -> int:
        return len(self._ranges)

    def __repr__(self) -> str:
        sizes = {name: [end - start for start, end in ranges] for name, ranges in self._ranges.items()}
        return f"<custom sections, sizes {sizes}>"


class Module:
    """A module, valid and compiled; it can be instantiated any number of times, by several threads.

    `source` is the module's bytes, a path, text or an open file; the output of `wasmjit compile` is recognised.
    `progress` is called during compilation. Raises MalformedError, InvalidError, UnsupportedError or LimitError for a
    module that can't be used, ArtifactError for a compiled file that does not fit, OSError for a file that can't be
    read.
    """

    def __init__(self, engine: Engine, source: Source, *, progress: Progress | None = None) -> None:
        if not isinstance(engine, Engine):
            raise TypeError(f"engine must be an Engine, not {type(engine).__name__}")
        self.engine = engine
        self._native: NativeModule
        data = read_source(source)
        if engine.config.tier == "interp":
            self._translate(data, progress)
        elif _is_artifact(data):
            self._load(data)
        else:
            self._compile(data, progress)

    def _translate(self, data: bytes, progress: Progress | None) -> None:
        """For the interpreter: functions follow when they are called. Of a compiled file it takes the module."""
        from wasmjit.compile.artifact import read_artifact

        self._core = decode_module(read_artifact(data).module if _is_artifact(data) else data)
        validate_all(self._core, progress)
        self._guard = self._fuel = False
        self._native = new_code(self._core)

    def _compile(self, data: bytes, progress: Progress | None) -> None:
        config = self.engine.config
        self._core = decode_module(data)
        self._guard, self._fuel = self.engine.guard, config.fuel
        if config.validation == "eager":
            validate_all(self._core)
        else:
            validate_module(self._core)
        self._native = _make_native(self._core, config, progress)

    def _load(self, data: bytes) -> None:
        from wasmjit.compile.artifact import read_artifact
        from wasmjit.compile.driver import load_objects

        artifact = read_artifact(data)
        _check_machine(artifact.compiled)
        self._core = decode_module(artifact.module)
        self._guard, self._fuel = artifact.compiled.guard, artifact.compiled.fuel
        self._native = load_objects(self._core, artifact.compiled)

    def __repr__(self) -> str:
        name = f" {self.name!r}" if self.name else ""
        return f"<Module{name}: {len(self.imports)} imports, {len(self.exports)} exports>"

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from wasmjit.api.display import module_html

        return module_html(self)

    @cached_property
    def imports(self) -> tuple[ImportType, ...]:
        """What the module needs, in its order."""
        return tuple(ImportType(i.module, i.name, wrap_extern_type(i.type)) for i in self._core.imports)

    @cached_property
    def exports(self) -> tuple[ExportType, ...]:
        """What the module's instances offer, in its order."""
        core = self._core
        return tuple(ExportType(e.name, wrap_extern_type(core.extern_type(e.kind, e.index))) for e in core.exports)

    @cached_property
    def custom_sections(self) -> Mapping[str, list[bytes]]:
        """Contents of the custom sections by name; a name can occur more than once."""
        return CustomSections(self._core)

    @cached_property
    def name(self) -> str | None:
        """What the name section calls the module."""
        return read_names(self._core).module

    @staticmethod
    def validate(engine: Engine | None, source: Source) -> None:
        """Check a module completely, without compiling it: raises what the constructor would raise.

        All engines accept the same modules; `engine` may be None.
        """
        validate_all(decode_module(read_source(source)))


def _is_artifact(data: bytes) -> bool:
    from wasmjit.compile.artifact import is_artifact

    return is_artifact(data)


def _make_native(core: wasm.Module, config: Config, progress: Progress | None) -> NativeModule:
    """Machine code of a module, or what makes it when it is called."""
    if config.compilation == "eager":
        from wasmjit.compile.driver import compile_module

        return compile_module(core, config, progress=progress)
    from wasmjit.compile.lazy_module import LazyModule

    return LazyModule(core, config)


def _check_machine(compiled: CompiledModule) -> None:
    """Raise ArtifactError unless compiled code can run on this machine."""
    from wasmjit.compile.llvm.target import host_target

    host = host_target()
    arches = [triple.partition("-")[0] for triple in (compiled.triple, host.triple)]
    if arches[0] != arches[1]:
        raise ArtifactError(f"the compiled file is for {arches[0]}, this machine is {arches[1]}")
    missing = sorted(set(compiled.features) - host.enabled)
    if missing:
        raise ArtifactError(f"the compiled file is for the CPU {compiled.cpu}; this one lacks {', '.join(missing)}")
