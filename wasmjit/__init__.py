"""wasmjit: a WebAssembly engine for Python.

    import wasmjit

    plugin = wasmjit.load("plugin.wasm")
    plugin.transform(21)

`load` is the short way; `Engine`, `Module`, `Store`, `Linker` and `Instance` are the parts that it is made of. Names
are resolved when they are first used, so that importing the package costs next to nothing.
"""

TYPE_CHECKING = False  # what type checkers take for true; `typing` would cost more than all the rest here

if TYPE_CHECKING:
    from wasmjit import compat as compat
    from wasmjit.abi.heapobject import Array, Struct
    from wasmjit.api.engine import Engine
    from wasmjit.api.func import Func
    from wasmjit.api.global_ import Global
    from wasmjit.api.instance import Instance
    from wasmjit.api.linker import Linker
    from wasmjit.api.load import load
    from wasmjit.api.memory import Memory
    from wasmjit.api.module import ExportType, ImportType, Module
    from wasmjit.api.run import CompletedRun, run
    from wasmjit.api.statistics import EngineStats
    from wasmjit.api.store import Store
    from wasmjit.api.table import Table
    from wasmjit.api.tag import Tag
    from wasmjit.api.types import FuncType
    from wasmjit.config import Config
    from wasmjit.errors import (
        ArtifactError,
        CallTimeout,
        ExhaustionError,
        ExitStatus,
        Frame,
        FuelExhausted,
        InternalError,
        Interrupted,
        InvalidError,
        LimitError,
        LinkError,
        MalformedError,
        Trap,
        UnsupportedError,
        WasmError,
        WasmException,
    )
    from wasmjit.runtime.quota import StoreLimits
    from wasmjit.runtime.wasi import Preopen, Symlink, VirtualDir, WasiConfig
    from wasmjit.wasm.types import (
        EXTERNREF,
        F32,
        F64,
        FUNCREF,
        I32,
        I64,
        V128,
        GlobalType,
        Limits,
        MemType,
        TableType,
        TagType,
        ValType,
    )

__version__ = "0.1.0"

__all__ = [
    "EXTERNREF",
    "F32",
    "F64",
    "FUNCREF",
    "I32",
    "I64",
    "V128",
    "Array",
    "ArtifactError",
    "CallTimeout",
    "CompletedRun",
    "Config",
    "Engine",
    "EngineStats",
    "ExhaustionError",
    "ExitStatus",
    "ExportType",
    "Frame",
    "FuelExhausted",
    "Func",
    "FuncType",
    "Global",
    "GlobalType",
    "ImportType",
    "Instance",
    "InternalError",
    "Interrupted",
    "InvalidError",
    "LimitError",
    "Limits",
    "LinkError",
    "Linker",
    "MalformedError",
    "MemType",
    "Memory",
    "Module",
    "Preopen",
    "Store",
    "StoreLimits",
    "Struct",
    "Symlink",
    "Table",
    "TableType",
    "Tag",
    "TagType",
    "Trap",
    "UnsupportedError",
    "ValType",
    "VirtualDir",
    "WasiConfig",
    "WasmError",
    "WasmException",
    "__version__",
    "load",
    "run",
]

_HOMES = {
    "abi.heapobject": ("Array", "Struct"),
    "api.engine": ("Engine",),
    "api.func": ("Func",),
    "api.global_": ("Global",),
    "api.instance": ("Instance",),
    "api.linker": ("Linker",),
    "api.load": ("load",),
    "api.memory": ("Memory",),
    "api.module": ("ExportType", "ImportType", "Module"),
    "api.run": ("CompletedRun", "run"),
    "api.statistics": ("EngineStats",),
    "api.store": ("Store",),
    "api.table": ("Table",),
    "api.tag": ("Tag",),
    "api.types": ("FuncType",),
    "config": ("Config",),
    "errors": (
        "ArtifactError",
        "CallTimeout",
        "ExhaustionError",
        "ExitStatus",
        "Frame",
        "FuelExhausted",
        "InternalError",
        "Interrupted",
        "InvalidError",
        "LimitError",
        "LinkError",
        "MalformedError",
        "Trap",
        "UnsupportedError",
        "WasmError",
        "WasmException",
    ),
    "runtime.quota": ("StoreLimits",),
    "runtime.wasi": ("Preopen", "Symlink", "VirtualDir", "WasiConfig"),
    "wasm.types": (
        "EXTERNREF",
        "F32",
        "F64",
        "FUNCREF",
        "I32",
        "I64",
        "V128",
        "GlobalType",
        "Limits",
        "MemType",
        "TableType",
        "TagType",
        "ValType",
    ),
}
_SUBMODULES = ("compat",)
"""Packages that are there without being imported by name."""
_HOME_BY_NAME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    """Import what a public name stands for, and keep it."""
    home = _HOME_BY_NAME.get(name)
    if home is None and name not in _SUBMODULES:
        raise AttributeError(f"module 'wasmjit' has no attribute {name!r}")
    from importlib import import_module

    if home is None:
        return import_module(f"wasmjit.{name}")
    value: object = getattr(import_module(f"wasmjit.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
