"""Control instructions (spec 3.3.8)."""

from __future__ import annotations

from wasmjit.errors import InvalidError
from wasmjit.validate.checker import IF, Checker, Types, types_of
from wasmjit.validate.lookup import lookup, lookup_func, lookup_type
from wasmjit.validate.registry import validates
from wasmjit.validate.table import table_address
from wasmjit.wasm.opcodes import CODE_BY_NAME
from wasmjit.wasm.subtyping import vals_match
from wasmjit.wasm.types import I32, FuncType, is_func_ref, is_relative

_BLOCK, _LOOP, _ELSE = CODE_BY_NAME["block"], CODE_BY_NAME["loop"], CODE_BY_NAME["else"]


def block_type(check: Checker, imm: FuncType | int) -> FuncType:
    """The type that a block's immediate means. A short form that names a type becomes one with that type."""
    if isinstance(imm, int):
        return lookup_type(check.module, imm)
    if imm.results and is_relative(imm.results[0]):
        return FuncType((), (check.resolve(imm.results[0]),))
    return imm


def enter_block(check: Checker, opcode: int, type: FuncType) -> None:
    """Open a block that takes and leaves what `type` says."""
    start = types_of(type.params)
    if type.params:
        check.pop_vals(start)
    check.push_ctrl(opcode, start, types_of(type.results))


@validates("block")
def validate_block(check: Checker, imm: FuncType | int) -> None:
    """Branches to it go to its end."""
    enter_block(check, _BLOCK, block_type(check, imm))


@validates("loop")
def validate_loop(check: Checker, imm: FuncType | int) -> None:
    """Branches to it go to its start."""
    enter_block(check, _LOOP, block_type(check, imm))


@validates("if")
def validate_if(check: Checker, imm: FuncType | int) -> None:
    """Takes the condition, then is a block."""
    type = block_type(check, imm)
    check.pop_val(I32)
    enter_block(check, IF, type)


@validates("else")
def validate_else(check: Checker, imm: None) -> None:
    """Closes the `if` and starts again with what that started with."""
    frame = check.pop_ctrl()
    if frame.opcode != IF:
        raise InvalidError("else found outside of an if block")
    check.push_ctrl(_ELSE, frame.start, frame.end)


@validates("end")
def validate_end(check: Checker, imm: None) -> None:
    """Closes a frame; an `if` without `else` must leave what it takes."""
    frame = check.pop_ctrl()
    if frame.opcode == IF and not vals_match(frame.start.list, frame.end.list):
        raise InvalidError("type mismatch: if without else must leave the operands that it takes")
    if not check.ctrls and not check.at_end():
        raise InvalidError("instructions after the end of the function")
    check.push_vals(frame.end.list)


@validates("unreachable")
def validate_unreachable(check: Checker, imm: None) -> None:
    """Anything may follow."""
    check.unreachable()


def label_types(check: Checker, labelidx: int) -> Types:
    """What a branch to a label takes along."""
    if labelidx < len(check.ctrls):
        return check.ctrls[-1 - labelidx].label
    raise InvalidError(f"unknown label {labelidx}")


@validates("br")
def validate_br(check: Checker, labelidx: int) -> None:
    """Takes the label's operands."""
    check.pop_vals(label_types(check, labelidx))
    check.unreachable()


@validates("br_if")
def validate_br_if(check: Checker, labelidx: int) -> None:
    """Takes a condition and the label's operands, and leaves these."""
    check.pop_val(I32)
    label = label_types(check, labelidx)
    if label.list:
        check.apply(label, label)


@validates("br_table")
def validate_br_table(check: Checker, labels: tuple[int, ...]) -> None:
    """Every label must take what is there; the arities must agree even in dead code, the types need not."""
    check.pop_val(I32)
    default = label_types(check, labels[-1])
    # A table may repeat a label 65,000 times, and labels repeat a type: each type is compared once.
    distinct = {id(label): label for label in (label_types(check, labelidx) for labelidx in set(labels))}
    for label in distinct.values():
        if len(label.list) != len(default.list):
            raise InvalidError("type mismatch: br_table targets differ in the number of operands")
        # Dead code: an operand that is unknown stays so for the next label.
        check.push_vals(check.pop_vals(label))
    check.unreachable()


@validates("return")
def validate_return(check: Checker, imm: None) -> None:
    """Takes the function's results."""
    check.pop_vals(check.ctrls[0].end)
    check.unreachable()


@validates("call")
def validate_call(check: Checker, funcidx: int) -> None:
    """Has the function's type."""
    type = lookup_func(check.module, funcidx)
    check.apply(types_of(type.params), types_of(type.results))


@validates("call_indirect")
def validate_call_indirect(check: Checker, imm: tuple[int, int]) -> None:
    """Takes an index into a table of functions, then has the type that it names."""
    type = _indirect_type(check, imm)
    check.apply(types_of(type.params), types_of(type.results))


def _indirect_type(check: Checker, imm: tuple[int, int]) -> FuncType:
    """Take the index of an indirect call; the type that it names."""
    typeidx, tableidx = imm
    if not is_func_ref(lookup(check.module.tables, tableidx, "table").element):
        raise InvalidError("type mismatch: call_indirect needs a table of functions")
    type = lookup_type(check.module, typeidx)
    check.pop_val(table_address(check, tableidx))
    return type


def validate_tail_call(check: Checker, type: FuncType) -> None:
    """Takes a function's parameters; its results are those of the calling function, which ends here."""
    results = check.ctrls[0].end
    check.apply(types_of(type.params), types_of(type.results))
    if len(type.results) != len(results.list):
        raise InvalidError("type mismatch: a tail call must have as many results as the function")
    check.pop_vals(results)
    check.unreachable()


@validates("return_call")
def validate_return_call(check: Checker, funcidx: int) -> None:
    """A call, then a return."""
    validate_tail_call(check, lookup_func(check.module, funcidx))


@validates("return_call_indirect")
def validate_return_call_indirect(check: Checker, imm: tuple[int, int]) -> None:
    """An indirect call, then a return."""
    validate_tail_call(check, _indirect_type(check, imm))
