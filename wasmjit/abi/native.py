"""What the runtime asks of whoever makes machine code. `compile` provides it, `runtime` uses it, `api` joins them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from wasmjit.abi.position import CodePosition
from wasmjit.light import Protocol


class DirectCalls(Protocol):
    """Native code that uses Python's C API: calls at the speed of built-in functions, and their interruption."""

    def __hash__(self) -> int:
        """There is one a process."""

    def address(self, name: str) -> int:
        """Address of a native function: `portable`, or `lock_enter`, `lock_exit`, `lock_try` and `lock_release`."""

    def set_offset(self, name: str, offset: int) -> None:
        """Say where in objects of the type `callable` or `lock` the native fields begin."""

    def builtin(self, key: str) -> int:
        """Address of the vectorcall function for a signature key."""

    def host(self, key: str) -> int | None:
        """Address of the native host thunk for a signature key, None if there is none for it."""

    def libcall(self, index: int, function: Callable[..., int]) -> int:
        """Address of a libcall that calls a Python function, which is kept alive."""

    def dispatch(self, function: Callable[[int, int], int]) -> int:
        """Address of a C function for `NativeSupport.set_dispatch` that calls a Python function."""

    def provide(self, function: Callable[[int, int], int]) -> int:
        """Address of a C function for `NativeSupport.set_lazy_handler` that calls a Python function."""

    def attach_thread(self, stack_low: int, is_main: bool, thread_id: int) -> int:
        """Make this thread known to native code; the address of its ThreadRecord."""

    def take_pending(self) -> BaseException | None:
        """The exception that native code has kept for this thread, None if there is none."""

    def checked(self) -> None:
        """Tell native code that the signal handlers have been checked."""

    def interrupt_thread(self, thread_id: int) -> None:
        """Let a thread look at once whether it has to leave wasm."""


class NativeSupport(Protocol):
    """Machine code that does not depend on any module; one per process."""

    @property
    def direct(self) -> DirectCalls | None:
        """What calls without ctypes need; None on a Python where that is not possible."""

    def prepare(self, exported: Iterable[str], imported: Iterable[str] = ()) -> None:
        """Make what calls with these signature keys need at once, which is cheaper than one by one."""

    def enter(self, key: str) -> int:
        """Address of the trampoline for a signature key."""

    def thunk(self, key: str) -> int:
        """Address of the host thunk for a signature key. Thunks call the function set by `set_dispatch`."""

    def set_dispatch(self, address: int) -> None:
        """Set the C function `i32 (ptr host context, ptr buffer)` that host thunks call."""

    def set_lazy_handler(self, address: int) -> None:
        """Set the C function `i64 (i64 slots, i64 index)` that gives a function its code when it is first called.

        It returns the code's address (`NativeModule.provide`), or 0 with an exception pending.
        """

    def libcall(self, index: int) -> int:
        """Address of a native libcall. Those of the heap are there after the first call of `heap_function`."""

    def heap_function(self, name: str) -> int:
        """Address of a C function of the heap (abi.gc).

        `new`: ptr (ptr heap, ptr TypeInfo, i64 size), null if a collection is due; `collect`: void (ptr store header,
        ptr ranges of roots: {address, number of words} each, i64 number of them, ptr words that may be references, i64
        number of them).
        """

    def copy_segments(
        self, memory: int, length: int, source: int, columns: tuple[int, int, int], first: int, last: int
    ) -> int:
        """Copy data segments `first` to `last` into a memory of `length` bytes; all are addresses.

        `columns` have 32-bit words: for each segment where it goes, and where in `source` it starts and ends. Returns
        the index of the first that does not fit, where it stops, or `last`.
        """

    def add_words(self, address: int, count: int, stride: int, addend: int) -> None:
        """Add to `count` 64-bit words from an address on, each `stride` words after the one before."""

    def install_signal_handlers(self) -> None:
        """Install the handlers for memory faults, or put them back in front if another has replaced them."""


class NativeModule(Protocol):
    """Machine code of one module, loaded. It stays mapped as long as this object lives."""

    @property
    def slots_address(self) -> int:
        """Address of the function slots (VMContext.slots): code of defined function i at 8*i.

        A function that has not been compiled has a stub there, which can be called, and copied, like code.
        Behind the slots there are as many counters, i64, for code that counts how often it runs (`hot`).
        """

    def callable_addresses(self) -> memoryview:
        """For each defined function an address that can be called and kept: it always leads to the best code."""

    def follow(self, listener: Callable[[int, int], None]) -> None:
        """Have `listener(index, address)` called, in any thread, when what `callable_addresses` says has changed."""

    def provide(self, index: int) -> int:
        """Address of the code of defined function number `index`, which is compiled if need be.

        Raises what decoding and validation raise for a body that is not valid, and LimitError.
        """

    def hot(self, index: int, loop: int) -> int:
        """The counter of defined function number `index` is used up, in a loop or at the entry (abi/frame.py).

        Address of code that goes on in that loop, 0 if there is none.
        """

    def locate(self, pc: int, offset: int | None = None) -> list[CodePosition]:
        """The wasm positions of a machine address, innermost first; empty if it is not in this module's functions.

        There are several where calls were inlined: the instruction itself, then each call on the way to it. `offset`
        is the byte offset of the instruction if the caller knows it.
        """

    def is_resumed(self, pc: int) -> bool:
        """Whether a machine address is in code that goes on for its caller (`hot`): they are one call of wasm."""
