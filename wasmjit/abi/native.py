"""What the runtime asks of whoever makes machine code. `compile` provides it, `runtime` uses it, `api` joins them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Protocol


class CodePosition(NamedTuple):
    """Where a machine address is in its module: wasm function and byte offset (None where unknown)."""

    funcidx: int
    offset: int | None


class NativeSupport(Protocol):
    """Machine code that does not depend on any module; one per process."""

    def prepare(self, keys: Iterable[str]) -> None:
        """Make the trampolines and thunks of these signature keys at once, which is cheaper than one by one."""

    def enter(self, key: str) -> int:
        """Address of the trampoline for a signature key."""

    def thunk(self, key: str) -> int:
        """Address of the host thunk for a signature key. Thunks call the function set by `set_dispatch`."""

    def set_dispatch(self, address: int) -> None:
        """Set the C function `i32 (ptr host context, ptr buffer)` that host thunks call."""

    def libcall(self, index: int) -> int:
        """Address of a native libcall (TRAP, EXTERN_STORE)."""

    def install_signal_handlers(self) -> None:
        """Install the handlers for memory faults, or put them back in front if another has replaced them."""


class NativeModule(Protocol):
    """Machine code of one module, loaded. It stays mapped as long as this object lives."""

    @property
    def slots_address(self) -> int:
        """Address of the function slots (VMContext.slots): code of defined function i at 8*i."""

    def locate(self, pc: int, offset: int | None = None) -> list[CodePosition]:
        """The wasm positions of a machine address, innermost first; empty if it is not in this module's functions.

        There are several where calls were inlined: the instruction itself, then each call on the way to it. `offset`
        is the byte offset of the instruction if the caller knows it.
        """
