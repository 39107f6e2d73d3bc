"""Which locals live in registers throughout a function.

There is no allocation over time: a local has one home. Those that are used most get registers, where a use counts
eightfold for each loop around it. Calls leave only one register alone, so that a home in another has to be loaded again
after each call; and since it is in its slot as well by then, every assignment is a store too (`through`).
"""

from __future__ import annotations

from collections.abc import Sequence

from wasmjit.binary.code import RawInstr
from wasmjit.compile.baseline.locations import CALL_INTEGERS, CALL_VECTORS, INTEGERS, PRESERVED, VECTORS
from wasmjit.light import NamedTuple
from wasmjit.wasm.opcodes import CODE_BY_NAME, PREFIX_SHIFT

LOOP_WEIGHT = 8
MAX_WEIGHT = LOOP_WEIGHT**4

_GET = CODE_BY_NAME["local.get"]
_ASSIGNMENTS = frozenset(CODE_BY_NAME[name] for name in ("local.set", "local.tee"))
_LOOP, _END = CODE_BY_NAME["loop"], CODE_BY_NAME["end"]
_OPENERS = frozenset(CODE_BY_NAME[name] for name in ("block", "if", "try", "try_table"))
_CALLS = frozenset(
    CODE_BY_NAME[name]
    for name in (
        *("call", "call_indirect", "call_ref", "memory.grow", "memory.fill", "memory.copy", "memory.init", "data.drop"),
        *("table.set", "table.grow", "table.fill", "table.copy", "table.init", "elem.drop"),
    )
)
"""Instructions that lose registers."""
_GLOBAL_SET = CODE_BY_NAME["global.set"]
_COUNTED = frozenset((_LOOP, _END, _GLOBAL_SET)) | _ASSIGNMENTS | _OPENERS | _CALLS
_FIRST_PREFIXED = 1 << PREFIX_SHIFT

_INTEGERS = INTEGERS
_VECTORS = VECTORS[:5]  # instructions with three vector operands take the last one


class Uses(NamedTuple):
    """How often a body uses what, weighted: reads and assignments by local, and calls. `prefixed` are its opcodes that
    have a prefix, but for those that count as calls.
    """

    reads: list[int]
    writes: list[int]
    calls: int
    prefixed: set[int]


class Pinning(NamedTuple):
    """The registers of locals, by local; whether their slots are kept up to date, as calls need it."""

    registers: dict[int, int]
    through: bool


def count_uses(instrs: Sequence[RawInstr], num_locals: int, host_globals: frozenset[int]) -> Uses:
    """Count in one pass. Assignments to `host_globals` are calls."""
    reads, writes, calls = [0] * num_locals, [0] * num_locals, 0
    weight, weights = 1, [1]
    prefixed: set[int] = set()
    for code, imm, _ in instrs:
        if code == _GET:
            reads[imm] += weight
        elif code in _COUNTED:
            if code in _ASSIGNMENTS:
                writes[imm] += weight
            elif code == _END:
                weight = weights.pop()
            elif code in _OPENERS:
                weights.append(weight)
            elif code == _LOOP:
                weights.append(weight)
                weight = min(weight * LOOP_WEIGHT, MAX_WEIGHT)
            elif code != _GLOBAL_SET or imm in host_globals:
                calls += weight
        elif code >= _FIRST_PREFIXED:
            prefixed.add(code)
    return Uses(reads, writes, calls, prefixed)


def pin_locals(uses: Uses, in_vectors: Sequence[bool], num_params: int) -> Pinning:
    """Give registers to the locals that gain by one, in the order of their gain."""
    reads, writes, calls, _ = uses
    arrivals = _arrivals(in_vectors, num_params)
    gains = [(reads[x] + writes[x], x) for x in range(len(reads))]
    gains = sorted([(gain, x) for gain, x in gains if gain > (x not in arrivals)], reverse=True)
    free = {False: list(_INTEGERS), True: list(_VECTORS)}
    registers: dict[int, int] = {}
    for _, x in gains:
        candidates = free[in_vectors[x]]
        if calls and reads[x] <= calls + calls // 2:  # a reload at each call, a store at each assignment
            candidates = [register for register in PRESERVED if register in candidates]
        if not candidates:
            continue
        register = arrivals[x] if arrivals.get(x) in candidates else candidates[0]
        free[in_vectors[x]].remove(register)
        registers[x] = register
    return Pinning(registers, calls > 0)


def _arrivals(in_vectors: Sequence[bool], num_params: int) -> dict[int, int]:
    """The registers in which parameters arrive where all of them arrive in registers."""
    integers, vectors = iter(CALL_INTEGERS), iter(CALL_VECTORS)
    arrivals: dict[int, int] = {}
    for x in range(num_params):
        register = next(vectors if in_vectors[x] else integers, None)
        if register is not None:
            arrivals[x] = register
    return arrivals
