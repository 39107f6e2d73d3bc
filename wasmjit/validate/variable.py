"""Parametric, reference and variable instructions (spec 3.3.4, 3.3.2, 3.3.5)."""

from __future__ import annotations

from wasmjit.errors import InvalidError
from wasmjit.validate.checker import UNKNOWN, Checker
from wasmjit.validate.lookup import declared_refs, lookup
from wasmjit.validate.registry import validates
from wasmjit.wasm.opcodes import CODE_BY_NAME
from wasmjit.wasm.types import I32, ValType, ref_type

_SELECT_T = CODE_BY_NAME["select t"]


def _unknown_local(localidx: int) -> InvalidError:
    return InvalidError(f"unknown local {localidx}")


@validates("local.get")
def validate_local_get(check: Checker, localidx: int) -> None:
    """Leaves the local's type."""
    if localidx >= len(check.locals):
        raise _unknown_local(localidx)
    if localidx in check.unset:
        raise InvalidError(f"uninitialized local {localidx}")
    check.stack.append(check.locals[localidx])


@validates("local.set")
def validate_local_set(check: Checker, localidx: int) -> None:
    """Takes the local's type."""
    if localidx >= len(check.locals):
        raise _unknown_local(localidx)
    check.pop_val(check.locals[localidx])
    _set(check, localidx)


@validates("local.tee")
def validate_local_tee(check: Checker, localidx: int) -> None:
    """Takes the local's type and leaves it."""
    if localidx >= len(check.locals):
        raise _unknown_local(localidx)
    type = check.locals[localidx]
    check.pop_val(type)
    check.stack.append(type)
    _set(check, localidx)


def _set(check: Checker, localidx: int) -> None:
    """Note that a local has a value, until the innermost block ends."""
    if localidx in check.unset:
        check.unset.remove(localidx)
        check.inits.append(localidx)


@validates("global.get")
def validate_global_get(check: Checker, globalidx: int) -> None:
    """Leaves the global's type."""
    check.stack.append(lookup(check.module.globals, globalidx, "global").type.type)


@validates("global.set")
def validate_global_set(check: Checker, globalidx: int) -> None:
    """Takes the type of a global that must be mutable."""
    type = lookup(check.module.globals, globalidx, "global").type
    if not type.mutable:
        raise InvalidError("immutable global")
    check.pop_val(type.type)


@validates("drop")
def validate_drop(check: Checker, imm: None) -> None:
    """Takes an operand of any type."""
    check.pop_any()


@validates("select")
def validate_select(check: Checker, imm: None) -> None:
    """Takes two numbers or vectors of one type; becomes a typed select where that type is known."""
    check.pop_val(I32)
    second, first = check.pop_any(), check.pop_any()
    # Unknown operands lie below all known ones: where the second is unknown, so is the first.
    type = second if first is UNKNOWN else first
    if second is not type:
        raise InvalidError(f"type mismatch: select between {first} and {second}")
    if type.is_ref:
        raise InvalidError("type mismatch: select without a type takes numbers and vectors only")
    check.stack.append(type)
    if type is not UNKNOWN:
        check.replace(_SELECT_T, (type,))


@validates("select t")
def validate_select_typed(check: Checker, types: tuple[ValType, ...]) -> None:
    """Takes two operands of the type that it names."""
    if len(types) != 1:
        raise InvalidError("invalid result arity")
    type = check.resolve(types[0])
    check.pop_val(I32)
    check.pop_val(type)
    check.pop_val(type)
    check.stack.append(type)


@validates("ref.null")
def validate_ref_null(check: Checker, type: ValType) -> None:
    """Leaves the reference type that it names."""
    check.stack.append(check.resolve(type))


@validates("ref.is_null")
def validate_ref_is_null(check: Checker, imm: None) -> None:
    """Takes a reference of any type."""
    check.pop_ref()
    check.stack.append(I32)


@validates("ref.func")
def validate_ref_func(check: Checker, funcidx: int) -> None:
    """Its function must be known, and be mentioned outside of function bodies; leaves its type, not null."""
    typeidx = lookup(check.module.func_typeidxs, funcidx, "function")
    if funcidx not in declared_refs(check.module):
        raise InvalidError("undeclared function reference")
    check.stack.append(ref_type(check.deftype(typeidx), False))
