"""Whether what is given for an import fits its type (spec 4.5.1, 3.3)."""

from __future__ import annotations

from wasmjit.errors import LinkError
from wasmjit.light import TYPE_CHECKING, NoReturn, Sequence, TypeAlias
from wasmjit.record import replace
from wasmjit.runtime.func import FuncInstance
from wasmjit.runtime.global_ import GlobalInstance
from wasmjit.runtime.memory import MemoryInstance
from wasmjit.runtime.table import TableInstance
from wasmjit.runtime.tag import TagInstance
from wasmjit.wasm.module import Import
from wasmjit.wasm.rectypes import defined_func
from wasmjit.wasm.subtyping import heap_matches, val_matches
from wasmjit.wasm.types import ExternType, FuncType, GlobalType, Limits, MemType, TableType, TagType

if TYPE_CHECKING:
    from wasmjit.runtime.store import Store

Extern: TypeAlias = FuncInstance | TableInstance | MemoryInstance | GlobalInstance | TagInstance
"""What can be imported and exported."""


def match_imports(store: Store, imports: Sequence[Import], given: Sequence[Extern]) -> None:
    """Raise LinkError unless every import is given something that fits."""
    if len(given) != len(imports):
        raise LinkError(f"unknown import: {len(imports)} expected, {len(given)} given")
    for wanted, extern in zip(imports, given, strict=True):
        if not (isinstance(extern, FuncInstance) and extern.store is store and extern.deftype is wanted.deftype):
            match_import(store, wanted, extern)


def match_import(store: Store, wanted: Import, extern: object) -> None:
    """Raise LinkError unless `extern` fits; None fits nothing."""
    if extern is None:
        _fail("unknown import", wanted, f"{wanted.type} expected")
    if not isinstance(extern, Extern):
        _fail("incompatible import type", wanted, f"{wanted.type} expected, {type(extern).__name__} given")
    if extern.store is not store and not (isinstance(extern, MemoryInstance) and extern.is_shared):
        _fail("incompatible import type", wanted, "the object given belongs to another store")
    if isinstance(extern, MemoryInstance) and store.guard and not extern.guarded:
        _fail("incompatible import type", wanted, "the memory given has no guard pages, which the store relies on")
    if not _fits(extern, wanted):
        _fail("incompatible import type", wanted, f"{wanted.type} expected, {extern.type} given")


def _fits(extern: Extern, wanted: Import) -> bool:
    if isinstance(extern, FuncInstance) and isinstance(wanted.type, FuncType):
        return heap_matches(extern.deftype, wanted.deftype or defined_func(wanted.type))
    if isinstance(extern, TagInstance) and isinstance(wanted.type, TagType):
        return extern.deftype is (wanted.deftype or defined_func(wanted.type.type))
    return matches(extern.type, wanted.type)


def _fail(message: str, wanted: Import, detail: str) -> NoReturn:
    raise LinkError(f'{message} for "{wanted.module}" "{wanted.name}": {detail}', wanted.module, wanted.name)


def matches(actual: ExternType, wanted: ExternType) -> bool:
    """Whether a type matches another (spec 3.3.10-3.3.15); function types that stand alone match if they are equal."""
    match actual, wanted:
        case FuncType(), FuncType():
            return actual == wanted
        case TableType(), TableType():
            same = actual.element is wanted.element and actual.address is wanted.address
            return same and limits_match(actual.limits, wanted.limits)
        case MemType(), MemType():
            same = replace(actual, limits=wanted.limits) == wanted
            return same and limits_match(actual.limits, wanted.limits)
        case GlobalType(), GlobalType():
            if actual.mutable or wanted.mutable:
                return actual.type is wanted.type and actual.mutable == wanted.mutable
            return val_matches(actual.type, wanted.type)
    return False


def limits_match(actual: Limits, wanted: Limits) -> bool:
    """Whether limits match (spec 3.3.2): at least as large, and bounded as strictly."""
    if actual.min < wanted.min:
        return False
    return wanted.max is None or (actual.max is not None and actual.max <= wanted.max)
