"""Waiting for the host's descriptors, no longer than the calls of this thread may take.

When their time is up the host call returns EINTR; the guest does not see it, the engine stops it there (CallTimeout).
"""

from __future__ import annotations

from wasmjit.runtime.deadline import time_left_ns
from wasmjit.runtime.wasi.errno import Errno, WasiError

POLLIN, POLLOUT = 1, 4  # as `select` has them
_MS = 1_000_000
LONGEST_WAIT_NS = 3600 * 1_000_000_000
"""One system call; whoever waits goes on waiting."""


def shortened_ns(limit_ns: int | None) -> int:
    """`limit_ns`, or what is left of the time of this thread's calls, or `LONGEST_WAIT_NS`. EINTR if it is up."""
    left_ns = time_left_ns()
    if left_ns is not None and left_ns <= 0:
        raise WasiError(Errno.INTR)
    return min(ns for ns in (limit_ns, left_ns, LONGEST_WAIT_NS) if ns is not None)


def to_ms(limit_ns: int) -> int:
    """In ms, rounded up: never a little too early."""
    return -(-limit_ns // _MS)


def wait_for(fd: int, event: int, limit_ms: int | None = None) -> bool:
    """Wait until `fd` is ready for `POLLIN` or `POLLOUT`; whether it is before the limit. EINTR.

    Signals are handled meanwhile, so Ctrl-C ends it.
    """
    import select

    poller = select.poll()
    poller.register(fd, event)
    if limit_ms is not None:
        return bool(poller.poll(to_ms(shortened_ns(limit_ms * _MS)) if limit_ms else 0))
    while not poller.poll(to_ms(shortened_ns(None))):
        continue
    return True


def wait_if_limited(fd: int, event: int) -> None:
    """Before a system call that could wait: `wait_for`, if there is a limit to what this thread's calls may take."""
    if time_left_ns() is not None:
        wait_for(fd, event)
