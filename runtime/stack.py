"""Threads that enter wasm: the bounds of their stack, and the stack that their signal handler runs on.

Machine code may use a thread's stack down to its `low`. The reserve below is for the Python code that wasm calls, and
for the frames that wasm functions may have without a check of their own.
"""

from __future__ import annotations

import ctypes
import os
from _thread import _local, get_ident, get_native_id

from wasmjit.abi.layout import THREAD_ARMED, THREAD_BYTES, THREAD_ID, THREAD_TIMER
from wasmjit.light import TYPE_CHECKING
from wasmjit.runtime import libc
from wasmjit.runtime.raw import SPACE

if TYPE_CHECKING:
    from wasmjit.abi.native import DirectCalls


MIN_RESERVE_BYTES = 128 << 10
MAX_RESERVE_BYTES = 1 << 20
SIGNAL_STACK_BYTES = 64 << 10
_GUARD_BYTES = 1 << 20  # addresses below a stack that are taken for an overflow of it (Linux keeps 1 MiB free there)


class _ThisThread(_local):
    """What is known of the current thread; `low` is 0 until it has been set up."""

    low = 0
    bounds = (0, 0)
    record: memoryview | None = None
    record_address = 0
    signal_stack: SignalStackOwner | None = None


_this_thread = _ThisThread()
_spare_stacks: list[int] = []


class SignalStackOwner:
    """The alternate signal stack of one thread. It goes back to the spare ones when the thread ends."""

    def __init__(self) -> None:
        self._thread = get_ident()
        self._address = _take_stack()
        _set_signal_stack(libc.SignalStack(self._address, 0, SIGNAL_STACK_BYTES))

    def __del__(self) -> None:
        if get_ident() == self._thread:  # else the interpreter is ending, and the thread may still need it
            _set_signal_stack(libc.SignalStack(None, libc.SS_DISABLE, 0))
            _spare_stacks.append(self._address)


def _take_stack() -> int:
    try:
        return _spare_stacks.pop()
    except IndexError:
        address = libc.map_memory(SIGNAL_STACK_BYTES, libc.PROT_READ_WRITE)
        if address is None:
            raise MemoryError("no memory for a signal stack") from None
        return address


def _set_signal_stack(stack: libc.SignalStack) -> None:
    libc.sigaltstack(ctypes.byref(stack), None)


def _has_signal_stack() -> bool:
    """Whether someone, faulthandler for example, has given this thread a signal stack."""
    current = libc.SignalStack()
    libc.sigaltstack(None, ctypes.byref(current))
    return not current.flags & libc.SS_DISABLE


def stack_bounds() -> tuple[int, int]:
    """Lowest address and end of this thread's stack."""
    attributes = libc.ThreadAttributes()
    start, size = ctypes.c_void_p(), ctypes.c_size_t()
    if libc.pthread_getattr_np(libc.pthread_self(), ctypes.byref(attributes)):
        raise MemoryError("no information about this thread's stack")
    libc.pthread_attr_getstack(ctypes.byref(attributes), ctypes.byref(start), ctypes.byref(size))
    libc.pthread_attr_destroy(ctypes.byref(attributes))
    low = start.value or 0
    return low, low + size.value


def reserve_bytes(stack_bytes: int) -> int:
    """How much of a stack wasm must leave: a quarter, but never less than Python needs."""
    return max(MIN_RESERVE_BYTES, min(MAX_RESERVE_BYTES, stack_bytes // 4))


def lowest_usable() -> int:
    """The lowest stack address that wasm may use in this thread. Sets the thread up when it first comes.

    Raises RecursionError if Python is so close to its own limit that it could not begin a callback: ctypes would lose
    that error, and wasm go on with an undefined result.
    """
    _go_deeper()
    return _this_thread.low or _set_up()


def thread_record(direct: DirectCalls) -> memoryview:
    """The ThreadRecord of this thread (abi.layout) as words. Sets the thread up when it first comes."""
    record = _this_thread.record
    if record is None:
        low = _this_thread.low or _set_up()
        is_main = get_native_id() == os.getpid()  # as `threading` has it, also in a process that a thread has forked
        address = direct.attach_thread(low, is_main, get_native_id())
        _this_thread.record_address = address
        record = _this_thread.record = SPACE[address : address + THREAD_BYTES].cast("Q")
    return record


def thread_address(direct: DirectCalls) -> int:
    """Address of this thread's record."""
    thread_record(direct)
    return _this_thread.record_address


def _after_fork() -> None:
    """The child's thread has another id, and no timer."""
    record = _this_thread.record
    if record is not None:
        record[THREAD_TIMER // 8] = record[THREAD_ARMED // 8] = 0
        record[THREAD_ID // 8] = get_native_id()


os.register_at_fork(after_in_child=_after_fork)


# Counted from the frame that enters machine code, CPython 3.11 begins a callback three levels down; one is to spare.


def _go_deeper() -> None:
    _still_deeper()


def _still_deeper() -> None:
    _deepest()


def _deepest() -> None:
    pass


def _set_up() -> int:
    start, end = stack_bounds()
    if not _has_signal_stack():
        _this_thread.signal_stack = SignalStackOwner()
    _this_thread.bounds = start, end
    _this_thread.low = low = min(start + reserve_bytes(end - start), end)
    return low


def stack_end() -> int:
    """The highest address of this thread's stack. The thread must have been set up."""
    return _this_thread.bounds[1]


def on_this_stack(address: int) -> bool:
    """Whether an address belongs to this thread's stack or to what guards its end."""
    start, end = _this_thread.bounds
    return start - _GUARD_BYTES <= address < end
