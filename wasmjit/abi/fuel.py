"""What code costs in fuel: the same at every tier and on every platform.

The unit is an instruction. A function's cost is charged when it is entered, a loop's at the beginning of every
iteration: the number of instructions in its body, those in inner loops left to these. So what is not executed in
between, the other arm of an `if` for one, is paid for too, and a call costs what the callee charges.
"""

from __future__ import annotations

from collections.abc import Sequence

from wasmjit.wasm.opcodes import CODE_BY_NAME

FUNCTION = -1
"""Key of the cost of the function itself."""

_LOOP = CODE_BY_NAME["loop"]
_END = CODE_BY_NAME["end"]
_OPENERS = frozenset(CODE_BY_NAME[name] for name in ("block", "loop", "if", "try_table", "try") if name in CODE_BY_NAME)


def fuel_costs(instrs: Sequence[tuple[int, object, int]]) -> dict[int, int]:
    """The costs of a decoded body: `FUNCTION`'s, and each loop's by the offset of its instruction."""
    costs = {FUNCTION: 0}
    regions = [FUNCTION]
    for code, _, offset in instrs:
        costs[regions[-1]] += 1
        if code in _OPENERS:
            regions.append(offset if code == _LOOP else regions[-1])
            costs.setdefault(regions[-1], 0)
        elif code == _END:
            regions.pop()
    return costs
