"""Exception instructions, final (spec 3.3.8) and legacy."""

from __future__ import annotations

from collections.abc import Sequence

from wasmjit.errors import InvalidError
from wasmjit.validate.checker import Checker, Frame, Types, types_of
from wasmjit.validate.control import block_type, enter_block, label_types
from wasmjit.validate.lookup import lookup, lookup_type
from wasmjit.validate.registry import validates
from wasmjit.wasm.opcodes import CODE_BY_NAME
from wasmjit.wasm.types import EXN, EXNREF, FuncType, ValType, ref_type

_CAUGHT = ref_type(EXN, False)

_TRY_TABLE, _TRY = CODE_BY_NAME["try_table"], CODE_BY_NAME["try"]
_CATCH, _CATCH_ALL = CODE_BY_NAME["catch"], CODE_BY_NAME["catch_all"]


def _payload(check: Checker, tagidx: int) -> tuple[ValType, ...]:
    return lookup_type(check.module, lookup(check.module.tag_typeidxs, tagidx, "tag")).params


@validates("throw")
def validate_throw(check: Checker, tagidx: int) -> None:
    """Takes the tag's payload."""
    payload = _payload(check, tagidx)
    operands = check.stack[check.ctrls[-1].height :]
    try:
        check.pop_vals(types_of(payload))
    except InvalidError:
        message = f"type mismatch: instruction requires {_show(payload)} but stack has {_show(operands)}"
        raise InvalidError(message) from None
    check.unreachable()


def _show(types: Sequence[ValType]) -> str:
    """Types as the official suite's messages have them."""
    return f"[{' '.join(type.name for type in types)}]"


@validates("throw_ref")
def validate_throw_ref(check: Checker, imm: None) -> None:
    """Takes an exception."""
    check.pop_val(EXNREF)
    check.unreachable()


@validates("try_table")
def validate_try_table(check: Checker, imm: tuple[FuncType | int, tuple[tuple[str, int | None, int], ...]]) -> None:
    """A block. What each clause catches must be what its label, seen from outside of the block, takes."""
    type, clauses = imm
    for kind, tagidx, labelidx in clauses:
        caught = () if tagidx is None else _payload(check, tagidx)
        _check_clause(check, types_of((*caught, _CAUGHT) if kind.endswith("_ref") else caught), labelidx)
    enter_block(check, _TRY_TABLE, block_type(check, type))


def _check_clause(check: Checker, caught: Types, labelidx: int) -> None:
    label = label_types(check, labelidx)
    if len(caught.list) != len(label.list):
        raise InvalidError("type mismatch: a catch clause and its label differ in the number of operands")
    # On a stack of its own: the operands there belong to the block.
    check.push_ctrl(_TRY_TABLE, caught, label)
    check.pop_ctrl()


# --- legacy


@validates("try")
def validate_try(check: Checker, imm: FuncType | int) -> None:
    """A block with handlers inside."""
    enter_block(check, _TRY, block_type(check, imm))


def _close_arm(check: Checker) -> Frame:
    frame = check.pop_ctrl()
    if frame.opcode not in (_TRY, _CATCH):
        raise InvalidError("catch found outside of a try block")
    return frame


@validates("catch")
def validate_catch(check: Checker, tagidx: int) -> None:
    """Closes the body or the handler before it; begins with the tag's payload."""
    end = _close_arm(check).end
    check.push_ctrl(_CATCH, types_of(_payload(check, tagidx)), end)


@validates("catch_all")
def validate_catch_all(check: Checker, imm: None) -> None:
    """Closes the body or the handler before it; begins with nothing."""
    end = _close_arm(check).end
    check.push_ctrl(_CATCH_ALL, types_of(()), end)


@validates("delegate")
def validate_delegate(check: Checker, labelidx: int) -> None:
    """Closes a `try` that has no handlers. The label is seen from outside of it."""
    frame = check.pop_ctrl()
    if frame.opcode != _TRY:
        raise InvalidError("delegate found outside of a try block")
    label_types(check, labelidx)
    check.push_vals(frame.end.list)


@validates("rethrow")
def validate_rethrow(check: Checker, labelidx: int) -> None:
    """Its label is that of a handler."""
    label_types(check, labelidx)
    if check.ctrls[-1 - labelidx].opcode not in (_CATCH, _CATCH_ALL):
        raise InvalidError("invalid rethrow label")
    check.unreachable()
