"""Sources of time for a guest: the host's clocks, or one that only moves when the guest sleeps."""

from __future__ import annotations

import time

from wasmjit.light import TYPE_CHECKING, Protocol
from wasmjit.runtime.wasi.errno import Errno, WasiError
from wasmjit.runtime.wasi.layout import CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME, CLOCK_REALTIME, CLOCK_THREAD_CPUTIME
from wasmjit.runtime.wasi.waiting import shortened_ns, to_ms

if TYPE_CHECKING:
    import select

_HOST_CLOCKS = {
    CLOCK_REALTIME: time.CLOCK_REALTIME,
    CLOCK_MONOTONIC: time.CLOCK_MONOTONIC,
    CLOCK_PROCESS_CPUTIME: time.CLOCK_PROCESS_CPUTIME_ID,
    CLOCK_THREAD_CPUTIME: time.CLOCK_THREAD_CPUTIME_ID,
}
_NS = 1_000_000_000
_END_OF_TIME_NS = (1 << 64) - 1  # what a guest's timestamp can hold

Ready = list[tuple[int, int]]
"""What `select.poll` returns: host descriptors and their events."""


class Clocks(Protocol):
    """What clock_time_get, clock_res_get and poll_oneoff need."""

    def now_ns(self, clock: int) -> int:
        """Time of a clock. EINVAL if there is none with that id."""

    def resolution_ns(self, clock: int) -> int:
        """Its resolution. EINVAL as above."""

    def wait(self, poller: select.poll | None, timeout_ns: int | None) -> Ready:
        """Wait for descriptors or time; may come back early with nothing. None: no time limit.

        EINTR if the time of this thread's calls is up.
        """


def _host_clock(clock: int) -> int:
    try:
        return _HOST_CLOCKS[clock]
    except KeyError:
        raise WasiError(Errno.INVAL) from None


class HostClocks:
    """The clocks of the host."""

    def now_ns(self, clock: int) -> int:
        """Time of a clock."""
        return time.clock_gettime_ns(_host_clock(clock))

    def resolution_ns(self, clock: int) -> int:
        """Resolution of a clock, 1 at least."""
        return max(1, round(time.clock_getres(_host_clock(clock)) * _NS))

    def wait(self, poller: select.poll | None, timeout_ns: int | None) -> Ready:
        """Wait. Signals are handled meanwhile, so Ctrl-C ends it."""
        limit_ns = shortened_ns(timeout_ns)
        if poller is None:
            time.sleep(limit_ns / _NS)
            return []
        return poller.poll(to_ms(limit_ns))


class FrozenClocks:
    """Every clock shows the same time, which moves on by what the guest sleeps and by nothing else.

    Sleeping takes no time. Runs with it are reproducible.
    """

    def __init__(self, start_ns: int) -> None:
        self._now_ns = start_ns

    def now_ns(self, clock: int) -> int:
        """The one time there is."""
        _host_clock(clock)
        return self._now_ns

    def resolution_ns(self, clock: int) -> int:
        """One nanosecond."""
        _host_clock(clock)
        return 1

    def wait(self, poller: select.poll | None, timeout_ns: int | None) -> Ready:
        """Return what is ready; if nothing is, let the time pass, or wait really if there is no limit."""
        ready = poller.poll(0) if poller else []
        if ready or timeout_ns == 0:
            return ready
        if timeout_ns is None:
            return HostClocks().wait(poller, None)
        self._now_ns = min(self._now_ns + timeout_ns, _END_OF_TIME_NS)
        return []
