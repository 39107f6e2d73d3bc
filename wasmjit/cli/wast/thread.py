"""Threads of a script: `(thread ...)` runs commands in a thread of Python, `(wait ...)` asks what came of them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

_T = TypeVar("_T")


class ScriptThread(Generic[_T]):
    """A function that runs in a thread of its own."""

    def __init__(self, run: Callable[[], _T]) -> None:
        self._outcome: _T | None = None
        self._run = run
        self._thread = threading.Thread(target=self._main, daemon=True)
        self._thread.start()

    def _main(self) -> None:
        self._outcome = self._run()

    def join(self) -> _T | None:
        """Wait for it; what the function returned, None if it raised."""
        self._thread.join()
        return self._outcome
