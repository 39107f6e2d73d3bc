"""Which locals each block assigns: the pass before lowering that makes SSA in one pass possible."""

from __future__ import annotations

from typing import Any

from wasmjit.wasm.opcodes import CODE_BY_NAME

MAX_SSA_WORK = 4_000_000
"""Values that branches and blocks may carry in one function. Past it the locals live in memory: a body built to nest
deeply over thousands of assigned locals would make phis without end."""

_ASSIGNMENTS = frozenset({CODE_BY_NAME["local.set"], CODE_BY_NAME["local.tee"]})
_END = CODE_BY_NAME["end"]
_BRANCHES = frozenset({CODE_BY_NAME["br"], CODE_BY_NAME["br_if"]})
_TABLE = CODE_BY_NAME["br_table"]
_BLOCKS = frozenset(CODE_BY_NAME[name] for name in ("block", "loop", "if"))


def assigned_locals(instrs: list[tuple[int, Any, int]]) -> list[tuple[int, ...]] | None:
    """For every block, loop and if, in the order in which they open: the locals assigned inside, ascending.

    None if carrying them would take more than `MAX_SSA_WORK`.
    """
    result: list[tuple[int, ...]] = []
    current: set[int] = set()
    opened: list[tuple[int, set[int]]] = []  # (index in result, the enclosing set)
    edges: list[int] = [0]  # branches to each open frame
    work = 0
    for code, imm, _ in instrs:
        if code in _ASSIGNMENTS:
            current.add(imm)
        elif code in _BLOCKS:
            opened.append((len(result), current))
            result.append(())
            edges.append(1)
            current = set()
        elif code == _END and opened:
            index, outer = opened.pop()
            work += len(current) * (1 + edges.pop())
            if work > MAX_SSA_WORK:
                return None
            result[index] = tuple(sorted(current))
            outer |= current
            current = outer
        elif code in _BRANCHES:
            edges[-1 - imm] += 1
        elif code == _TABLE:
            for label in set(imm):
                edges[-1 - label] += 1
    return result
