"""The store (spec 4.2.3): what instances that may be linked with one another share."""

from __future__ import annotations

from _operator import index
from time import monotonic_ns

from wasmjit.abi.layout import (
    INTERRUPT_ALWAYS,
    INTERRUPT_ONCE,
    STORE_AFTER_CALL,
    STORE_DEPTH,
    STORE_FUEL,
    STORE_HEADER_BYTES,
    STORE_INTERRUPT,
    STORE_MAX_STACK,
    STORE_ON_TRAP,
    STORE_OWNER,
    STORE_RELEASE_GIL,
    STORE_THROWN,
    STORE_TRAP_INFO,
    THREAD_DEADLINE,
    THREAD_ID,
)
from wasmjit.abi.traps import TrapCode
from wasmjit.config import Config
from wasmjit.errors import InternalError
from wasmjit.light import TYPE_CHECKING, Callable
from wasmjit.runtime.exceptions import Exceptions
from wasmjit.runtime.externref import ExternRefs
from wasmjit.runtime.func import FuncInstance, pointer_argument
from wasmjit.runtime.hostcalls import dispatch_address
from wasmjit.runtime.instance import func_at
from wasmjit.runtime.lazy import lazy_address
from wasmjit.runtime.libcalls import libcall_table
from wasmjit.runtime.lock import store_lock
from wasmjit.runtime.quota import Quota, StoreLimits
from wasmjit.runtime.raw import Block, read_word
from wasmjit.runtime.stack import thread_address, thread_record
from wasmjit.runtime.tag import TagInstance
from wasmjit.runtime.traps import TrapSource, plain_trap

if TYPE_CHECKING:
    from wasmjit.abi.native import NativeSupport
    from wasmjit.runtime.heap import Heap


class Store:
    """Instances of one store can import from one another. One thread at a time runs its code; others wait.

    `guard`: memories have guard pages, and code relies on the signal handler instead of checking bounds.
    """

    def __init__(self, native: NativeSupport, config: Config, guard: bool) -> None:
        self.native = native
        self.config = config
        self.guard = guard
        self.header = Block(STORE_HEADER_BYTES)
        self.lock = store_lock(self.header, native.direct)
        self.traps = TrapSource(native)
        self.quota = Quota(StoreLimits())
        self.code = self.traps.code
        """The machine code of all instances, for backtraces."""
        self.trap_argument = pointer_argument(self.traps.trap_info.address)
        self.externrefs = ExternRefs(self.header, self.lock)
        self.exceptions = Exceptions(self)
        self.traps.uncaught = self.exceptions.uncaught
        self.externrefs.when_idle = self.exceptions.settle
        self._callbacks = (self.traps.raise_for, self.externrefs.settle_after_call, self.exceptions.thrown)
        self._fill_header()
        self.libcalls = libcall_table(native)
        self.keepalive: set[object] = set()
        """What Python gave to wasm without saying to which instance."""
        self.wrap_func: Callable[[FuncInstance], object] = _as_it_is
        """What Python code gets for a function reference."""
        self.unwrap_func: Callable[[object], FuncInstance | None] = _if_func
        """The function that a Python object stands for, if it does."""
        self.wrap_tag: Callable[[TagInstance], object] = _tag_as_it_is
        """What Python code gets for a tag."""
        self.unwrap_tag: Callable[[object], TagInstance | None] = _if_tag
        """The tag that a Python object stands for, if it does."""
        self.heap: Heap | None = None
        """Where structures and arrays are: made for the first instance that has such types."""
        native.set_dispatch(dispatch_address(native.direct))
        native.set_lazy_handler(lazy_address(native.direct))
        native.install_signal_handlers()  # without guarded memories too: a huge frame may run into the end of the stack

    def _fill_header(self) -> None:
        words = self.header.words
        words[STORE_MAX_STACK // 8] = self.config.max_stack_bytes
        words[STORE_TRAP_INFO // 8] = self.traps.trap_info.address
        words[STORE_ON_TRAP // 8], words[STORE_AFTER_CALL // 8], words[STORE_THROWN // 8] = map(id, self._callbacks)
        words[STORE_RELEASE_GIL // 8] = self.config.release_gil

    def check_signal_handlers(self) -> None:
        """Before machine code runs: others, faulthandler for one, may have replaced the handlers."""
        if self.guard:
            self.native.install_signal_handlers()
        if self.native.direct is not None:
            self.native.direct.checked()

    @property
    def fuel(self) -> int:
        """Fuel that is left. Raises ValueError if code consumes none."""
        self._needs_fuel()
        word: int = self.header.words[STORE_FUEL // 8]
        return word if word < 1 << 63 else 0

    @fuel.setter
    def fuel(self, fuel: int) -> None:
        self._needs_fuel()
        fuel = index(fuel)
        if not 0 <= fuel < 1 << 63:
            raise ValueError(f"fuel must be from 0 to 2**63 - 1, not {fuel}")
        self.header.words[STORE_FUEL // 8] = fuel

    def _needs_fuel(self) -> None:
        if not self.config.fuel:
            raise ValueError("the store's engine was made without fuel=True")

    def this_thread(self) -> int:
        """What `interrupt` knows this thread by."""
        direct = self.native.direct
        return 0 if direct is None else thread_address(direct)

    def interrupt(self, thread: int | None = None) -> bool:
        """Stop what runs in the store now, from any thread: Interrupted. Whether something does run (in `thread`)."""
        words, direct = self.header.words, self.native.direct
        owner = words[STORE_OWNER // 8]
        if direct is None or not owner or not words[STORE_DEPTH // 8] or owner != (thread or owner):
            return False
        words[STORE_INTERRUPT // 8] |= INTERRUPT_ONCE
        direct.interrupt_thread(read_word(owner + THREAD_ID))
        return True

    def interrupt_with(self, error: BaseException) -> None:
        """Stop what runs in the store now, if anything does, with an exception in place of Interrupted."""
        self.traps.stop_reason = error
        if not self.interrupt():
            self.traps.stop_reason = None

    def hold(self, stopped: bool) -> None:
        """Stop what runs in the store now and whatever tries to, or let things run again. From any thread."""
        words = self.header.words
        if stopped:
            words[STORE_INTERRUPT // 8] |= INTERRUPT_ALWAYS
            self.interrupt()
        else:
            words[STORE_INTERRUPT // 8] &= ~INTERRUPT_ALWAYS

    def check_stopped(self) -> None:
        """For host calls that take long: raise Interrupted or CallTimeout if this thread's call is to end."""
        direct = self.native.direct
        if self.header.words[STORE_INTERRUPT // 8]:
            raise self.traps.interruption()
        deadline = thread_record(direct)[THREAD_DEADLINE // 8] if direct is not None else 0
        if deadline and monotonic_ns() >= deadline:
            raise plain_trap(TrapCode.TIMEOUT)

    def keep(self, func: FuncInstance) -> None:
        """Keep a function alive as long as the store."""
        self.keepalive.add(func.keeper)

    def func_at(self, reference: int) -> FuncInstance:
        """The function instance for a funcref that is not null."""
        func = func_at(reference)
        if func is None:
            raise InternalError("a reference to a function that no longer exists")
        return func


def _as_it_is(func: FuncInstance) -> object:
    return func


def _tag_as_it_is(tag: TagInstance) -> object:
    return tag


def _if_tag(value: object) -> TagInstance | None:
    return value if isinstance(value, TagInstance) else None


def _if_func(value: object) -> FuncInstance | None:
    return value if isinstance(value, FuncInstance) else None
