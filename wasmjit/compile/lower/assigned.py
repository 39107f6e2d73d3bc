"""Which locals each block assigns: the pass before lowering that makes SSA in one pass possible."""

from __future__ import annotations

from typing import Any

from wasmjit.wasm.opcodes import CODE_BY_NAME

MAX_SSA_WORK = 4_000_000
"""Values that branches and blocks may carry in one function. Past it the locals live in memory: a body built to nest
deeply over thousands of assigned locals would make phis without end."""

_ASSIGNMENTS = frozenset({CODE_BY_NAME["local.set"], CODE_BY_NAME["local.tee"]})
_END = CODE_BY_NAME["end"]
_BRANCHES = frozenset(CODE_BY_NAME[name] for name in ("br", "br_if", "br_on_null", "br_on_non_null"))
_CASTS = frozenset({CODE_BY_NAME["br_on_cast"], CODE_BY_NAME["br_on_cast_fail"]})
_TABLE = CODE_BY_NAME["br_table"]
_BLOCKS = frozenset(CODE_BY_NAME[name] for name in ("block", "loop", "if", "try"))
_TRY_TABLE, _DELEGATE = CODE_BY_NAME["try_table"], CODE_BY_NAME["delegate"]
_ENDS = frozenset((_END, _DELEGATE))
_TRIES = frozenset((CODE_BY_NAME["try"], _TRY_TABLE))
_CALLS = frozenset(
    CODE_BY_NAME[name] for name in ("call", "call_indirect", "call_ref", "throw", "throw_ref", "rethrow")
)


def assigned_locals(instrs: list[tuple[int, Any, int]]) -> list[tuple[int, ...]] | None:
    """For every block, loop and if, in the order in which they open: the locals assigned inside, ascending.

    None if carrying them would take more than `MAX_SSA_WORK`.
    """
    result: list[tuple[int, ...]] = []
    current: set[int] = set()
    opened: list[tuple[int, set[int]]] = []  # (index in result, the enclosing set)
    edges: list[int] = [0]  # branches to each open frame
    tries: list[int] = []  # for each open try, its place in `edges`
    work = 0
    for code, imm, _ in instrs:
        if code in _ASSIGNMENTS:
            current.add(imm)
        elif code in _BLOCKS or code == _TRY_TABLE:
            for _, _, label in imm[1] if code == _TRY_TABLE else ():
                edges[-1 - label] += 1
            opened.append((len(result), current))
            result.append(())
            edges.append(1)
            if code in _TRIES:
                tries.append(len(opened))
            current = set()
        elif code in _ENDS and opened:
            if tries and tries[-1] == len(opened):
                tries.pop()
            index, outer = opened.pop()
            work += len(current) * (1 + edges.pop())
            if work > MAX_SSA_WORK:
                return None
            result[index] = tuple(sorted(current))
            outer |= current
            current = outer
        elif code in _CALLS:
            if tries:
                edges[tries[-1]] += 1
        elif code in _BRANCHES:
            edges[-1 - imm] += 1
        elif code in _CASTS:
            edges[-1 - imm[0]] += 1
        elif code == _TABLE:
            for label in set(imm):
                edges[-1 - label] += 1
    return result
