"""References to functions, casts, and branches on them (spec 3.4.4, 3.4.7, 3.4.11)."""

from __future__ import annotations

from wasmjit.errors import InvalidError
from wasmjit.validate.checker import ANY_REFERENCE, Checker, types_of
from wasmjit.validate.control import label_types, validate_tail_call
from wasmjit.validate.lookup import lookup_type
from wasmjit.validate.registry import validates
from wasmjit.wasm.rectypes import DefType
from wasmjit.wasm.subtyping import difference, heap_of, top_of, val_matches
from wasmjit.wasm.types import ANY, EXTERN, I31, I32, HeapType, RefType, ValType, ref_type


def _non_null(type: RefType | None) -> ValType:
    """The type without null. Dead code may not know it."""
    return ANY_REFERENCE if type is None else ref_type(type.heap, False)


@validates("ref.as_non_null")
def validate_ref_as_non_null(check: Checker, imm: None) -> None:
    """[(ref null ht)] -> [(ref ht)]"""
    check.stack.append(_non_null(check.pop_ref()))


@validates("call_ref")
def validate_call_ref(check: Checker, typeidx: int) -> None:
    """Takes a reference to a function of the type, then has that type."""
    type = lookup_type(check.module, typeidx)
    check.pop_val(ref_type(check.deftype(typeidx), True))
    check.apply(types_of(type.params), types_of(type.results))


@validates("return_call_ref")
def validate_return_call_ref(check: Checker, typeidx: int) -> None:
    """A call, then a return."""
    type = lookup_type(check.module, typeidx)
    check.pop_val(ref_type(check.deftype(typeidx), True))
    validate_tail_call(check, type)


@validates("br_on_null")
def validate_br_on_null(check: Checker, labelidx: int) -> None:
    """[t* (ref null ht)] -> [t* (ref ht)], where the label takes t*."""
    type = check.pop_ref()
    label = label_types(check, labelidx)
    check.apply(label, label)
    check.stack.append(_non_null(type))


@validates("br_on_non_null")
def validate_br_on_non_null(check: Checker, labelidx: int) -> None:
    """[t* (ref null ht)] -> [t*], where the label takes t* (ref ht)."""
    check.stack.append(_non_null(check.pop_ref()))
    label = label_types(check, labelidx)
    if not label.list or not label.list[-1].is_ref:
        raise InvalidError("type mismatch: the label of br_on_non_null must take a reference")
    check.apply(label, label)
    check.stack.pop()


# --- casts


def _heap(check: Checker, heap: HeapType | int) -> HeapType | DefType:
    return check.deftype(heap) if isinstance(heap, int) else heap


def _validate_target(check: Checker, heap: HeapType | int, nullable: bool) -> RefType:
    """Take a reference of the target's hierarchy."""
    target = ref_type(_heap(check, heap), nullable)
    check.pop_val(ref_type(top_of(heap_of(target)), True))
    return target


@validates("ref.test")
def validate_ref_test(check: Checker, heap: HeapType | int) -> None:
    """[(ref null top)] -> [i32]"""
    _validate_target(check, heap, False)
    check.stack.append(I32)


@validates("ref.test null")
def validate_ref_test_null(check: Checker, heap: HeapType | int) -> None:
    """[(ref null top)] -> [i32]"""
    _validate_target(check, heap, True)
    check.stack.append(I32)


@validates("ref.cast")
def validate_ref_cast(check: Checker, heap: HeapType | int) -> None:
    """[(ref null top)] -> [(ref ht)]"""
    check.stack.append(_validate_target(check, heap, False))


@validates("ref.cast null")
def validate_ref_cast_null(check: Checker, heap: HeapType | int) -> None:
    """[(ref null top)] -> [(ref null ht)]"""
    check.stack.append(_validate_target(check, heap, True))


def _cast_types(check: Checker, before: RefType, after: RefType) -> tuple[RefType, RefType]:
    """The types before and after a cast that branches; the second must match the first."""
    actual, target = check.resolve(before), check.resolve(after)
    assert isinstance(actual, RefType) and isinstance(target, RefType)
    if not val_matches(target, actual):
        raise InvalidError(f"type mismatch: a cast from {actual} to {target}")
    return actual, target


def _branch(check: Checker, labelidx: int, taken: RefType, left: RefType) -> None:
    """Branch with a reference of type `taken`, or go on with one of type `left`, on top of the label's operands."""
    label = label_types(check, labelidx)
    check.stack.append(taken)
    check.apply(label, label)
    if not label.list:
        raise InvalidError("type mismatch: the label of a cast must take a reference")
    check.stack[-1] = left


@validates("br_on_cast")
def validate_br_on_cast(check: Checker, imm: tuple[int, RefType, RefType]) -> None:
    """[t* rt1] -> [t* rt1 without rt2], where the label takes t* rt2."""
    actual, target = _cast_types(check, imm[1], imm[2])
    check.pop_val(actual)
    _branch(check, imm[0], target, difference(actual, target))


@validates("br_on_cast_fail")
def validate_br_on_cast_fail(check: Checker, imm: tuple[int, RefType, RefType]) -> None:
    """[t* rt1] -> [t* rt2], where the label takes t* and rt1 without rt2."""
    actual, target = _cast_types(check, imm[1], imm[2])
    check.pop_val(actual)
    _branch(check, imm[0], difference(actual, target), target)


# --- conversions


def _convert(check: Checker, source: HeapType, target: HeapType) -> None:
    """A conversion keeps what is known about null."""
    type = check.pop_ref()
    if type is None:
        check.stack.append(ref_type(target, False))
        return
    if not val_matches(type, ref_type(source, True)):
        raise InvalidError(f"type mismatch: expected {ref_type(source, True)}, found {type}")
    check.stack.append(ref_type(target, type.nullable))


@validates("any.convert_extern")
def validate_any_convert_extern(check: Checker, imm: None) -> None:
    """[(ref null? extern)] -> [(ref null? any)]"""
    _convert(check, EXTERN, ANY)


@validates("extern.convert_any")
def validate_extern_convert_any(check: Checker, imm: None) -> None:
    """[(ref null? any)] -> [(ref null? extern)]"""
    _convert(check, ANY, EXTERN)


@validates("ref.i31")
def validate_ref_i31(check: Checker, imm: None) -> None:
    """[i32] -> [(ref i31)]"""
    check.pop_val(I32)
    check.stack.append(ref_type(I31, False))
