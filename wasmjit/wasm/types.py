"""Types: the abstract syntax of spec 2.3.

Value types are single objects, compared by identity. Everything else is an immutable value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


class ValType:
    """A number, vector or reference type; `code` is its byte in the binary format (spec 5.3.1-5.3.4)."""

    __slots__ = ("code", "is_ref", "name")

    def __init__(self, name: str, code: int, *, is_ref: bool = False) -> None:
        self.name = name
        self.code = code
        self.is_ref = is_ref

    def __repr__(self) -> str:
        return self.name

    def __reduce__(self) -> str:
        """Pickle by name, so that identity survives the way to another process."""
        return self.name.upper()


I32 = ValType("i32", 0x7F)
I64 = ValType("i64", 0x7E)
F32 = ValType("f32", 0x7D)
F64 = ValType("f64", 0x7C)
V128 = ValType("v128", 0x7B)
FUNCREF = ValType("funcref", 0x70, is_ref=True)
EXTERNREF = ValType("externref", 0x6F, is_ref=True)

VAL_TYPES = (I32, I64, F32, F64, V128, FUNCREF, EXTERNREF)
VAL_TYPE_BY_CODE = {t.code: t for t in VAL_TYPES}
VAL_TYPE_BY_NAME = {t.name: t for t in VAL_TYPES}


@dataclass(frozen=True, slots=True)
class FuncType:
    """Parameters and results (spec 2.3.6)."""

    params: tuple[ValType, ...] = ()
    results: tuple[ValType, ...] = ()

    def __str__(self) -> str:
        params = " ".join(t.name for t in self.params)
        results = " ".join(t.name for t in self.results)
        return f"[{params}] -> [{results}]"


@dataclass(frozen=True, slots=True)
class Limits:
    """Size range of a memory (pages) or table (elements); `max` None is unbounded (spec 2.3.7)."""

    min: int
    max: int | None = None

    def __str__(self) -> str:
        return f"{self.min}" if self.max is None else f"{self.min} {self.max}"


@dataclass(frozen=True, slots=True)
class MemType:
    """Linear memory, limits in pages of 64 KiB (spec 2.3.8)."""

    limits: Limits

    def __str__(self) -> str:
        return f"memory {self.limits}"


@dataclass(frozen=True, slots=True)
class TableType:
    """Table of references (spec 2.3.9)."""

    limits: Limits
    element: ValType

    def __str__(self) -> str:
        return f"table {self.limits} {self.element}"


@dataclass(frozen=True, slots=True)
class GlobalType:
    """Global variable (spec 2.3.10)."""

    type: ValType
    mutable: bool = False

    def __str__(self) -> str:
        return f"global (mut {self.type})" if self.mutable else f"global {self.type}"


ExternType: TypeAlias = FuncType | TableType | MemType | GlobalType
"""Type of an import or export (spec 2.3.11)."""
