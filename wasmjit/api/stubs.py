"""Stand-ins for imports that a module declares and never needs."""

from __future__ import annotations

from wasmjit.api.extern import Extern, wrap_extern
from wasmjit.api.func import Func
from wasmjit.api.global_ import Global
from wasmjit.api.store import Store, runtime_of
from wasmjit.api.tag import Tag
from wasmjit.api.types import ExternType, FuncType
from wasmjit.errors import LinkError, Trap
from wasmjit.light import Any, NoReturn
from wasmjit.runtime.memory import MemoryInstance
from wasmjit.runtime.table import TableInstance
from wasmjit.wasm.types import F32, F64, I32, I64, V128, GlobalType, MemType, TableType, TagType, ValType

ZERO = object()
"""Zeros and nulls, for `stub`."""
TRAP = object()
"""A trap when it is called, for `stub`."""


def zero(type: ValType) -> object:
    """What a variable of that type begins as."""
    if type in (I32, I64):
        return 0
    if type in (F32, F64):
        return 0.0
    return bytes(16) if type is V128 else None


def stub(store: Store, type: ExternType, value: object = ZERO, *, name: str = "stub") -> Extern:
    """A stand-in of that type: memories and tables of their least size, tags, globals and functions with a value.

    `value` is the global's, or what the function returns: one value, or a tuple of as many as it has results. `ZERO`
    is zeros and nulls; `TRAP` makes a function trap, naming itself as `name`. Raises LinkError for what can't have a
    value, and what `Global` raises for a wrong one.
    """
    if isinstance(type, FuncType):
        return Func(store, type, _function(type, value, name))
    if isinstance(type, GlobalType):
        return Global(store, type.type, zero(type.type) if value is ZERO else value, type.mutable)
    if value is ZERO and isinstance(type, MemType):
        return wrap_extern(MemoryInstance(runtime_of(store), type))
    if value is ZERO and isinstance(type, TableType):
        return wrap_extern(TableInstance.create(runtime_of(store), type, None))
    if value is ZERO and isinstance(type, TagType):
        return Tag(store, type.type.params)
    raise LinkError(f"there is no stand-in for {name} ({type})")


def _function(type: FuncType, value: object, name: str) -> Any:
    if value is TRAP:

        def trap(*args: object) -> NoReturn:
            raise Trap(f"{name} was called, which is only a stand-in")

        return trap
    results = tuple(map(zero, type.results)) if value is ZERO else value
    if value is ZERO and len(type.results) < 2:
        results = zero(type.results[0]) if type.results else None

    def give(*args: object) -> object:
        return results

    return give
