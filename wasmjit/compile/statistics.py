"""What compiling has done and what it has cost. It is counted while code is made, never while code runs.

Every module has its `Statistics`, and whoever makes code of it counts there, from any thread. An engine adds up those
of its modules (`Totals`); `api/statistics.py` shows them.
"""

from __future__ import annotations

import weakref
from _thread import RLock
from time import perf_counter, thread_time

from wasmjit.light import TYPE_CHECKING, Literal, TypeAlias, TypeVar, deque

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wasmjit.wasm.module import Module

Source: TypeAlias = Literal["interp", "baseline", "O0", "O1", "O2", "O3", "Os", "osr", "cache", "file"]
"""Where code comes from: a tier, LLVM at one of its levels, LLVM for a loop that runs, the cache, a compiled file."""

SOURCE_OF_OPT: dict[str, Source] = {"0": "O0", "1": "O1", "2": "O2", "3": "O3", "s": "Os"}
"""By the level that LLVM works at."""

Counter: TypeAlias = Literal[
    "modules",
    "functions",
    "wasm_bytes",
    "no_stencil",
    "tier_ups",
    "tier_up_failures",
    "osr_entries",
    "cache_hits",
    "cache_misses",
]
"""Modules; their functions, and the bytes of these; functions that went to LLVM for want of a stencil; functions that
were replaced by better code; those for which that failed; loops that moved over while they ran; modules with and
without code in the cache."""

Phase: TypeAlias = Literal[
    "open",
    "decode",
    "validate",
    "translate",
    "stencils",
    "emit",
    "lower",
    "llvm",
    "link",
    "load",
    "cache_read",
    "cache_write",
]
"""Reading and decoding a module but for its bodies; decoding bodies, validating them; translating them to Python;
getting the stencils, joining them; lowering to IR, LLVM's work, making a pack of what it made; putting packs into the
arena; the cache."""

Snapshot: TypeAlias = tuple[dict[str, int], dict[str, list[int]], dict[str, list[float]]]
"""Counters; for each source the functions, bytes of wasm and bytes of code; for each phase seconds of the processor and
of the clock."""

_Number = TypeVar("_Number", int, float)


class Statistics:
    """Counters of one module. Finalisers may count too, whatever they interrupt: hence the kind of the lock."""

    __slots__ = ("_code", "_counts", "_lock", "_spent")

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._code: dict[str, list[int]] = {}
        self._spent: dict[str, list[float]] = {}
        self._lock = RLock()

    def count(self, what: Counter, number: int = 1) -> None:
        """Add to a counter."""
        with self._lock:
            self._counts[what] = self._counts.get(what, 0) + number

    def made(self, source: Source, functions: int, wasm_bytes: int, code_bytes: int) -> None:
        """Note code: of how many functions, the size of their bodies (0 if nobody needs to know), and its own size."""
        with self._lock:
            row = self._code.setdefault(source, [0, 0, 0])
            row[0] += functions
            row[1] += wasm_bytes
            row[2] += code_bytes

    def spend(self, phase: Phase, cpu_s: float, wall_s: float) -> None:
        """Note seconds of the processor, in the thread that did it, and of the clock."""
        with self._lock:
            row = self._spent.setdefault(phase, [0.0, 0.0])
            row[0] += cpu_s
            row[1] += wall_s

    def watch(self) -> Watch:
        """A watch that starts now, for this thread."""
        return Watch(self)

    def snapshot(self) -> Snapshot:
        """Everything that has been counted so far; it can be pickled."""
        with self._lock:
            return (
                dict(self._counts),
                {source: list(row) for source, row in self._code.items()},
                {phase: list(row) for phase, row in self._spent.items()},
            )

    def merge(self, other: Snapshot) -> None:
        """Add what has been counted elsewhere, in another process for one."""
        counts, code, spent = other
        with self._lock:
            for what, number in counts.items():
                self._counts[what] = self._counts.get(what, 0) + number
            _add_rows(self._code, code)
            _add_rows(self._spent, spent)


def _add_rows(rows: dict[str, list[_Number]], more: dict[str, list[_Number]]) -> None:
    for name, row in more.items():
        known = rows.get(name)
        rows[name] = list(row) if known is None else [a + b for a, b in zip(known, row, strict=True)]


class Watch:
    """Time by phases: each `lap` is what has passed since the one before. For one thread, where nothing else is timed
    meanwhile.
    """

    __slots__ = ("_cpu_s", "_statistics", "_wall_s")

    def __init__(self, statistics: Statistics) -> None:
        self._statistics = statistics
        self.restart()

    def restart(self) -> None:
        """Forget the time since the last lap."""
        self._wall_s, self._cpu_s = perf_counter(), thread_time()

    def lap(self, phase: Phase) -> None:
        """The time since the last lap was spent in a phase."""
        wall_s, cpu_s = perf_counter(), thread_time()
        self._statistics.spend(phase, cpu_s - self._cpu_s, wall_s - self._wall_s)
        self._wall_s, self._cpu_s = wall_s, cpu_s


class Totals:
    """The sum over modules, those that are gone included."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._sum = Statistics()
        self._known: dict[Statistics, None] = {}
        self._gone: deque[Statistics] = deque()  # finalisers add to it, at any point

    def add(self, owner: object, statistics: Statistics) -> None:
        """Take the statistics of a module in, for good. `owner` is what lives as long as its code."""
        with self._lock:
            self._fold()
            if statistics not in self._known:
                self._known[statistics] = None
                self._sum.count("modules")
                weakref.finalize(owner, self._gone.append, statistics).atexit = False

    def _fold(self) -> None:
        while self._gone:
            statistics = self._gone.popleft()
            del self._known[statistics]
            self._sum.merge(statistics.snapshot())

    def snapshot(self) -> Snapshot:
        """The sums."""
        total = Statistics()
        with self._lock:
            self._fold()
            for statistics in (self._sum, *self._known):
                total.merge(statistics.snapshot())
        return total.snapshot()


def body_bytes(module: Module, funcidxs: Iterable[int]) -> int:
    """Size of the bodies of some defined functions."""
    codes, first = module.codes, module.num_imported_funcs
    return sum(end - start for start, end in (codes[funcidx - first] for funcidx in funcidxs))
