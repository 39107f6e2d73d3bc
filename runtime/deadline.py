"""Calls that may take a limited time only: the deadline is a field of the thread's record (abi.layout)."""

from __future__ import annotations

from _thread import _local
from time import monotonic_ns

from wasmjit.abi.layout import THREAD_ARMED, THREAD_DEADLINE, THREAD_DUE
from wasmjit.errors import UnsupportedError
from wasmjit.light import TYPE_CHECKING, Any, Callable, TypeVar
from wasmjit.runtime.stack import thread_record

if TYPE_CHECKING:
    from wasmjit.abi.native import DirectCalls


_T = TypeVar("_T")

_ARMED, _DEADLINE, _DUE = THREAD_ARMED // 8, THREAD_DEADLINE // 8, THREAD_DUE // 8
_LONGEST_S = 1e9


class _Limits(_local):
    """The deadline of a thread's calls, for host functions that wait."""

    deadline_ns = 0


_limits = _Limits()


def time_left_ns() -> int | None:
    """How long the calls of this thread may still take; None if there is no limit."""
    return _limits.deadline_ns - monotonic_ns() if _limits.deadline_ns else None


def call_limited(timeout: float, function: Callable[..., _T], *args: Any) -> _T:
    """Call a function; `time_left_ns` says `timeout` seconds from now that the time is up. Raises ValueError.

    Inside of another such call, whichever ends first counts.
    """
    if not timeout >= 0:
        raise ValueError(f"timeout must be a number of seconds, not {timeout!r}")
    outer = _limits.deadline_ns
    deadline = monotonic_ns() + int(min(timeout, _LONGEST_S) * 1e9)
    try:
        _limits.deadline_ns = min(outer, deadline) if outer else deadline
        return function(*args)
    finally:
        _limits.deadline_ns = outer


def call_within(direct: DirectCalls | None, timeout: float, function: Callable[..., _T], *args: Any) -> _T:
    """The same, where machine code that the function runs in this thread ends with CallTimeout when the time is up.

    Host functions are not stopped, but may look at `time_left_ns`: the time is found to be up when they return.
    """
    if direct is None:
        raise UnsupportedError("timeouts on this Python")
    result: _T = call_limited(timeout, _call_armed, direct, function, args)
    return result


def _call_armed(direct: DirectCalls, function: Callable[..., _T], args: tuple[Any, ...]) -> _T:
    record = thread_record(direct)
    outer = record[_DEADLINE]
    try:
        record[_DEADLINE] = _limits.deadline_ns
        record[_ARMED] = 0  # entering wasm starts the timer anew, for the right time
        return function(*args)
    finally:
        record[_DEADLINE] = outer
        record[_DUE] = 0
