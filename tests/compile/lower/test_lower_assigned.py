"""Which locals a block assigns."""

from __future__ import annotations

from typing import Any

from wasmjit.compile.lower.assigned import MAX_SSA_WORK, assigned_locals
from wasmjit.wasm.opcodes import CODE_BY_NAME
from wasmjit.wasm.types import FuncType

EMPTY = FuncType()


def instrs(*rows: tuple[str, Any] | str) -> list[tuple[int, Any, int]]:
    pairs = [(row, None) if isinstance(row, str) else row for row in rows]
    return [(CODE_BY_NAME[name], imm, offset) for offset, (name, imm) in enumerate(pairs)]


def test_inner_assignments_belong_to_every_enclosing_block() -> None:
    body = instrs(
        ("local.set", 9),
        ("block", EMPTY),
        ("local.set", 2),
        ("loop", EMPTY),
        ("local.tee", 1),
        "end",
        "end",
        ("if", EMPTY),
        ("local.set", 4),
        "else",
        ("local.set", 3),
        "end",
        "end",
    )
    assert assigned_locals(body) == [(1, 2), (1,), (3, 4)]


def test_deep_nesting_without_assignments_is_cheap() -> None:
    depth = 50_000
    body = instrs(*[("block", EMPTY)] * depth, *["end"] * (depth + 1))
    assert assigned_locals(body) == [()] * depth


def test_deep_nesting_over_many_locals_is_refused() -> None:
    depth, num_locals = 50_000, 1_000
    assert depth * num_locals > MAX_SSA_WORK
    sets = [("local.set", x) for x in range(num_locals)]
    body = instrs(*[("block", EMPTY)] * depth, *sets, *["end"] * (depth + 1))
    assert assigned_locals(body) is None


def test_branches_that_carry_many_locals_count() -> None:
    sets = [("local.set", x) for x in range(2_000)]
    branches = [("br_if", 0)] * 3_000
    assert assigned_locals(instrs(("block", EMPTY), *sets, *branches, "end", "end")) is None
    tables = [("br_table", (0,) * 3_000)]  # one edge: repeated targets share it
    assert assigned_locals(instrs(("block", EMPTY), *sets, *tables, "end", "end")) is not None
