"""One face for two engines, for modules that are driven by their exports instead of a command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any


class WasmtimeReactor:
    """An instance in wasmtime, with a plain WASI: standard output and nothing else."""

    def __init__(self, file: Path) -> None:
        import wasmtime

        engine = wasmtime.Engine()
        self._store = wasmtime.Store(engine)
        wasi = wasmtime.WasiConfig()
        wasi.inherit_stdout()
        self._store.set_wasi(wasi)
        linker = wasmtime.Linker(engine)
        linker.define_wasi()
        instance = linker.instantiate(self._store, wasmtime.Module.from_file(engine, str(file)))
        self._exports: Any = instance.exports(self._store)
        if "_initialize" in self._exports:
            self._exports["_initialize"](self._store)

    def call(self, name: str, *args: int | float) -> Any:
        """Call an exported function."""
        return self._exports[name](self._store, *args)

    def read(self, offset: int, length: int) -> bytes:
        """Bytes of the memory."""
        return bytes(self._exports["memory"].read(self._store, offset, offset + length))

    def write(self, offset: int, data: bytes) -> None:
        """Change bytes of the memory."""
        self._exports["memory"].write(self._store, data, offset)


class WasmjitReactor:
    """The same in wasmjit."""

    def __init__(self, file: Path) -> None:
        import wasmjit

        self._instance: Any = wasmjit.load(file, wasi=True, opt="0")

    def call(self, name: str, *args: int | float) -> Any:
        """Call an exported function."""
        return self._instance[name](*args)

    def read(self, offset: int, length: int) -> bytes:
        """Bytes of the memory."""
        return bytes(self._instance["memory"].read(offset & 0xFFFFFFFF, length))

    def write(self, offset: int, data: bytes) -> None:
        """Change bytes of the memory."""
        self._instance["memory"].write(offset & 0xFFFFFFFF, data)


Reactor = WasmtimeReactor | WasmjitReactor


def open_reactor(engine: str, file: Path) -> Reactor:
    """Instantiate the module at `file` in `engine`."""
    return WasmtimeReactor(file) if engine == "wasmtime" else WasmjitReactor(file)
