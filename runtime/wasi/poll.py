"""poll_oneoff: waiting for clocks and descriptors together."""

from __future__ import annotations

import select
from collections import defaultdict
from typing import NamedTuple

from wasmjit.runtime.wasi.clocks import Ready
from wasmjit.runtime.wasi.descriptor import Descriptor
from wasmjit.runtime.wasi.errno import Errno, WasiError
from wasmjit.runtime.wasi.layout import (
    CLOCK_MONOTONIC,
    CLOCK_REALTIME,
    EVENT,
    EVENT_HANGUP,
    EVENTTYPE_CLOCK,
    EVENTTYPE_FD_READ,
    EVENTTYPE_FD_WRITE,
    SUBCLOCK_ABSTIME,
    SUBSCRIPTION,
    SUBSCRIPTION_CLOCK,
)
from wasmjit.runtime.wasi.memory import U32, check_span, span
from wasmjit.runtime.wasi.registry import PREVIEW_0, PREVIEW_1, wasi
from wasmjit.runtime.wasi.state import State

SUBSCRIPTIONS_MAX = 1 << 16
_UNION = 16  # offset of what depends on the tag


class Layout(NamedTuple):
    """How a preview lays out subscriptions: record size, and offset of the clock's members."""

    size: int
    clock: int


LAYOUT_1 = Layout(48, _UNION)
LAYOUT_0 = Layout(56, _UNION + 8)


class Event(NamedTuple):
    """What is written for a subscription that has come true, or that can't be waited for."""

    userdata: int
    error: Errno
    type: int
    size: int = 0
    flags: int = 0


class Timer(NamedTuple):
    """A clock subscription: fires when `clock` shows `deadline_ns`."""

    userdata: int
    clock: int
    deadline_ns: int


class FdWait(NamedTuple):
    """A descriptor subscription."""

    userdata: int
    type: int
    entry: Descriptor

    @property
    def mask(self) -> int:
        """What to ask `select.poll` for."""
        return select.POLLIN if self.type == EVENTTYPE_FD_READ else select.POLLOUT

    def event(self, host_events: int) -> Event:
        """The event, once ready. A hangup is told; what else is wrong shows when the guest reads or writes."""
        size = self.entry.readable_bytes() if self.type == EVENTTYPE_FD_READ else 0
        return Event(
            self.userdata,
            Errno.BADF if host_events & select.POLLNVAL else Errno.SUCCESS,
            self.type,
            size,
            EVENT_HANGUP if host_events & select.POLLHUP else 0,
        )


@wasi("poll_oneoff", "i32 i32 i32 i32 -> i32", modules=(PREVIEW_1,))
def poll_oneoff(state: State, memory: memoryview, subscriptions: int, events: int, count: int, written: int) -> None:
    """Wait until at least one of `count` subscriptions comes true; write an event for each that has, and how many.

    Clocks fire at a time, or after one; descriptors when reading or writing would not wait. One that can't be waited
    for comes true at once, its event has the error: EBADF (no such descriptor), EINVAL (no such clock), ENOTSUP
    (a CPU time clock). Ctrl-C ends the wait.

    * EINVAL: there are none, there are more than 65,536, or one has an unknown tag
    * EFAULT: a pointer is outside of memory
    """
    _poll(state, memory, subscriptions, events, count, written, LAYOUT_1)


@wasi("poll_oneoff", "i32 i32 i32 i32 -> i32", modules=(PREVIEW_0,))
def poll_oneoff_0(state: State, memory: memoryview, subscriptions: int, events: int, count: int, written: int) -> None:
    """`poll_oneoff` of preview 0."""
    _poll(state, memory, subscriptions, events, count, written, LAYOUT_0)


def _poll(
    state: State, memory: memoryview, subscriptions: int, events: int, count: int, written: int, layout: Layout
) -> None:
    if not 0 < count <= SUBSCRIPTIONS_MAX:
        raise WasiError(Errno.INVAL)
    source = span(memory, subscriptions, layout.size * count)
    check_span(memory, events, EVENT.size * count)
    check_span(memory, written, 4)
    waits = _Waits(state)
    for i in range(count):
        waits.subscribe(source[layout.size * i : layout.size * (i + 1)], layout)
    found = waits.run()
    for i, event in enumerate(found):
        EVENT.pack_into(memory, events + EVENT.size * i, *event)
    U32.pack_into(memory, written, len(found))


class _Waits:
    """The subscriptions of one call, sorted by what it takes to wait for them."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.clocks = state.clocks
        self.timers: list[Timer] = []
        self.waiting: dict[int, list[FdWait]] = defaultdict(list)  # by host descriptor
        self.found: list[Event] = []

    def subscribe(self, record: memoryview, layout: Layout) -> None:
        userdata, tag = SUBSCRIPTION.unpack_from(record, 0)
        try:
            if tag == EVENTTYPE_CLOCK:
                self.subscribe_clock(userdata, *SUBSCRIPTION_CLOCK.unpack_from(record, layout.clock))
            elif tag in (EVENTTYPE_FD_READ, EVENTTYPE_FD_WRITE):
                self.subscribe_fd(userdata, tag, _unpack_fd(record))
            else:
                raise ValueError
        except WasiError as error:
            self.found.append(Event(userdata, error.errno, tag))
        except ValueError:
            raise WasiError(Errno.INVAL) from None

    def subscribe_clock(self, userdata: int, clock: int, timeout: int, precision: int, flags: int) -> None:
        now_ns = self.clocks.now_ns(clock)
        if clock not in (CLOCK_REALTIME, CLOCK_MONOTONIC):
            raise WasiError(Errno.NOTSUP)
        deadline_ns = timeout if flags & SUBCLOCK_ABSTIME else now_ns + timeout
        self.timers.append(Timer(userdata, clock, deadline_ns))

    def subscribe_fd(self, userdata: int, tag: int, fd: int) -> None:
        wait = FdWait(userdata, tag, self.state.fds.get(fd))
        host_fd = wait.entry.poll_fd()
        if host_fd is None:
            self.found.append(wait.event(0))
        else:
            self.waiting[host_fd].append(wait)

    def run(self) -> list[Event]:
        """Wait; with something found already, only look what else is ready."""
        poller = self.poller()
        while True:
            timeout_ns = 0 if self.found else self.remaining_ns()
            if poller or timeout_ns:
                self.collect(self.clocks.wait(poller, timeout_ns))
            self.expire()
            if self.found:
                return self.found

    def poller(self) -> select.poll | None:
        if not self.waiting:
            return None
        poller = select.poll()
        for host_fd, waits in self.waiting.items():
            mask = 0
            for wait in waits:
                mask |= wait.mask
            poller.register(host_fd, mask)
        return poller

    def remaining_ns(self) -> int | None:
        """Time to the first timer; None if there is no timer."""
        remaining = [timer.deadline_ns - self.clocks.now_ns(timer.clock) for timer in self.timers]
        return max(min(remaining), 0) if remaining else None

    def collect(self, ready: Ready) -> None:
        for host_fd, host_events in ready:
            wrong = host_events & (select.POLLERR | select.POLLHUP | select.POLLNVAL)
            self.found += [w.event(host_events) for w in self.waiting[host_fd] if wrong or host_events & w.mask]

    def expire(self) -> None:
        for timer in self.timers:
            if self.clocks.now_ns(timer.clock) >= timer.deadline_ns:
                self.found.append(Event(timer.userdata, Errno.SUCCESS, EVENTTYPE_CLOCK))


def _unpack_fd(record: memoryview) -> int:
    fd: int = U32.unpack_from(record, _UNION)[0]
    return fd
