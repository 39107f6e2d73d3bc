"""Two versions of a loop that counts: one for when none of its indices wraps, and one for everything else.

Wasm's 32-bit indices may wrap, so LLVM can tell neither that a loop goes through memory in steps nor how far apart two
accesses are, and vectorises little. The fast version addresses memory by 64-bit counters, which is right if the checks
in front of the loop hold: it runs often enough, and each group of accesses stays below 4 GiB throughout. With explicit
bounds it stays below the memory's length, so that the loop itself needs no checks: vectors and exact traps together.

A *group* are the accesses whose indices differ by constants. All of one group are relative to its lowest at the start.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from typing import Any, TypeAlias

from wasmjit.compile.lower.affine import Affine
from wasmjit.compile.lower.control import Edge, Frame, merge
from wasmjit.compile.lower.emitter import CountedAccess, Counting, Emitter
from wasmjit.compile.lower.iteration import Access
from wasmjit.compile.lower.loops import MIN_ITERATIONS, CountedLoop, Exit
from wasmjit.compile.lower.memory import is_guarded, length, memory_base

Instrs: TypeAlias = list[tuple[int, Any, int]]

_I32_END = 1 << 32
_MAX_PAIRS = 12


@dataclass(slots=True)
class _Group:
    """Accesses whose places differ by constants. `start` and `final` are the lowest place in the first and in the last
    iteration: i64 operands. `alias` is the metadata that sets the group apart from the others, `scope`
    the number of the group's own.
    """

    terms: tuple[tuple[int, int], ...]
    accesses: list[Access]
    step: int
    start: str = ""
    final: str = ""
    alias: str = ""
    scope: int | None = None

    @property
    def lowest(self) -> int:
        """The constant of the lowest place."""
        return min(access.place.const for access in self.accesses)

    @property
    def memidx(self) -> int:
        """The memory, the same for all."""
        return self.accesses[0].memidx

    @property
    def stores(self) -> bool:
        """Whether memory is written."""
        return any(access.stores for access in self.accesses)

    def distance(self, access: Access) -> int:
        """From `start` to where an access of the first iteration begins."""
        return access.place.const - self.lowest + access.offset

    @property
    def bounds(self) -> tuple[int, int]:
        """From `start` to where the accesses of the first iteration begin and end."""
        begins = [self.distance(access) for access in self.accesses]
        ends = [begin + access.size_bytes for begin, access in zip(begins, self.accesses, strict=True)]
        return min(begins), max(ends)


def lower_versioned(f: Emitter, instrs: Instrs, loop: CountedLoop, lower: Callable[[Emitter, Instrs], None]) -> None:
    """Lower the instructions of a loop, `loop` to `end`, in two versions; `lower` lowers a sequence once."""
    join = Frame("block", instrs[0][1], f.assigned[f.opened], f.new_block(), len(f.stack))
    fast, slow = f.new_block(), f.new_block()
    last, groups = _choose(f, loop, fast, slow)
    stack, env, opened = list(f.stack), list(f.env), f.opened
    for label in (fast, slow):
        f.start_block(label)
        f.stack[:], f.env[:], f.opened, f.dead_depth = stack, env, opened, 0
        f.counting = _counting(f, fast, loop, last, groups) if label == fast else None
        f.loop_hints = "" if label == fast else _no_more_versions(f)
        lower(f, instrs)
        if not f.dead_depth:
            join.edges.append(Edge(f.block, f.stack[join.height :], [f.env[x] for x in join.assigned]))
            f.line(f"br label %{join.label}")
    f.loop_hints = ""
    f.dead_depth = 0 if join.edges else 1
    if join.edges:
        merge(f, join)


def _no_more_versions(f: Emitter) -> str:
    """Metadata for the loop that is left for the rest: vectorising it too would be wasted."""
    hints = '!{!"llvm.loop.vectorize.enable", i1 false}, !{!"llvm.loop.unroll.disable"}'
    number = f.unit.next_metadata()
    f.unit.add_metadata(f"distinct !{{!{number}, {hints}}}")
    return f", !llvm.loop !{number}"


def _counting(f: Emitter, fast: str, loop: CountedLoop, last: str, groups: list[_Group]) -> Counting:
    """What lowering the fast version needs; begins it with what belongs in front of its loop."""
    number = f"%{fast}.n"
    counters = {number: 1}
    accesses: dict[int, CountedAccess] = {}
    for group in groups:
        _declare_scope(f, group)
        pointer = f.emit(f"getelementptr inbounds nuw i8, ptr {memory_base(f, group.memidx)}, i64 {group.start}")
        counter = f"%{fast}.{group.step}".replace("-", "m") if group.step else ""
        if counter:
            counters[counter] = group.step
        for access in group.accesses:
            accesses[access.at] = CountedAccess(pointer, counter, group.distance(access), group.alias)
    test = loop.exit.test
    compare = f"icmp {'ne' if test.repeats else 'eq'} i64 {number}, {last}"
    return Counting(accesses, counters, test.at, compare)


def _declare_scope(f: Emitter, group: _Group) -> None:
    """The group is apart from others while this loop runs: when it is run again, memory may be laid out otherwise."""
    if group.scope is not None:
        f.declare("declare void @llvm.experimental.noalias.scope.decl(metadata)")
        f.line(f"call void @llvm.experimental.noalias.scope.decl(metadata !{group.scope})")


# --- when the fast version is right


def _choose(f: Emitter, loop: CountedLoop, fast: str, slow: str) -> tuple[str, list[_Group]]:
    """Branch to one of the versions. Gives the number of the last iteration and the groups."""
    last, checks = _last_iteration(f, loop.exit)
    checks.append(f.emit(f"icmp uge i64 {last}, {MIN_ITERATIONS - 1}"))
    groups = _groups(loop)
    for group in groups:
        group.start = f.emit(f"zext i32 {_value(f, Affine(group.lowest, group.terms))} to i64")
        group.final = _after(f, group, last)
        checks += _stays_inside(f, group)
    checks += _set_apart(f, groups)
    holds = checks[0]
    for check in checks[1:]:
        holds = f.emit(f"and i1 {holds}, {check}")
    f.line(f"br i1 {holds}, label %{fast}, label %{slow}")
    return last, groups


def _after(f: Emitter, group: _Group, iterations: str) -> str:
    """The lowest place of a group after so many iterations, i64."""
    if not group.step:
        return group.start
    return f.emit(f"add nsw i64 {group.start}, {f.emit(f'mul nsw i64 {iterations}, {group.step}')}")


def _groups(loop: CountedLoop) -> list[_Group]:
    by_terms: dict[tuple[tuple[int, int], ...], list[Access]] = {}
    for access in loop.accesses:
        by_terms.setdefault(access.place.terms, []).append(access)
    return [_Group(terms, accesses, loop.step(accesses[0].place)) for terms, accesses in by_terms.items()]


def _stays_inside(f: Emitter, group: _Group) -> list[str]:
    """Conditions for no index of the group to wrap, and with explicit bounds for all accesses to be inside memory."""
    if is_guarded(f, f.module.memories[group.memidx]):
        reach = max(access.place.const for access in group.accesses) - group.lowest
        limit, compare = str(_I32_END), "ult"
    else:
        reach, limit, compare = group.bounds[1], length(f, group.memidx), "ule"
    highest = group.final if group.step > 0 else group.start
    end = f.emit(f"add nsw i64 {highest}, {reach}")
    checks = [f.emit(f"icmp {compare} i64 {end}, {limit}")]
    if group.step < 0:
        checks.append(f.emit(f"icmp sge i64 {group.final}, 0"))
    return checks


def _set_apart(f: Emitter, groups: list[_Group]) -> list[str]:
    """Conditions for no group to touch what another one writes, and the metadata that tells LLVM so.

    None if there are too many pairs: then LLVM makes checks of its own, or gives up.
    """
    pairs = [(a, b) for a, b in combinations(groups, 2) if a.stores or b.stores]
    if not pairs or len(pairs) > _MAX_PAIRS:
        return []
    ranges = {id(group): _range(f, group) for group in groups}
    checks = []
    for a, b in pairs:
        before = f.emit(f"icmp sle i64 {ranges[id(a)][1]}, {ranges[id(b)][0]}")
        after = f.emit(f"icmp sle i64 {ranges[id(b)][1]}, {ranges[id(a)][0]}")
        checks.append(f.emit(f"or i1 {before}, {after}"))
    _mark(f, groups)
    return checks


def _range(f: Emitter, group: _Group) -> tuple[str, str]:
    """Where all accesses of a group begin and end."""
    low, high = group.bounds
    first, last = (group.start, group.final) if group.step > 0 else (group.final, group.start)
    return f.emit(f"add nsw i64 {first}, {low}"), f.emit(f"add nsw i64 {last}, {high}")


def _mark(f: Emitter, groups: list[_Group]) -> None:
    """Give each group an alias scope, and let it be outside those of all others."""
    unit = f.unit
    domain = unit.next_metadata()
    unit.add_metadata(f"distinct !{{!{domain}}}")
    scopes = []
    for _ in groups:
        scopes.append(unit.next_metadata())
        unit.add_metadata(f"distinct !{{!{scopes[-1]}, !{domain}}}")
    for group, scope in zip(groups, scopes, strict=True):
        own, others = unit.next_metadata(), unit.next_metadata() + 1
        unit.add_metadata(f"!{{!{scope}}}")
        unit.add_metadata(f"!{{{', '.join(f'!{other}' for other in scopes if other != scope)}}}")
        group.alias = f", !alias.scope !{own}, !noalias !{others}"
        group.scope = own


def _value(f: Emitter, value: Affine) -> str:
    """An affine value as it is in front of the loop, i32."""
    total = str(value.const)
    for x, factor in value.terms:
        term = f.env[x] if factor == 1 else f.emit(f"mul i32 {f.env[x]}, {factor}")
        total = f.emit(f"add i32 {term}, {total}")
    return total if value.terms else f.emit(f"add i32 {total}, 0")


def _last_iteration(f: Emitter, exit: Exit) -> tuple[str, list[str]]:
    """The number of the iteration that the exit ends, i64 from 0, and the conditions for that to be right."""
    return _until_zero(f, exit) if exit.op == "ne" else _until_limit(f, exit)


def _until_zero(f: Emitter, exit: Exit) -> tuple[str, list[str]]:
    """The distance to 0 in steps; it must be a multiple of them."""
    moving = _value(f, exit.moving)
    if exit.step > 0:
        moving = f.emit(f"sub i32 0, {moving}")
    distance, step = f.emit(f"zext i32 {moving} to i64"), abs(exit.step)
    if step == 1:
        return distance, []
    rest = f.emit(f"urem i64 {distance}, {step}")
    return f.emit(f"udiv i64 {distance}, {step}"), [f.emit(f"icmp eq i64 {rest}, 0")]


def _until_limit(f: Emitter, exit: Exit) -> tuple[str, list[str]]:
    """The distance to the limit in steps, rounded up; the value that passes the limit must not wrap."""
    extend = "sext" if exit.signed else "zext"
    moving = f.emit(f"{extend} i32 {_value(f, exit.moving)} to i64")
    limit = f.emit(f"{extend} i32 {_value(f, exit.limit)} to i64")
    up, step = exit.step > 0, abs(exit.step)
    first, second = (limit, moving) if up else (moving, limit)
    beyond = step - 1 + (exit.op == "le")
    distance = f.emit(f"sub nsw i64 {first}, {second}")
    rounded = f.emit(f"add nsw i64 {distance}, {beyond}")
    f.declare("declare i64 @llvm.smax.i64(i64, i64)")
    ahead = f.emit(f"call i64 @llvm.smax.i64(i64 {rounded}, i64 0)")
    steps = ahead if step == 1 else f.emit(f"udiv i64 {ahead}, {step}")
    if not beyond:
        return steps, []
    farthest = f.emit(f"add nsw i64 {limit}, {beyond if up else -beyond}")
    highest = (1 << 31) - 1 if exit.signed else _I32_END - 1
    lowest = -(1 << 31) if exit.signed else 0
    return steps, [f.emit(f"icmp sle i64 {farthest}, {highest}" if up else f"icmp sge i64 {farthest}, {lowest}")]
