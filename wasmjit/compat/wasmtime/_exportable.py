"""The type of what can be imported and exported."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, Union

if TYPE_CHECKING:
    from wasmjit.compat.wasmtime._func import Func
    from wasmjit.compat.wasmtime._globals import Global
    from wasmjit.compat.wasmtime._memory import Memory
    from wasmjit.compat.wasmtime._sharedmemory import SharedMemory
    from wasmjit.compat.wasmtime._table import Table
    from wasmjit.compat.wasmtime._tag import Tag

AsExtern: TypeAlias = Union["Func", "Table", "Memory", "SharedMemory", "Global", "Tag"]
