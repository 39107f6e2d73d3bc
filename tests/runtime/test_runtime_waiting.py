"""Queues of threads that wait at addresses."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from wasmjit.runtime.waiting import NOT_EQUAL, TIMED_OUT, WOKEN, WaitQueues

FOREVER = -1


def nothing() -> None:
    pass


def start_waiters(queues: WaitQueues, address: int, count: int, outcomes: list[int]) -> list[threading.Thread]:
    """Threads that wait at an address, all of them queued when this returns."""
    queued = threading.Semaphore(0)

    def run() -> None:
        def check() -> None:  # called once the waiter is in the queue
            queued.release()

        outcomes.append(queues.wait(address, lambda: True, FOREVER, check))

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
        queued.acquire()
    return threads


def test_another_value_is_not_waited_for() -> None:
    assert WaitQueues().wait(0, lambda: False, FOREVER, nothing) == NOT_EQUAL


@pytest.mark.parametrize("timeout_ns", [0, 1, 30_000_000])
def test_time_runs_out(timeout_ns: int) -> None:
    queues = WaitQueues()
    assert queues.wait(0, lambda: True, timeout_ns, nothing) == TIMED_OUT
    assert queues.notify(0, 1) == 0, "who gave up is not counted"


def test_notify_wakes_as_many_as_it_says() -> None:
    queues, outcomes = WaitQueues(), list[int]()
    threads = start_waiters(queues, 8, 3, outcomes)
    assert queues.notify(4, 9) == 0
    assert queues.notify(8, 0) == 0
    assert queues.notify(8, 2) == 2
    assert queues.notify(8, (1 << 32) - 1) == 1
    for thread in threads:
        thread.join()
    assert outcomes == [WOKEN] * 3
    assert queues.notify(8, 1) == 0


def test_what_check_raises_ends_the_waiting() -> None:
    queues = WaitQueues()
    with pytest.raises(KeyError):
        queues.wait(0, lambda: True, FOREVER, raiser(KeyError))
    assert queues.notify(0, 1) == 0


def raiser(error: type[Exception]) -> Callable[[], None]:
    """A check that raises when it is called for the third time."""
    calls = iter([None, None])

    def check() -> None:
        try:
            next(calls)
        except StopIteration:
            raise error from None

    return check
