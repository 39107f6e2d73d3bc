"""The interface of the package `wasmtime`, on this engine: `import wasmjit.compat.wasmtime as wasmtime`.

One file for each of the package's, of the same name and with the same classes, so that imports of these work as well.
Where the package ends the process, this raises; where its interface has changed over time, both forms work. Components
are not part of it.
"""

from wasmjit.compat.wasmtime._config import Config
from wasmjit.compat.wasmtime._engine import Engine
from wasmjit.compat.wasmtime._error import ExitTrap, WasmtimeError
from wasmjit.compat.wasmtime._func import Caller, Func
from wasmjit.compat.wasmtime._globals import Global
from wasmjit.compat.wasmtime._instance import Instance
from wasmjit.compat.wasmtime._instance_pre import InstancePre
from wasmjit.compat.wasmtime._linker import Linker
from wasmjit.compat.wasmtime._managed import Managed
from wasmjit.compat.wasmtime._memory import Memory
from wasmjit.compat.wasmtime._module import Module
from wasmjit.compat.wasmtime._sharedmemory import SharedMemory
from wasmjit.compat.wasmtime._store import Store, StoreContext, Storelike
from wasmjit.compat.wasmtime._table import Table
from wasmjit.compat.wasmtime._tag import Tag
from wasmjit.compat.wasmtime._trap import Frame, Trap, TrapCode
from wasmjit.compat.wasmtime._types import (
    ExportType,
    FuncType,
    GlobalType,
    ImportType,
    Limits,
    MemoryType,
    TableType,
    TagType,
    ValType,
)
from wasmjit.compat.wasmtime._value import Val
from wasmjit.compat.wasmtime._wasi import DirPerms, FilePerms, WasiConfig
from wasmjit.compat.wasmtime._wat2wasm import wat2wasm

__all__ = [
    "Caller",
    "Config",
    "DirPerms",
    "Engine",
    "ExitTrap",
    "ExportType",
    "FilePerms",
    "Frame",
    "Func",
    "FuncType",
    "Global",
    "GlobalType",
    "ImportType",
    "Instance",
    "InstancePre",
    "Limits",
    "Linker",
    "Managed",
    "Memory",
    "MemoryType",
    "Module",
    "SharedMemory",
    "Store",
    "StoreContext",
    "Storelike",
    "Table",
    "TableType",
    "Tag",
    "TagType",
    "Trap",
    "TrapCode",
    "Val",
    "ValType",
    "WasiConfig",
    "WasmtimeError",
    "wat2wasm",
]
