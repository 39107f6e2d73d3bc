from __future__ import annotations

import pytest

from wasmjit.wasm.module import ElementSegment, Module
from wasmjit.wasm.types import EXTERNREF, FUNCREF, Limits, TableType

ONE, WIDE = ("i32.const", 1), ("i64.const", 1)
FUNC, EXTERN = ("ref.null", FUNCREF), ("ref.null", EXTERNREF)


@pytest.fixture
def module():
    """Tables and segments 0: funcref, 1: externref, 2: externref."""
    types = (FUNCREF, EXTERNREF, EXTERNREF)
    return Module(
        b"",
        tables=[TableType(Limits(1), type) for type in types],
        elements=[ElementSegment("passive", type, 0, None, None, ()) for type in types],
    )


VALID = [
    ([ONE, ("table.get", 1)], "externref"),
    ([ONE, EXTERN, ("table.set", 1)], ""),
    ([("table.size", 1)], "i32"),
    ([EXTERN, ONE, ("table.grow", 1)], "i32"),
    ([ONE, EXTERN, ONE, ("table.fill", 1)], ""),
    ([ONE, ONE, ONE, ("table.copy", (0, 0))], ""),
    ([ONE, ONE, ONE, ("table.copy", (1, 2))], ""),
    ([ONE, ONE, ONE, ("table.init", (2, 1))], ""),
    ([("elem.drop", 2)], ""),
]


@pytest.mark.parametrize(("code", "results"), VALID, ids=lambda value: str(value[-1]) if value else "")
def test_operands(typed, refused, module, code, results):
    typed(*code, results=results, module=module)
    *operands, instr = code
    refused("type mismatch", *code, results=results + " i64", module=module)
    for index, operand in enumerate(operands):
        for wrong in {ONE, WIDE, FUNC, EXTERN} - {operand}:
            changed = [*operands[:index], wrong, *operands[index + 1 :]]
            refused("type mismatch", *changed, instr, results=results, module=module)
        refused("type mismatch", *operands[:index], *operands[index + 1 :], instr, results=results, module=module)


@pytest.mark.parametrize("name", ["table.get", "table.set", "table.size", "table.grow", "table.fill"])
def test_unknown_table(refused, module, name):
    refused("unknown table 3", "unreachable", (name, 3), module=module)


@pytest.mark.parametrize(
    ("instr", "message"),
    [
        (("table.copy", (3, 0)), "unknown table 3"),
        (("table.copy", (0, 3)), "unknown table 3"),
        (("table.copy", (0, 1)), "type mismatch"),
        (("table.copy", (1, 0)), "type mismatch"),
        (("table.init", (0, 3)), "unknown table 3"),
        (("table.init", (3, 0)), "unknown elem segment 3"),
        (("table.init", (0, 1)), "type mismatch"),
        (("table.init", (1, 0)), "type mismatch"),
        (("elem.drop", 3), "unknown elem segment 3"),
    ],
)
def test_indices(refused, module, instr, message):
    refused(message, ONE, ONE, ONE, instr, module=module)
