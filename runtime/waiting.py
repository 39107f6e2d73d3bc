"""Threads that wait at addresses of shared memories (`memory.atomic.wait`, `memory.atomic.notify`).

A waiter compares the value and enters its queue under the lock that a notifier takes too: a thread that stores, then
notifies, is never missed. Waiting is cut into short pieces, so that a call that is interrupted, out of time, or in the
main thread while Ctrl-C is pressed ends soon.
"""

from __future__ import annotations

from _thread import LockType, allocate_lock
from time import monotonic_ns

from wasmjit.light import Callable, deque

WOKEN, NOT_EQUAL, TIMED_OUT = 0, 1, 2
_PIECE_NS = 20_000_000


class WaitQueues:
    """The waiters of one shared memory, by address, in the order in which they came."""

    __slots__ = ("_lock", "_queues")

    def __init__(self) -> None:
        self._lock = allocate_lock()
        self._queues: dict[int, deque[LockType]] = {}

    def wait(self, address: int, equal: Callable[[], bool], timeout_ns: int, check: Callable[[], None]) -> int:
        """Wait until notified, unless `equal` says that the value is another: WOKEN, NOT_EQUAL or TIMED_OUT.

        A negative timeout is none. `check` is called now and then; what it raises ends the waiting.
        """
        deadline = None if timeout_ns < 0 else monotonic_ns() + timeout_ns
        ticket = allocate_lock()
        with self._lock:
            if not equal():
                return NOT_EQUAL
            ticket.acquire()
            self._queues.setdefault(address, deque()).append(ticket)
        try:
            woken = _acquire(ticket, deadline, check)
        except BaseException:
            self._leave(address, ticket)
            raise
        return WOKEN if woken or not self._leave(address, ticket) else TIMED_OUT

    def _leave(self, address: int, ticket: LockType) -> bool:
        """Take a waiter out of its queue; False if a notifier has done so already."""
        with self._lock:
            queue = self._queues.get(address)
            if queue is None or ticket not in queue:
                return False
            queue.remove(ticket)
            if not queue:
                del self._queues[address]
            return True

    def notify(self, address: int, count: int) -> int:
        """Wake up to `count` of those that wait at an address, the first first; how many there were."""
        with self._lock:
            queue = self._queues.get(address)
            woken = 0
            while queue and woken < count:
                queue.popleft().release()
                woken += 1
            if queue is not None and not queue:
                del self._queues[address]
            return woken


def _acquire(ticket: LockType, deadline_ns: int | None, check: Callable[[], None]) -> bool:
    """Whether the ticket was released before the deadline, a time of the monotonic clock."""
    while True:
        check()
        piece = _PIECE_NS if deadline_ns is None else min(_PIECE_NS, deadline_ns - monotonic_ns())
        if piece <= 0:
            return ticket.acquire(blocking=False)
        if ticket.acquire(timeout=piece / 1e9):
            return True
