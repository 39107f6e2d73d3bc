"""Modules: compiled, and kept in files."""

from __future__ import annotations

import os
from pathlib import Path

from wasmjit.api.module import Module as ApiModule
from wasmjit.compat.wasmtime._engine import Engine
from wasmjit.compat.wasmtime._error import WasmtimeError, caused, errors
from wasmjit.compat.wasmtime._managed import Managed
from wasmjit.compat.wasmtime._types import ExportType, ImportType
from wasmjit.compat.wasmtime._wat2wasm import to_wasm_bytes
from wasmjit.errors import ArtifactError
from wasmjit.validate import validate_all
from wasmjit.wasm.columns import total_bytes


class Module(Managed):
    """A module, from its bytes or its text. Raises WasmtimeError for one that can't be used."""

    def __init__(self, engine: Engine, wasm: str | bytes | bytearray) -> None:
        if not isinstance(engine, Engine):
            raise TypeError("expected an Engine")
        data = to_wasm_bytes(wasm)
        with errors():
            self._core = ApiModule(engine.ptr()._core, data)
            if _is_small(self._core):
                validate_all(self._core._core)
        self._open()

    @classmethod
    def _of(cls, core: ApiModule) -> Module:
        made = cls.__new__(cls)
        made._core = core
        made._open()
        return made

    @classmethod
    def from_file(cls, engine: Engine, path: str | bytes | os.PathLike[str]) -> Module:
        """The module in a file. Raises OSError too."""
        return cls(engine, Path(os.fsdecode(path)).read_bytes())

    @classmethod
    def deserialize(cls, engine: Engine, encoded: bytes | bytearray) -> Module:
        """A module that `serialize` has made. Raises WasmtimeError for anything else, also of another version."""
        if not isinstance(encoded, bytes | bytearray):
            raise TypeError("expected bytes")
        with errors():
            if encoded.startswith(_UNCOMPILED):
                return cls._of(ApiModule(engine.ptr()._core, bytes(encoded[len(_UNCOMPILED) :])))
            try:
                return cls._of(ApiModule.deserialize(engine.ptr()._core, bytes(encoded)))
            except ArtifactError as error:
                raise WasmtimeError(f"failed to parse precompiled artifact: {error}") from error

    @classmethod
    def deserialize_file(cls, engine: Engine, path: str | bytes | os.PathLike[str]) -> Module:
        """As `deserialize`, from a file."""
        try:
            data = Path(os.fsdecode(path)).read_bytes()
        except OSError as error:
            reason = f"{error.strerror} (os error {error.errno})"
            raise WasmtimeError(caused("failed to open file", reason)) from error
        return cls.deserialize(engine, data)

    @classmethod
    def validate(cls, engine: Engine, wasm: bytes | bytearray) -> None:
        """Check a module without compiling it. Raises WasmtimeError."""
        if not isinstance(wasm, bytes | bytearray):
            raise TypeError("expected wasm bytes")
        with errors():
            ApiModule.validate(engine.ptr()._core, bytes(wasm))

    @property
    def imports(self) -> list[ImportType]:
        """What the module needs, in its order."""
        return [ImportType._of(item) for item in self.ptr()._core.imports]

    @property
    def exports(self) -> list[ExportType]:
        """What the module's instances offer, in its order."""
        return [ExportType._of(item) for item in self.ptr()._core.exports]

    def serialize(self) -> bytearray:
        """The compiled module, for `deserialize`. It is native code: keep it where nobody else can write.

        Of a large module it is the bytes alone: what has been compiled of it is in the cache on disk.
        """
        module = self.ptr()._core
        if not _is_small(module):
            return bytearray(_UNCOMPILED + bytes(module._core.data))
        with errors():
            return bytearray(module.serialize())


SMALL_CODE_BYTES = 256 << 10
"""Up to so much code is validated at once, and compiled as a whole to be serialized, as the package does it. More is
validated and compiled function by function as it is called, so that large programs start at once."""

_UNCOMPILED = b"\0wjmodule\n"
"""What the bytes of a module begin with that `serialize` has not compiled."""


def _is_small(module: ApiModule) -> bool:
    return total_bytes(module._core.codes) <= SMALL_CODE_BYTES
