from __future__ import annotations

import time

import pytest

from wasmjit.wasm.module import Module
from wasmjit.wasm.types import EXTERNREF, F32, FUNCREF, I32, I64, FuncType, Limits, TableType

EMPTY = FuncType()
TO_I32 = FuncType((), (I32,))
ONE, WIDE = ("i32.const", 1), ("i64.const", 1)


@pytest.fixture
def module(func_type):
    """Types 0: [i32 i64] -> [i64 i32], 1: [] -> []; function 0 of type 0; tables of funcref and externref."""
    tables = [TableType(Limits(1), FUNCREF), TableType(Limits(1), EXTERNREF)]
    return Module(b"", types=[func_type("i32 i64", "i64 i32"), EMPTY], func_typeidxs=[0], tables=tables)


def test_block_hides_the_operands_outside(typed, refused):
    typed(ONE, ("block", EMPTY), "end", results="i32")
    refused("type mismatch: expected an operand, found nothing", ONE, ("block", EMPTY), "drop", "end")
    refused("type mismatch: expected i32, found nothing", ONE, ("block", TO_I32), "end", "drop", "drop")


def test_block_must_leave_its_results_exactly(typed, refused):
    typed(("block", TO_I32), ONE, "end", "drop")
    refused("type mismatch: expected i32, found i64", ("block", TO_I32), WIDE, "end", "drop")
    refused("type mismatch: values remain", ("block", TO_I32), ONE, ONE, "end", "drop")


def test_block_with_parameters_takes_them_from_the_stack(typed, refused, module):
    typed(ONE, WIDE, ("block", 0), "drop", "drop", WIDE, ONE, "end", results="i64 i32", module=module)
    refused("type mismatch", WIDE, WIDE, ("block", 0), "unreachable", "end", "unreachable", module=module)
    refused("type mismatch", WIDE, ("loop", 0), "unreachable", "end", "unreachable", module=module)
    refused("unknown type 9", ("block", 9), "end", module=module)


def test_branches_to_a_loop_take_its_parameters(typed, refused, module):
    typed(ONE, WIDE, ("loop", 0), ("br", 0), "end", "unreachable", module=module)
    refused(
        "type mismatch", ONE, WIDE, ("loop", 0), "drop", "drop", WIDE, ONE, ("br", 0), "end", "drop", "drop",
        module=module,
    )  # fmt: skip


def test_if_needs_a_condition_and_equal_arms(typed, refused):
    typed(ONE, ("if", TO_I32), ONE, "else", ONE, "end", "drop")
    refused("type mismatch", WIDE, ("if", EMPTY), "end")
    refused("type mismatch", ONE, ("if", TO_I32), ONE, "else", WIDE, "end", "drop")
    refused("type mismatch: if without else", ONE, ("if", TO_I32), ONE, "end", "drop")


def test_if_without_else_may_pass_its_parameters_on(typed, func_type):
    module = Module(b"", types=[func_type("i32", "i32")])
    typed(ONE, ONE, ("if", 0), "drop", ONE, "end", "drop", module=module)


def test_else_starts_with_the_parameters_again(typed, func_type):
    module = Module(b"", types=[func_type("i32", "i64")])
    typed(ONE, ONE, ("if", 0), "drop", WIDE, "else", "i64.extend_i32_u", "end", "drop", module=module)


def test_else_outside_of_if(refused):
    refused("else found outside of an if block", "else")
    refused("else found outside of an if block", ("block", EMPTY), "else", "end")
    refused("else found outside of an if block", ONE, ("if", EMPTY), "else", "else", "end")


@pytest.mark.parametrize("leave", ["unreachable", "return", ("br", 0), ("br_table", (0,))])
def test_dead_code_has_operands_of_every_type(typed, refused, leave):
    before = [ONE] if isinstance(leave, tuple) and leave[0] == "br_table" else []
    typed(*before, leave, "i32.add", "i64.extend_i32_u", "drop", "drop", "select", "drop")
    typed(*before, leave, "f32.add", ("block", TO_I32), ONE, "end", ("br_if", 0), "drop")
    refused("type mismatch: expected f32, found i32", *before, leave, "i32.eqz", "f32.neg", "drop")
    refused("type mismatch: expected i32, found i64", *before, leave, WIDE, "i32.eqz", "drop")
    refused("type mismatch: values remain", *before, leave, ONE)


def test_dead_code_ends_with_its_block(typed, refused):
    refused("type mismatch", ("block", EMPTY), "unreachable", "end", "drop")
    refused("type mismatch", "unreachable", ("block", EMPTY), "drop", "end")
    typed("unreachable", ("block", EMPTY), "end", "drop")


def test_branch_labels(typed, refused):
    typed(("block", TO_I32), ONE, ("br", 0), "end", "drop")
    typed(("block", TO_I32), WIDE, ONE, ("br", 0), "end", "drop")
    typed(ONE, ("br", 0), results="i32")
    refused("type mismatch", ("block", TO_I32), WIDE, ("br", 0), "end", "drop")
    refused("unknown label 1", ("br", 1))
    refused("unknown label 1", ONE, ("br_if", 1))
    refused("unknown label 3", ONE, ("br_table", (0, 3, 0)))
    refused("unknown label 3", ONE, ("br_table", (0, 3)))


def test_br_if_leaves_what_it_takes(typed, refused):
    typed(("block", TO_I32), ONE, ONE, ("br_if", 0), "end", "drop")
    refused("type mismatch", ("block", TO_I32), WIDE, ONE, ("br_if", 0), "drop", ONE, "end", "drop")
    refused("type mismatch", WIDE, ("br_if", 0))
    # In dead code it makes unknown operands known.
    refused("type mismatch", ("block", TO_I32), "unreachable", ("br_if", 0), "i64.eqz", "end", "drop")


def test_br_table_targets(typed, refused):
    typed(("block", TO_I32), ("block", TO_I32), ONE, ONE, ("br_table", (0, 1, 0)), "end", "end", "drop")
    refused("type mismatch", ("block", TO_I32), ONE, ONE, ("br_table", (0, 1)), "end", "drop")
    refused("type mismatch", ("block", TO_I32), ONE, WIDE, ("br_table", (0,)), "end", "drop")
    wide = FuncType((), (I64,))
    mixed = [("block", TO_I32), ("block", wide), WIDE, ONE, ("br_table", (0, 1)), "end", "drop", ONE, "end", "drop"]
    refused("type mismatch: expected i32, found i64", *mixed)


def test_br_table_in_dead_code_needs_equal_arity_only(typed, refused):
    narrow = FuncType((), (F32,))
    inner = ["unreachable", ("br_table", (0, 1, 1)), "end", "drop", ("f32.const", 0), "end", "drop"]
    typed(("block", narrow), ("block", TO_I32), *inner)
    refused("type mismatch: br_table", ("block", EMPTY), ("block", TO_I32), *inner[:4], "end")


def test_return_takes_the_results_wherever_it_stands(typed, refused):
    typed(("block", EMPTY), WIDE, ONE, "return", "end", ONE, results="i32")
    refused("type mismatch", WIDE, "return", results="i32")
    refused("type mismatch", "return", results="i32")
    refused("type mismatch", ("block", EMPTY), "return", "end", ONE, results="i32")


def test_call(typed, refused, module):
    typed(ONE, WIDE, ("call", 0), results="i64 i32", module=module)
    refused("type mismatch: expected i32, found nothing", WIDE, ("call", 0), "drop", "drop", module=module)
    refused("unknown function 99", ("call", 99), module=module)


def test_call_indirect(typed, refused, module):
    typed(ONE, WIDE, ONE, ("call_indirect", (0, 0)), results="i64 i32", module=module)
    refused("type mismatch", ONE, WIDE, WIDE, ("call_indirect", (0, 0)), results="i64 i32", module=module)
    refused("type mismatch: call_indirect needs", ONE, ("call_indirect", (1, 1)), module=module)
    refused("unknown table 2", ONE, ("call_indirect", (1, 2)), module=module)
    refused("unknown type 99", ONE, ("call_indirect", (99, 0)), module=module)


def test_br_table_takes_linear_time(typed):
    # All targets the same; and as many labels as the nesting of 1,000 gives, each of 1,000 operands.
    typed(ONE, ("br_table", (0,) * 65_001))
    module = Module(b"", types=[FuncType((), (I32,) * 1000)])
    code = [*[("block", 0)] * 1000, *[ONE] * 1001, ("br_table", tuple(range(1000)) * 65)]
    start = time.process_time()
    typed(*code, *["end"] * 1000, "unreachable", module=module)
    assert time.process_time() - start < 3
