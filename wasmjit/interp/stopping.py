"""What ends the calls of a store before they end by themselves: fuel, deadlines, interrupts.

Translated code looks at `due` where an iteration of a loop begins, or a function that calls others. It is a hint:
`check` decides. A timer's thread sets it when the time of a call is up, any thread when it interrupts.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from operator import index
from typing import NoReturn

from wasmjit.abi.traps import TrapCode
from wasmjit.interp.scalars import trap

_EARLY_NS = 1_000_000
"""How much too early a timer may be."""


class HostError(Exception):
    """Carries what a host function raised through translated code, whose own errors mean traps."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


class Stopping:
    """Part of a store. `time_left_ns` says how long the calls of this thread may still take; None is no limit."""

    def __init__(self, time_left_ns: Callable[[], int | None], *, has_fuel: bool) -> None:
        self.due = False
        """Whether there may be something to stop for."""
        self.fuel_left = 0
        """Negative if more has been consumed than there was."""
        self._has_fuel = has_fuel
        self._time_left_ns = time_left_ns
        self._once = self._always = False
        self._reason: BaseException | None = None
        self._owner = 0

    # --- fuel

    @property
    def fuel(self) -> int:
        """Fuel that is left. Raises ValueError if code consumes none."""
        self._need_fuel()
        return max(self.fuel_left, 0)

    @fuel.setter
    def fuel(self, fuel: int) -> None:
        self._need_fuel()
        fuel = index(fuel)
        if not 0 <= fuel < 1 << 63:
            raise ValueError(f"fuel must be from 0 to 2**63 - 1, not {fuel}")
        self.fuel_left = fuel

    def _need_fuel(self) -> None:
        if not self._has_fuel:
            raise ValueError("the store's engine was made without fuel=True")

    def out_of_fuel(self) -> NoReturn:
        """For translated code."""
        raise trap(TrapCode.OUT_OF_FUEL)

    # --- calls

    def begin(self) -> threading.Timer | None:
        """A call begins: what watches over its time. Raises what a store raises that is held."""
        self._owner = threading.get_ident()
        if self.due:
            self.check()
        left_ns = self._time_left_ns()
        if left_ns is None:
            return None
        if left_ns <= 0:
            self.due = True
            return None
        timer = threading.Timer(left_ns / 1e9, self._time_is_up)
        timer.daemon = True
        timer.start()
        return timer

    def end(self, timer: threading.Timer | None, *, outermost: bool) -> None:
        """The call ends."""
        if timer is not None:
            timer.cancel()
        if outermost:
            self._owner = 0
            self._once = False
            self._reason = None

    def _time_is_up(self) -> None:
        self.due = True

    def check(self) -> None:
        """Raise what the running call is to end with, if it is to."""
        self.due = self._always
        if self._once or self._always:
            self._once = False
            reason, self._reason = self._reason, None
            raise trap(TrapCode.INTERRUPT) if reason is None else HostError(reason)
        left_ns = self._time_left_ns()
        if left_ns is not None and left_ns < _EARLY_NS:
            raise trap(TrapCode.TIMEOUT)

    # --- other threads

    def this_thread(self) -> int:
        """What `interrupt` knows this thread by."""
        return threading.get_ident()

    def interrupt(self, thread: int | None = None) -> bool:
        """Stop what runs in the store now, from any thread: Interrupted. Whether something does run (in `thread`)."""
        owner = self._owner
        if not owner or owner != (thread or owner):
            return False
        self._once = self.due = True
        return True

    def interrupt_with(self, error: BaseException) -> None:
        """Stop what runs in the store now, if anything does, with an exception in place of Interrupted."""
        self._reason = error
        if not self.interrupt():
            self._reason = None

    def hold(self, stopped: bool) -> None:
        """Stop what runs in the store now and whatever tries to, or let things run again. From any thread."""
        self._always = self.due = stopped
        if not stopped:
            self.due = self._once
