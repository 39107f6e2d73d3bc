from __future__ import annotations

import pytest

from wasmjit.wasm.module import ElementSegment, Export, Global, Instr, Module
from wasmjit.wasm.opcodes import CODE_BY_NAME
from wasmjit.wasm.types import EXTERNREF, F32, FUNCREF, I32, I64, V128, FuncType, GlobalType

ONE, WIDE, REF = ("i32.const", 1), ("i64.const", 1), ("ref.null", FUNCREF)
SELECT_T = CODE_BY_NAME["select t"]


def test_locals_are_parameters_then_declared_ones(typed, refused):
    where = {"params": "i32 f32", "locals": "i64 v128"}
    typed(*[("local.get", index) for index in range(4)], results="i32 f32 i64 v128", **where)
    typed(WIDE, ("local.set", 2), **where)
    typed(WIDE, ("local.tee", 2), results="i64", **where)
    for instr in ("local.get", "local.set", "local.tee"):
        refused("unknown local 4", WIDE, (instr, 4), **where)
    refused("type mismatch: expected i64, found i32", ONE, ("local.set", 2), **where)
    refused("type mismatch: expected i64, found i32", ONE, ("local.tee", 2), **where)
    refused("type mismatch: expected i64, found nothing", ("local.tee", 2), **where)


def test_tee_makes_an_unknown_operand_known(refused):
    refused("type mismatch: expected i64, found i32", "unreachable", ("local.tee", 0), "i64.eqz", "drop", params="i32")


def test_globals(typed, refused):
    def module():
        return Module(b"", globals=[Global(GlobalType(F32), ()), Global(GlobalType(I64, True), ())])

    typed(("global.get", 0), ("global.get", 1), ("global.set", 1), results="f32", module=module())
    refused("immutable global", ("f32.const", 0), ("global.set", 0), module=module())
    refused("type mismatch", ONE, ("global.set", 1), module=module())
    refused("unknown global 2", ("global.get", 2), module=module())
    refused("unknown global 2", ONE, ("global.set", 2), module=module())


def test_drop(typed, refused):
    typed(ONE, "drop", REF, "drop")
    refused("type mismatch", "drop")
    refused("type mismatch", ONE, ("block", FuncType()), "drop", "end")


@pytest.mark.parametrize(
    ("operand", "type"), [(ONE, I32), (WIDE, I64), (("f32.const", 0), F32), (("v128.const", bytes(16)), V128)]
)
def test_select_gets_its_type(typed, operand, type):
    instrs = typed("nop", operand, operand, ONE, "select", "drop")
    assert instrs[4] == (SELECT_T, (type,), 104)
    assert [code for code, _, _ in instrs].count(SELECT_T) == 1


def test_several_selects_each_get_their_own_type(typed):
    instrs = typed(ONE, ONE, ONE, "select", WIDE, WIDE, ONE, "select", "drop", "drop")
    assert [instr[1] for instr in instrs if instr[0] == SELECT_T] == [(I32,), (I64,)]


def test_select_refuses_references_and_mixtures(refused):
    refused("type mismatch: select without a type", REF, REF, ONE, "select", "drop")
    refused("type mismatch: select between i32 and i64", ONE, WIDE, ONE, "select", "drop")
    refused("type mismatch: expected i32, found i64", ONE, ONE, WIDE, "select", "drop")
    refused("type mismatch", ONE, ONE, "select", "drop")


def test_select_in_dead_code(typed, refused):
    assert typed("unreachable", "select", "drop")[1][:2] == (CODE_BY_NAME["select"], None)
    assert typed("unreachable", WIDE, ONE, "select", "drop")[3][:2] == (SELECT_T, (I64,))
    # The operand below is the known one.
    below = typed("unreachable", WIDE, ("block", FuncType()), "unreachable", "select", "drop", "end", "drop")
    assert below[4][:2] == (CODE_BY_NAME["select"], None)
    refused("type mismatch", "unreachable", REF, ONE, "select", "drop")
    refused("type mismatch: expected f32, found i64", "unreachable", WIDE, ONE, "select", "f32.neg", "drop")
    typed("unreachable", "select", "f32.neg", "drop")
    typed("unreachable", "select", "i32.eqz", "drop")


def test_typed_select(typed, refused):
    typed(REF, REF, ONE, ("select t", (FUNCREF,)), results="funcref")
    refused("type mismatch", ONE, REF, ONE, ("select t", (FUNCREF,)), results="funcref")
    refused("invalid result arity", "unreachable", ("select t", ()))
    refused("invalid result arity", "unreachable", ("select t", (I32, I32)))


def test_ref_null_and_is_null(typed, refused):
    typed(("ref.null", EXTERNREF), results="externref")
    typed(("ref.null", EXTERNREF), "ref.is_null", results="i32")
    typed("unreachable", "ref.is_null", results="i32")
    refused("type mismatch: expected a reference, found i32", ONE, "ref.is_null", "drop")
    refused("type mismatch", "ref.is_null", "drop")


def _ref_func(index):
    return (Instr(CODE_BY_NAME["ref.func"], index, 0),)


@pytest.mark.parametrize(
    "mention",
    [
        {"exports": [Export("f", "func", 1)]},
        {"elements": [ElementSegment("declarative", FUNCREF, 0, None, (0, 1), None)]},
        {"elements": [ElementSegment("passive", FUNCREF, 0, None, None, (_ref_func(0), _ref_func(1)))]},
        {"globals": [Global(GlobalType(FUNCREF), _ref_func(1))]},
    ],
    ids=["export", "funcs", "exprs", "global"],
)
def test_ref_func_of_a_function_mentioned_outside_of_bodies(typed, mention):
    module = Module(b"", types=[FuncType()], func_typeidxs=[0, 0], **mention)
    typed(("ref.func", 1), results="funcref", module=module)


def test_ref_func_undeclared_or_unknown(refused):
    def module():
        return Module(
            b"",
            types=[FuncType()],
            func_typeidxs=[0, 0],
            start=1,
            exports=[Export("g", "global", 1), Export("f", "func", 0)],
            globals=[Global(GlobalType(I32), None), Global(GlobalType(I32), (Instr(0x41, 1, 0),))],
        )

    refused("undeclared function reference", ("ref.func", 1), "drop", module=module())
    refused("unknown function 9", ("ref.func", 9), "drop", module=module())
