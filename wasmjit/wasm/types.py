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


PAGE_SIZE_LOG2 = 16


@dataclass(frozen=True, slots=True)
class MemType:
    """Linear memory, limits in pages (spec 2.3.8): of 64 KiB, or of 2^`page_size_log2` bytes.

    `address` is the type of its addresses and sizes, I32 or I64. A `shared` memory may be used by several threads.
    """

    limits: Limits
    address: ValType = I32
    shared: bool = False
    page_size_log2: int = PAGE_SIZE_LOG2

    def __str__(self) -> str:
        shared = " shared" if self.shared else ""
        page_size = "" if self.page_size_log2 == PAGE_SIZE_LOG2 else f" (pagesize {1 << self.page_size_log2})"
        return f"memory {_address_prefix(self.address)}{self.limits}{shared}{page_size}"


@dataclass(frozen=True, slots=True)
class TableType:
    """Table of references (spec 2.3.9). `address` is the type of its indices and sizes, I32 or I64."""

    limits: Limits
    element: ValType
    address: ValType = I32

    def __str__(self) -> str:
        return f"table {_address_prefix(self.address)}{self.limits} {self.element}"


def max_pages(type: MemType) -> int:
    """The most pages that a memory's type may ask for: all addresses, or all but one with pages of a byte (3.2.4)."""
    bits = 32 if type.address is I32 else 64
    return 1 << bits - type.page_size_log2 if type.page_size_log2 else (1 << bits) - 1


def _address_prefix(address: ValType) -> str:
    return "" if address is I32 else f"{address} "


@dataclass(frozen=True, slots=True)
class GlobalType:
    """Global variable (spec 2.3.10)."""

    type: ValType
    mutable: bool = False

    def __str__(self) -> str:
        return f"global (mut {self.type})" if self.mutable else f"global {self.type}"


ExternType: TypeAlias = FuncType | TableType | MemType | GlobalType
"""Type of an import or export (spec 2.3.11)."""
