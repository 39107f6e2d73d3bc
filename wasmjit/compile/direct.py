"""The native code that uses Python's C API (implements `abi.native.DirectCalls`)."""

from __future__ import annotations

import ctypes
import os
import sys

from wasmjit.compile.arena import support_arena
from wasmjit.compile.platform import current_platform
from wasmjit.compile.symbols import builtin_symbol, host_symbol, is_direct, libcall_symbol
from wasmjit.errors import InternalError
from wasmjit.light import Any, Callable

CALLS_BETWEEN_CHECKS = 100
"""Outermost calls after which one looks whether somebody has replaced the signal handlers: two system calls."""

_libc = ctypes.CDLL(None, use_errno=True)


def has_usual_objects() -> bool:
    """Whether this is CPython with a global interpreter lock, and objects that begin with a count and a type."""
    usual = sys.implementation.name == "cpython" and "t" not in sys.abiflags
    return usual and object.__basicsize__ == 16


class DirectSupport:
    """Functions that calls without ctypes need; `symbols` are those of the loaded code, `make` makes one more."""

    def __init__(self, symbols: dict[str, int], make: Callable[[str], int]) -> None:
        self._symbols = symbols
        self._make = make
        self._kept: list[object] = []
        for name, constant in (("wj_none", None), ("wj_true", True), ("wj_false", False)):
            self._word(name).value = id(constant)
        bounds = (ctypes.c_uint64 * 2).from_address(symbols["wj_support_code"])
        bounds[:] = [support_arena().start, support_arena().size]
        self._countdown = ctypes.c_int64.from_address(symbols["wj_countdown"])
        self._attach = ctypes.PYFUNCTYPE(ctypes.c_void_p, *[ctypes.c_int64] * 3)(symbols["wj_attach"])
        self._take_pending = ctypes.PYFUNCTYPE(ctypes.py_object)(symbols["wj_take_pending"])
        self._install()

    def set_reinstall(self, function: Callable[[], None]) -> None:
        """Set what puts our handlers for memory faults back."""
        self._kept.append(function)
        self._word("wj_reinstall").value = id(function)

    def _word(self, name: str) -> ctypes.c_uint64:
        return ctypes.c_uint64.from_address(self._symbols[name])

    def address(self, name: str) -> int:
        """Address of a function or variable `wj_<name>`."""
        return self._symbols[f"wj_{name}"]

    def set_offset(self, name: str, offset: int) -> None:
        """Say where in a `callable` or a `lock` object the native fields begin."""
        self._word(f"wj_{name}_offset").value = offset

    def builtin(self, key: str) -> int:
        """Address of the vectorcall function for a signature key; of one that goes the portable way for others."""
        return self._make(builtin_symbol(key)) if is_direct(key) else self._symbols["wj_portable"]

    def host(self, key: str) -> int | None:
        """Address of the native host thunk for a signature key, None if there is none for it."""
        return self._make(host_symbol(key)) if is_direct(key) else None

    def libcall(self, index: int, function: Callable[..., int]) -> int:
        """Address of a libcall that calls a Python function."""
        self._kept.append(function)
        slot = ctypes.c_uint64.from_address(self._symbols["wj_python_libcalls"] + 8 * index)
        slot.value = id(function)
        return self._symbols[libcall_symbol(index)]

    def dispatch(self, function: Callable[[int, int], int]) -> int:
        """Address of a C function, as host thunks call it, that calls a Python function."""
        self._kept.append(function)
        self._word("wj_python_dispatch").value = id(function)
        return self._symbols["wj_dispatch_python"]

    def provide(self, function: Callable[[int, int], int]) -> int:
        """Address of a C function for `NativeSupport.set_lazy_handler` that calls a Python function."""
        self._kept.append(function)
        self._word("wj_python_provide").value = id(function)
        return self._symbols["wj_provide_python"]

    def attach_thread(self, stack_low: int, is_main: bool, thread_id: int) -> int:
        """Make the record of this thread known to native code; its address."""
        record: int = self._attach(stack_low, is_main, thread_id)
        return record

    def take_pending(self) -> BaseException | None:
        """The exception that native code has kept for this thread."""
        error: BaseException | None = self._take_pending()
        return error

    def checked(self) -> None:
        """Signal handlers are as they should be: calls need not look for a while."""
        self._countdown.value = CALLS_BETWEEN_CHECKS

    # --- the timer's signal

    def _install(self) -> None:
        """Install the handler of the timers' signal; one that was there gets the signals that are not ours."""
        p = current_platform()
        new, old = bytearray(p.action_bytes), bytearray(p.action_bytes)
        new[p.action_handler : p.action_handler + 8] = self._symbols["wj_tick"].to_bytes(8, "little")
        flags = p.sa_siginfo | p.sa_nodefer | p.sa_restart
        new[p.action_flags : p.action_flags + 4] = flags.to_bytes(4, "little")
        buffer = ctypes.c_char * p.action_bytes
        if _libc.sigaction(p.sigurg, buffer.from_buffer(new), buffer.from_buffer(old)):
            raise InternalError(f"the handler of signal {p.sigurg} cannot be installed")
        previous = int.from_bytes(old[p.action_handler : p.action_handler + 8], "little")
        if previous > 1:  # neither SIG_DFL nor SIG_IGN
            self._word("wj_tick_previous").value = previous
        self._word("wj_arm").value = self._symbols["wj_arm_timer"]

    def interrupt_thread(self, thread_id: int) -> None:
        """Send the signal of the timers to a thread, by the kernel's id."""
        tgkill: Any = _libc.tgkill if hasattr(_libc, "tgkill") else None
        if tgkill is not None:
            tgkill(os.getpid(), thread_id, current_platform().sigurg)
