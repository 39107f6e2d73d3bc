"""Which types match which (spec 3.3). Types are canonical: equal ones are identical."""

from __future__ import annotations

from wasmjit.light import Sequence
from wasmjit.wasm.rectypes import DefType
from wasmjit.wasm.types import (
    ANY,
    EXN,
    EXTERN,
    FUNC,
    NOEXN,
    NOEXTERN,
    NOFUNC,
    NONE,
    ArrayType,
    CompositeType,
    FieldType,
    FuncType,
    HeapType,
    RefType,
    StructType,
    ValType,
    ref_type,
)

TOPS = (ANY, FUNC, EXTERN, EXN)
_BOTTOM: dict[HeapType, HeapType] = {ANY: NONE, FUNC: NOFUNC, EXTERN: NOEXTERN, EXN: NOEXN}


def top_of(heap: HeapType | DefType) -> HeapType:
    """The top of a heap type's hierarchy: any, func, extern or exn."""
    return next(top for top in TOPS if heap is top or top in heap.above)


def heap_of(type: ValType) -> HeapType | DefType:
    """What a reference type refers to. The type must not be relative."""
    assert isinstance(type, RefType) and not isinstance(type.heap, int)
    return type.heap


def heap_matches(actual: HeapType | DefType, wanted: HeapType | DefType) -> bool:
    """Whether a heap type matches another (spec 3.3.3)."""
    if actual is wanted or wanted in actual.above:
        return True
    if not isinstance(wanted, DefType):
        return False
    if isinstance(actual, DefType):
        return wanted.depth < actual.depth and actual.supers[wanted.depth] is wanted
    return actual is _BOTTOM[top_of(wanted)]


def val_matches(actual: ValType, wanted: ValType) -> bool:
    """Whether a value type matches another (spec 3.3.4, 3.3.5). No relative reference types."""
    if actual is wanted:
        return True
    if not (isinstance(actual, RefType) and isinstance(wanted, RefType)):
        return False
    if actual.nullable and not wanted.nullable:
        return False
    return heap_matches(heap_of(actual), heap_of(wanted))


def vals_match(actual: Sequence[ValType], wanted: Sequence[ValType]) -> bool:
    """Whether types match others one by one (spec 3.3.6)."""
    return len(actual) == len(wanted) and all(map(val_matches, actual, wanted))


def is_defaultable(type: ValType) -> bool:
    """Whether the type has a default value (spec 3.2.6)."""
    return not isinstance(type, RefType) or type.nullable


def composite_matches(actual: CompositeType, wanted: CompositeType) -> bool:
    """Whether a composite type matches another (spec 3.3.7-3.3.9)."""
    match actual, wanted:
        case FuncType(), FuncType():
            return vals_match(wanted.params, actual.params) and vals_match(actual.results, wanted.results)
        case StructType(), StructType():
            pairs = zip(actual.fields, wanted.fields, strict=False)
            return len(actual.fields) >= len(wanted.fields) and all(field_matches(*pair) for pair in pairs)
        case ArrayType(), ArrayType():
            return field_matches(actual.element, wanted.element)
    return False


def field_matches(actual: FieldType, wanted: FieldType) -> bool:
    """Whether a field type matches another (spec 3.3.9): mutable ones must be equal."""
    if actual.mutable != wanted.mutable:
        return False
    return actual.type is wanted.type if actual.mutable else val_matches(actual.type, wanted.type)


def difference(actual: RefType, taken: RefType) -> RefType:
    """What is left of a type when a cast to `taken` fails (spec 3.1.6)."""
    return ref_type(actual.heap, False) if taken.nullable else actual
