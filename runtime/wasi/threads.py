"""wasi-threads: `wasi.thread-spawn`, with a Python thread for each guest thread.

A guest thread is an instance of its own of the same module, in a store of its own, so that threads run side by side:
they share the memories that are imported, and the host functions. What can't be shared between stores, such as an
imported table, makes spawning a LinkError.

The guest is one program: a trap or `proc_exit` in any of its threads ends all of them, and is what the main thread's
call raises.
"""

from __future__ import annotations

import atexit
import threading
import weakref

from wasmjit.errors import InternalError, LinkError
from wasmjit.light import TYPE_CHECKING, cast
from wasmjit.limits import MAX_GUEST_THREADS
from wasmjit.runtime.wasi.errno import Errno
from wasmjit.wasm.types import I32, FuncType

if TYPE_CHECKING:
    from wasmjit.runtime.func import FuncInstance
    from wasmjit.runtime.instance import ModuleInstance

SPAWN_TYPE = FuncType((I32,), (I32,))
_START = "wasi_thread_start"
_START_TYPE = FuncType((I32, I32), ())
_MAX_TID = (1 << 29) - 1
_PATIENCE_S = 2.0

_groups: weakref.WeakSet[ThreadGroup] = weakref.WeakSet()


class _GuestThread(threading.Thread):
    """A thread that runs one instance's start function."""

    def __init__(self, group: ThreadGroup, tid: int, instance: ModuleInstance, argument: int) -> None:
        super().__init__(name=f"wasi-thread-{tid}", daemon=True)
        self.tid = tid
        self.instance = instance
        self._group = group
        self._argument = argument

    def run(self) -> None:
        """Run to the end; what the guest ends with ends the group."""
        error: BaseException | None = None
        try:
            cast("FuncInstance", self.instance.exports[_START]).call((self.tid, self._argument))
        except BaseException as caught:  # whatever it is, the main thread's call raises it
            error = caught
        self._group.ended(self, error)


class ThreadGroup:
    """The threads of one guest. `spawn` is its `wasi.thread-spawn`."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._threads: dict[int, _GuestThread] = {}
        self._mains: dict[int, weakref.ref[ModuleInstance]] = {}
        self._last_tid = 0
        self._stopped = False
        _groups.add(self)

    def spawn(self, caller: ModuleInstance | None, argument: int) -> int:
        """Start a thread; its number, or a negative errno: EAGAIN past MAX_GUEST_THREADS, or when the guest has ended.

        Raises LinkError if the module exports no suitable `wasi_thread_start`, or imports what threads can't share.
        """
        if caller is None:
            raise InternalError("thread-spawn was called by no instance")
        instance = _new_instance(caller)
        with self._lock:
            if self._stopped or len(self._threads) >= MAX_GUEST_THREADS:
                return -Errno.AGAIN
            self._note_main(caller)
            tid = self._next_tid()
            thread = self._threads[tid] = _GuestThread(self, tid, instance, argument)
            try:
                thread.start()
            except RuntimeError:  # the system has no more threads
                del self._threads[tid]
                return -Errno.AGAIN
        return tid

    def _note_main(self, caller: ModuleInstance) -> None:
        """Remember who is no thread of ours: when it goes, or ends, its threads have to."""
        if not any(thread.instance is caller for thread in self._threads.values()):
            group = weakref.ref(self)
            key = id(caller)

            def forget(_: object) -> None:
                if (found := group()) is not None:
                    found.forget_main(key)

            self._mains[key] = weakref.ref(caller, forget)

    def forget_main(self, key: int) -> None:
        """An instance that had spawned threads is gone. Without any of them nobody can hear of the threads again."""
        with self._lock:
            self._mains.pop(key, None)
            if not self._mains:
                self.stop(None)

    def _next_tid(self) -> int:
        tid = self._last_tid
        while True:
            tid = tid % _MAX_TID + 1
            if tid not in self._threads:
                self._last_tid = tid
                return tid

    def ended(self, thread: _GuestThread, error: BaseException | None) -> None:
        """A thread has come to its end: by itself, or with an error that ends all."""
        with self._lock:
            del self._threads[thread.tid]
            if error is not None and not self._stopped:
                self.stop(error)

    def stop(self, error: BaseException | None) -> None:
        """End all threads now; `error` is what calls of the main instances raise, if any run."""
        with self._lock:
            self._stopped = True
            for thread in self._threads.values():
                thread.instance.store.hold(stopped=True)
            mains = [found for main in self._mains.values() if (found := main()) is not None]
        if error is not None:
            for main in mains:
                main.store.interrupt_with(error)

    def join(self, timeout_s: float) -> None:
        """Wait for the threads, each of them at most so long."""
        for thread in list(self._threads.values()):
            if thread is not threading.current_thread():
                thread.join(timeout_s)


def _new_instance(caller: ModuleInstance) -> ModuleInstance:
    """One more instance of the caller's module, in a store of its own."""
    start = caller.exports.get(_START)
    if start is None or start.type != _START_TYPE:
        raise LinkError(f'the module spawns a thread, but exports no function "{_START}" of type {_START_TYPE}')
    return caller.fork()


@atexit.register
def _stop_all() -> None:
    """Before Python ends: nothing may run any more when memories go."""
    groups = list(_groups)
    for group in groups:
        group.stop(None)
    for group in groups:
        group.join(_PATIENCE_S)
