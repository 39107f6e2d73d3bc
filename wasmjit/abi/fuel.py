"""What code costs in fuel: the same at every tier and on every platform.

The unit is an instruction that is executed; those that only give code its shape are free, and entering a function costs
one. A body is divided into regions, which control enters only at their beginning and nearly always leaves at their
end: there the whole region is charged. Whether there is enough is checked where a function or an iteration of a loop
begins, so what is used up may be noticed a little later.
"""

from __future__ import annotations

from collections.abc import Sequence

from wasmjit.wasm.opcodes import CODE_BY_NAME

FUNCTION = -1
"""Key of the region at the beginning of the function."""

LOOP = CODE_BY_NAME["loop"]
"""The instruction after which fuel is checked."""


def _codes(*names: str) -> frozenset[int]:
    return frozenset(CODE_BY_NAME[name] for name in names if name in CODE_BY_NAME)


_FREE = _codes("nop", "drop", "block", "loop", "unreachable", "return", "else", "end")
_BEGINNERS = _codes("loop", "if", "else", "end", "catch", "catch_all", "delegate", "br_if") | frozenset(
    code for name, code in CODE_BY_NAME.items() if name.startswith("br_on_")
)
"""Instructions after which a region begins."""


def fuel_costs(instrs: Sequence[tuple[int, object, int]]) -> dict[int, int]:
    """The costs of a decoded body's regions: `FUNCTION`'s, and others' by the offset of the instruction before them.

    Regions that cost nothing are left out, except those of loops.
    """
    costs: dict[int, int] = {}
    region, cost, kept = FUNCTION, 1, True
    for code, _, offset in instrs:
        cost += code not in _FREE
        if code in _BEGINNERS:
            if cost or kept:
                costs[region] = cost
            region, cost, kept = offset, 0, code == LOOP
    if cost or kept:
        costs[region] = cost
    return costs
