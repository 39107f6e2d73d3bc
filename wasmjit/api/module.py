"""Modules: decoded, validated, compiled."""

from __future__ import annotations

import os

from wasmjit.api.code import Code, Progress, get_code, is_compiled
from wasmjit.api.engine import Engine
from wasmjit.api.source import Source, open_file, open_source, read_source
from wasmjit.api.types import ExternType, describe, wrap_extern_type
from wasmjit.errors import ArtifactError
from wasmjit.light import Iterator, Mapping, NamedTuple, cached_property
from wasmjit.wasm import module as wasm


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
        self._take(engine, get_code(open_source(source), engine, progress))

    def _take(self, engine: Engine, code: Code) -> None:
        self.engine = engine
        self._code = code
        self._core = code.core
        self._native = code.native
        self._guard = code.guard
        self._fuel = code.fuel

    def serialize(self) -> bytes:
        """The module with its machine code, all of it, as `wasmjit compile` writes it: for `Module.deserialize`.

        What has not been compiled yet is now. It is for processors like this one, or the engine's `target_cpu`.
        """
        return self._code.serialize(self.engine.config)

    @classmethod
    def deserialize(cls, engine: Engine, source: bytes | bytearray | memoryview | str | os.PathLike[str]) -> Module:
        """A module out of what `serialize` or `wasmjit compile` made, given as bytes or as the path of a file.

        It is native code, and as trustworthy as its maker. Raises ArtifactError for anything else, and for code that
        this machine can't run; OSError.
        """
        found = open_file(os.fspath(source)) if isinstance(source, str | os.PathLike) else open_source(source)
        if not is_compiled(found.data):
            raise ArtifactError("these are no bytes of a compiled module")
        module = cls.__new__(cls)
        module._take(engine, get_code(found, engine, None))
        return module

    def __reduce__(self) -> tuple[object, ...]:
        """Modules travel as their bytes. In a process that has had the same module, its code is there already."""
        return Module, (self.engine, self._code.portable())

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
        from wasmjit.binary.names import read_names

        return read_names(self._core).module

    @staticmethod
    def validate(engine: Engine | None, source: Source) -> None:
        """Check a module completely, without compiling it: raises what the constructor would raise.

        `engine` may be None: all engines accept the same modules but for features that are switched off.
        """
        from wasmjit.binary.module import decode_module
        from wasmjit.validate import validate_all

        core = decode_module(read_source(source))
        if engine is not None:
            from wasmjit.binary.usage import refuse_features

            refuse_features(core, engine.config.features)
        validate_all(core)
