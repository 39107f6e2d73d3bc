"""The thread that optimises while programs run.

It takes jobs in the order of their priority, and the processor when others leave it. LLVM can't be interrupted, and a
process does not wait for it at its end: the thread is left as it is, and if it is at work, the process ends before the
C++ library takes LLVM's tables away from under it. A fork waits for the job at hand.
"""

from __future__ import annotations

import atexit
import ctypes
import os
import threading
from _thread import allocate_lock
from collections.abc import Callable
from contextlib import suppress
from heapq import heappop, heappush
from itertools import count
from time import sleep

from wasmjit.compile.worker import STACK_BYTES
from wasmjit.light import TypeAlias

NICENESS = 2
"""How much it gives way to other threads. Much more would let it sleep with the GIL or LLVM's lock in its hands."""

Job: TypeAlias = Callable[[], None]
Pause: TypeAlias = Callable[[], float]
"""Says for how many seconds a job had better wait, 0 if it need not."""

_numbers = count()
"""Jobs of one priority are done in their order."""


class Background:
    """A thread that makes calls, of small `priority` first. What they raise is lost."""

    def __init__(self, pending: list[tuple[int, int, Pause, Job]] | None = None) -> None:
        self._pending = pending or []
        self._wake = threading.Semaphore(len(self._pending))
        self._lock = allocate_lock()
        self._thread: threading.Thread | None = None
        self._ended = False
        self.busy = allocate_lock()
        """Held while a call is made."""

    def submit(self, priority: int, job: Job, pause: Pause) -> None:
        """Have a call made at some time, when `pause` lets it."""
        with self._lock:
            if self._ended:
                return
            heappush(self._pending, (priority, next(_numbers), pause, job))
            if self._thread is None:
                self._start()
        self._wake.release()

    def _start(self) -> None:
        previous = threading.stack_size(STACK_BYTES)
        try:
            self._thread = threading.Thread(target=self._work, name="wasmjit-optimize", daemon=True)
            self._thread.start()
        except RuntimeError:  # no more threads, or the interpreter is ending
            self._ended, self._pending = True, []
        finally:
            threading.stack_size(previous)

    def _work(self) -> None:
        _give_way()
        while True:
            self._wake.acquire()
            while (seconds := self._pause()) > 0:
                sleep(seconds)
            with self.busy:
                job = self._take()
                if job is None:
                    return
                with suppress(Exception):
                    job()
                del job  # else what it refers to would stay until there is another one

    def _pause(self) -> float:
        with self._lock:
            pause = self._pending[0][2] if self._pending else _at_once
        return pause()

    def _take(self) -> Job | None:
        with self._lock:
            return heappop(self._pending)[3] if self._pending else None

    def forked(self) -> Background:
        """What stands for it in the child of a fork, where there is no thread."""
        child = Background(self._pending)
        child._ended = self._ended
        return child

    def end(self) -> None:
        """Make no more calls. If one is being made, the process is not to end as usual."""
        with self._lock:
            self._ended, self._pending = True, []
        if self.busy.acquire(blocking=False):
            self.busy.release()
        else:
            _end_at_once()


def _at_once() -> float:
    return 0.0


def _give_way() -> None:
    try:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)  # of a thread, on Linux
    except (OSError, AttributeError):
        return


def _end_at_once() -> None:
    """Let the process end without the destructors of its libraries, once Python has finished, with its status."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "on_exit"):
        libc.fflush(None)
        libc.on_exit(libc._exit, None)


_background = Background()


def submit(priority: int, job: Job, pause: Pause = _at_once) -> None:
    """Have a call made in the background thread of this process, of small `priority` first, when `pause` lets it."""
    _background.submit(priority, job, pause)


def _before_fork() -> None:
    _background.busy.acquire()


def _after_fork_in_parent() -> None:
    _background.busy.release()


def _after_fork_in_child() -> None:
    global _background
    _background = _background.forked()


os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child)
atexit.register(lambda: _background.end())
