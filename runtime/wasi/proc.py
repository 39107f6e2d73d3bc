"""proc_exit, proc_raise."""

from __future__ import annotations

from wasmjit.errors import ExitStatus
from wasmjit.light import NoReturn
from wasmjit.runtime.wasi.errno import Errno, WasiError
from wasmjit.runtime.wasi.registry import wasi
from wasmjit.runtime.wasi.state import State

_NONE = 0
_CHLD, _CONT, _STOP, _TSTP, _TTIN, _TTOU, _URG, _WINCH = 16, 17, 18, 19, 20, 21, 22, 27
_SYS = 30
_IGNORED = (_NONE, _CHLD, _CONT, _URG, _WINCH)
_STOPPING = (_STOP, _TSTP, _TTIN, _TTOU)


@wasi("proc_exit", "i32 ->", memory=False)
def proc_exit(state: State, code: int) -> NoReturn:
    """End the guest with an exit status. It does not return: `ExitStatus` ends the outermost call."""
    raise ExitStatus(code)


@wasi("proc_raise", "i32 -> i32", memory=False)
def proc_raise(state: State, signal: int) -> None:
    """Send a signal to the guest itself. The host never gets one: what is fatal by default ends the guest with 128 and
    the signal's number, as a shell shows it; what is ignored by default does nothing.

    * EINVAL: no such signal
    * ENOTSUP: a signal that stops a process
    """
    if signal > _SYS:
        raise WasiError(Errno.INVAL)
    if signal in _STOPPING:
        raise WasiError(Errno.NOTSUP)
    if signal not in _IGNORED:
        raise ExitStatus(128 + signal)
