"""How far compiling is, on a terminal."""

from __future__ import annotations

import sys
import time

TYPE_CHECKING = False  # see wasmjit/light.py

if TYPE_CHECKING:
    from types import TracebackType


class Progress:
    """A bar on standard error: only on a terminal, only if it takes over a second; erased in the end.

    While a program runs, its functions are compiled one by one: `pause` erases the bar until there is more to do, and
    the time between does not count.
    """

    def __init__(self, label: str) -> None:
        self._label = label
        self._spent = 0.0
        self._start: float | None = None
        self._shown = False

    def __enter__(self) -> Progress:
        self._start = time.monotonic()
        return self

    def __call__(self, done: int, total: int) -> None:
        """Show that `done` of `total` is done."""
        now = time.monotonic()
        if self._start is None:
            self._start = now
        if sys.stderr.isatty() and self._spent + now - self._start > 1:
            share = done / max(total, 1)
            print(f"\r{self._label} [{'#' * round(30 * share):30}] {share:4.0%}", end="", file=sys.stderr, flush=True)
            self._shown = True

    def pause(self) -> None:
        """Nothing is compiled for now."""
        if self._start is not None:
            self._spent += time.monotonic() - self._start
            self._start = None
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
            self._shown = False

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.pause()
