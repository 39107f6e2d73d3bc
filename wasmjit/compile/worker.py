"""The thread that compiles what is called for the first time.

A first call can come from deep in any stack, and LLVM needs room. One thread with a large stack serves all others, who
wait without holding the interpreter's lock. It ends before the interpreter does, as LLVM must not run while the process
tears itself down, and it pauses while the process forks.
"""

from __future__ import annotations

import atexit
import os
import threading
from _thread import allocate_lock, get_ident
from collections.abc import Callable
from queue import SimpleQueue

STACK_BYTES = 64 << 20


class _Job:
    """A call to make, and what became of it."""

    __slots__ = ("done", "error", "function")

    def __init__(self, function: Callable[[], None]) -> None:
        self.function = function
        self.error: BaseException | None = None
        self.done = allocate_lock()
        self.done.acquire()


class Worker:
    """A thread that makes calls, one after the other, in the order in which they are asked for."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._start_lock = allocate_lock()
        self._thread: threading.Thread | None = None
        self._ended = False
        self.busy = allocate_lock()
        """Held while a call is made."""

    def run(self, function: Callable[[], None]) -> None:
        """Have a call made, and wait for its end; raise what it raises. In the thread itself: make the call.

        Interrupted, by Ctrl-C for one, it returns early; the call is then made nevertheless.
        """
        if not self._start():
            function()
            return
        job = _Job(function)
        self._jobs.put(job)
        job.done.acquire()
        if job.error is not None:
            error, job.error = job.error, None
            raise error

    def _start(self) -> bool:
        """Whether there is a thread for the calls of the current one."""
        with self._start_lock:
            if self._ended or (self._thread is not None and self._thread.ident == get_ident()):
                return False
            if self._thread is None:
                try:
                    self._thread = _start_thread(self._work)
                except RuntimeError:  # no more threads, or the interpreter is ending: the caller's stack has to do
                    return False
            return True

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            self._do(job)
            del job  # else what it refers to would stay until there is another one

    def _do(self, job: _Job) -> None:
        with self.busy:
            try:
                job.function()
            except BaseException as error:
                job.error = error
        job.function = _nothing
        job.done.release()

    def end(self) -> None:
        """Finish what has been asked for, and end the thread; later calls are made by who asks."""
        with self._start_lock:
            self._ended = True
            thread = self._thread
        if thread is not None:
            self._jobs.put(None)
            thread.join()


def _nothing() -> None:
    pass


def _start_thread(target: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=target, name="wasmjit-compile", daemon=True)
    previous = threading.stack_size(STACK_BYTES)
    try:
        thread.start()
    finally:
        threading.stack_size(previous)
    return thread


_worker = Worker()


def run_in_worker(function: Callable[[], None]) -> None:
    """Make a call in the compiling thread of this process; raise what it raises."""
    _worker.run(function)


def _before_fork() -> None:
    _worker.busy.acquire()


def _after_fork_in_parent() -> None:
    _worker.busy.release()


def _after_fork_in_child() -> None:
    """The thread is not here: the next call starts one."""
    global _worker
    _worker = Worker()


os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child)
atexit.register(lambda: _worker.end())
