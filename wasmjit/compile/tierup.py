"""What of a module has become hot, and gets better code.

Baseline code counts calls and iterations of loops, a function at a time, in a counter behind the module's slots. When
that is used up, it calls `hot`. The function is then compiled anew in the background, and its slot changed. If it was
in a loop, code that goes on in this loop is made first (abi/frame.py); when it is there, the counter is set to be used
up at once, so that the loop asks for it.
"""

from __future__ import annotations

import time
import weakref

from wasmjit.abi.frame import ENTRY
from wasmjit.errors import WasmError
from wasmjit.light import TYPE_CHECKING
from wasmjit.words import repeated

if TYPE_CHECKING:
    from wasmjit.compile.pack import CodePack
    from wasmjit.compile.statistics import Source
    from wasmjit.compile.tiered_module import TieredModule
    from wasmjit.compile.unit_compiler import UnitCompiler

BASE_THRESHOLD = 200_000
"""Calls and iterations after which a function may be hot."""

THRESHOLD_PER_BYTE = 100
"""So many more it takes for each byte of the body: compiling a byte takes LLVM 20 to 40 us, and a tick of baseline code
some tens of nanoseconds. So a function is worth optimising when it has run for about a tenth of what that takes."""

CALM_S, PATIENCE_S = 0.02, 1.0
"""While a program keeps calling functions for the first time, it needs the interpreter's lock more than the optimiser
does: that waits for a pause of such a length, but not for ever."""

_RESUME, _ENTER = 0, 1 << 32  # priorities: a loop that runs comes before a function that may be called again
_WAITING = 1 << 60
"""Value of a counter while code is being made: as good as endless."""

_TURNS = 16
"""How often other loops are put off for the one that is to ask for its code."""

_ANNOUNCEMENTS, _PAUSE_S = 10, 0.0005


class TierManager:
    """Of one module, which owns it. `threshold`: that of all functions, whose code is made while they wait."""

    def __init__(self, owner: TieredModule, counters: memoryview, threshold: int | None) -> None:
        self._owner = weakref.ref(owner)
        self._codes = owner.module.codes
        self._counters = counters
        self._statistics = owner.statistics
        self._waits = threshold is not None
        self._base = threshold or BASE_THRESHOLD
        self._warm: set[int] = set()
        self._asked: set[tuple[int, int]] = set()
        self._resumptions: dict[tuple[int, int], int] = {}
        self._resuming: set[int] = set()
        self._turns: dict[int, int] = {}
        counters[:] = repeated("q", self._base, len(counters))

    def hot(self, index: int, loop: int) -> int:
        """See abi.native.NativeModule."""
        address = self._resumptions.get((index, loop), 0)
        if not address and self._is_hot(index) and not self._is_anothers_turn(index):
            self._counters[index] = _WAITING
            self._ask(index, loop)
            address = self._resumptions.get((index, loop), 0)
        if address:
            self._turns.pop(index, None)
            self._counters[index] = self._base
            self._statistics.count("osr_entries")
        return address

    def _is_hot(self, index: int) -> bool:
        """Whether the function has counted as far as its size wants; all counters begin alike."""
        if self._waits or index in self._warm:
            return True
        self._warm.add(index)
        start, end = self._codes[index]
        self._counters[index] = THRESHOLD_PER_BYTE * (end - start)
        return False

    def _is_anothers_turn(self, index: int) -> bool:
        """Whether the counter was used up for a loop of the function that has not asked for its code yet."""
        left = self._turns.get(index, 0)
        if left:
            self._turns[index] = left - 1
            self._counters[index] = 1
        return left > 0

    # --- having code made

    def _ask(self, index: int, loop: int) -> None:
        wanted = [(_RESUME, loop), (_ENTER, ENTRY)] if loop != ENTRY else [(_ENTER, ENTRY)]
        for priority, place in wanted:
            if (index, place) in self._asked:
                continue
            self._asked.add((index, place))
            if place != ENTRY:
                self._resuming.add(index)
            job = _Job(self._owner, index, place)
            if self._waits:
                _make_now(job)
            else:
                start, end = self._codes[index]
                _make_later(priority + end - start, job, _Calm(self._owner))

    def finish(self, owner: TieredModule, index: int, place: int, pack: CodePack | None, source: Source) -> None:
        """Use the code that has been made, None if that went wrong. The baseline goes on then."""
        if place != ENTRY:
            self._resuming.discard(index)
        if pack is None:
            self._statistics.count("tier_up_failures")
        elif place == ENTRY:
            self._statistics.count("tier_ups")
            owner.keep(pack, source)
            self.go_on_counting(index)
        else:
            funcidx = index + owner.module.num_imported_funcs
            start = pack.starts[list(pack.funcidxs).index(funcidx)]
            self._resumptions[index, place] = owner.load(pack, "osr", resumed=funcidx).start + start
            if not self._waits:
                self._announce(index)

    def go_on_counting(self, index: int) -> None:
        """There is optimised code for calls; those that are in a loop still may want to move over."""
        if index not in self._resuming and self._counters[index] > _WAITING // 2:
            self._counters[index] = self._base

    def _announce(self, index: int) -> None:
        """Let the function ask.

        It counts without locking anything, and may write an older value over what is written here.
        """
        self._turns[index] = _TURNS
        for _ in range(_ANNOUNCEMENTS):
            self._counters[index] = 0
            time.sleep(_PAUSE_S)
            if self._counters[index] < _WAITING // 2:
                break


class _Calm:
    """How long to wait until no functions are being compiled for their first call."""

    __slots__ = ("_deadline", "_owner")

    def __init__(self, owner: weakref.ref[TieredModule]) -> None:
        self._owner = owner
        self._deadline = 0.0

    def __call__(self) -> float:
        now = time.monotonic()
        self._deadline = self._deadline or now + PATIENCE_S
        owner = self._owner()
        return 0.0 if owner is None else min(owner.last_first_call + CALM_S, self._deadline) - now


class _Job:
    """Makes code for a hot function, or for one of its loops; nothing if the module is gone, before or after."""

    __slots__ = ("_index", "_owner", "_place")

    def __init__(self, owner: weakref.ref[TieredModule], index: int, place: int) -> None:
        self._owner = owner
        self._index = index
        self._place = place

    def __call__(self) -> None:
        owner = self._owner()
        if owner is None or owner.tiers is None:
            return
        if self._place == ENTRY and owner.is_optimized(self._index):  # with a function that calls it
            owner.tiers.go_on_counting(self._index)
            return
        funcidx = self._index + owner.module.num_imported_funcs
        compiler = owner.optimizer(funcidx)
        del owner  # it may go while LLVM works
        pack = self._compile(compiler, funcidx)
        owner = self._owner()
        if owner is not None and owner.tiers is not None:
            owner.tiers.finish(owner, self._index, self._place, pack, compiler.source)

    def _compile(self, compiler: UnitCompiler, funcidx: int) -> CodePack | None:
        from wasmjit.compile.lower.resumed import Unreachable

        try:
            if self._place == ENTRY:
                return compiler.cluster(funcidx, _always)
            return compiler.resumed(funcidx, self._place)
        except (WasmError, Unreachable):
            return None


def _always(_: int) -> bool:
    """No function is compiled along but to be inlined."""
    return True


# Imported when something is hot, which is late enough. At the interpreter's end nothing can be imported any more.


def _make_now(job: _Job) -> None:
    try:
        from wasmjit.compile.worker import run_in_worker
    except ImportError:
        return
    run_in_worker(job)


def _make_later(priority: int, job: _Job, pause: _Calm) -> None:
    try:
        from wasmjit.compile.background import submit
    except ImportError:
        return
    submit(priority, job, pause)
