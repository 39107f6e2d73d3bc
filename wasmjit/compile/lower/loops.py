"""What can be known of an innermost loop before it is lowered: how often it runs, and which memory it goes over.

A local that ends an iteration as it began it is invariant; one that ends it by a constant further is an *induction*,
and moves by that *step*. A loop *counts* if another iteration needs a comparison to hold between values that come
closer to each other by a constant.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from wasmjit.compile.lower.affine import Affine, combine
from wasmjit.compile.lower.iteration import Access, Iteration, Test
from wasmjit.wasm.opcodes import CODE_BY_NAME

MAX_LOOP_INSTRS = 400
"""A longer loop is not looked at: one that counts is lowered twice."""

MAX_LOCALS = 1000
"""In a function with more of them no loop is looked at: states have to be compared."""

MIN_ITERATIONS = 8
"""A loop that runs less often is not worth what its checks cost."""

_MAX_STEP = 1 << 24

_LOOP, _END = CODE_BY_NAME["loop"], CODE_BY_NAME["end"]
_OPENERS = frozenset(CODE_BY_NAME[name] for name in ("block", "loop", "if"))


class Exit(NamedTuple):
    """Another iteration needs `moving` < `limit` if `step` > 0, `moving` > `limit` if `step` < 0, as they are then.

    `test` finds that out. `op` is `lt`, or `le` where equal values go on too, or `ne`: then `limit` is 0, and
    unequal values go on. `signed` says how they compare.
    """

    test: Test
    op: str
    moving: Affine
    step: int
    limit: Affine
    signed: bool


class CountedLoop(NamedTuple):
    """A loop that counts: what it ends by, its accesses, and the step of every induction."""

    exit: Exit
    accesses: list[Access]
    steps: dict[int, int]

    def step(self, value: Affine) -> int:
        """What a value changes by from one iteration to the next."""
        return _step(value, self.steps)


def innermost_loops(instrs: list[tuple[int, Any, int]]) -> dict[int, int]:
    """Loops without a loop inside and not too long: index of the instruction `loop` to that of its `end`."""
    found: dict[int, int] = {}
    opened: list[int] = []
    innermost = -1  # the loop opened last, until it ends
    for i, (code, _, _) in enumerate(instrs):
        if code in _OPENERS:
            opened.append(i)
            if code == _LOOP:
                innermost = i
        elif code == _END and opened and opened.pop() == innermost:
            if i - innermost <= MAX_LOOP_INSTRS:
                found[innermost] = i
            innermost = -1
    return found


def counted_loop(
    instrs: list[tuple[int, Any, int]], start: int, end: int, local_types: list[str]
) -> CountedLoop | None:
    """The loop between two indices of `innermost_loops`; `local_types` are LLVM's.

    None if it does not count, has an access at an index that is not affine or none that moves, goes over several
    memories, or holds anything but plain instructions.
    """
    type = instrs[start][1]
    if len(local_types) > MAX_LOCALS or isinstance(type, int):
        return None
    iteration = Iteration([Affine(0, ((x, 1),)) if llvm == "i32" else None for x, llvm in enumerate(local_types)])
    for code, imm, at in instrs[start + 1 : end]:
        if not iteration.step(code, imm, at):
            return None
    steps = _steps(iteration)
    accesses = [access for access in iteration.accesses if access is not None and _is_known(access.place, steps)]
    moving = any(_step(access.place, steps) for access in accesses)
    exit = next(_exits(iteration, steps), None)
    if exit is None or not moving or len(accesses) < len(iteration.accesses):
        return None
    if len({access.memidx for access in accesses}) > 1:
        return None
    if any(abs(_step(access.place, steps)) > _MAX_STEP for access in accesses):
        return None
    return CountedLoop(exit, accesses, steps)


def _steps(iteration: Iteration) -> dict[int, int]:
    """Steps of the locals that are inductions or invariant; the others are missing."""
    steps: dict[int, int] = {}
    for x, values in enumerate(zip(*iteration.states, strict=True)):
        value = values[0]
        if isinstance(value, Affine) and value.terms == ((x, 1),) and values.count(value) == len(values):
            steps[x] = value.const
    return steps


def _is_known(value: Affine, steps: dict[int, int]) -> bool:
    return all(x in steps for x, _ in value.terms)


def _step(value: Affine, steps: dict[int, int]) -> int:
    return sum(k * steps[x] for x, k in value.terms)


def _exits(iteration: Iteration, steps: dict[int, int]) -> Iterator[Exit]:
    tests = [*iteration.exits, *iteration.repeats] if len(iteration.repeats) == 1 else iteration.exits
    for test in tests:
        if test is not None and all(_is_known(side, steps) for side in test.holds[1:]):
            exit = _exit(test, steps)
            if exit is not None and abs(exit.step) <= _MAX_STEP:
                yield exit


def _exit(test: Test, steps: dict[int, int]) -> Exit | None:
    op, left, right = test.holds
    if op == "ne":
        difference = combine(left, right, -1)
        step = _step(difference, steps)
        return Exit(test, "ne", difference, step, Affine(0), False) if step else None
    if op[0] == "g":
        left, right = right, left
    name, signed = "le" if op[1] == "e" else "lt", op[-1] == "s"
    up, down = _step(left, steps), _step(right, steps)
    if op == "eq":
        return None
    if up > 0 and not down:
        return Exit(test, name, left, up, right, signed)
    if down < 0 and not up:
        return Exit(test, name, right, down, left, signed)
    return None
