"""The store (spec 4.2.3): what instances that may be linked with one another share."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from wasmjit.abi.layout import STORE_HEADER_BYTES, STORE_MAX_STACK, TRAP_INFO_BYTES
from wasmjit.abi.native import NativeModule, NativeSupport
from wasmjit.config import Config
from wasmjit.errors import InternalError
from wasmjit.runtime.externref import ExternRefs
from wasmjit.runtime.func import FuncInstance, pointer_argument
from wasmjit.runtime.hostcalls import DISPATCH_ADDRESS
from wasmjit.runtime.instance import func_at
from wasmjit.runtime.libcalls import libcall_table
from wasmjit.runtime.raw import Block

if TYPE_CHECKING:
    from wasmjit.runtime.plan import ModulePlan


class Store:
    """Instances of one store can import from one another. One thread at a time runs its code; others wait.

    `guard`: memories have guard pages, and code relies on the signal handler instead of checking bounds.
    """

    def __init__(self, native: NativeSupport, config: Config, guard: bool) -> None:
        self.native = native
        self.config = config
        self.guard = guard
        self.lock = threading.RLock()
        self.header = Block(STORE_HEADER_BYTES)
        self.header.words[STORE_MAX_STACK // 8] = config.max_stack_bytes
        self.trap_info = Block(TRAP_INFO_BYTES)
        self.trap_argument = pointer_argument(self.trap_info.address)
        self.externrefs = ExternRefs(self.header, self.lock)
        self.libcalls = libcall_table(native)
        self.code: WeakKeyDictionary[NativeModule, ModulePlan] = WeakKeyDictionary()
        """The machine code of all instances, for backtraces."""
        self.keepalive: set[object] = set()
        """What Python gave to wasm without saying to which instance."""
        self.wrap_func: Callable[[FuncInstance], object] = _as_it_is
        """What Python code gets for a function reference."""
        self.unwrap_func: Callable[[object], FuncInstance | None] = _if_func
        """The function that a Python object stands for, if it does."""
        native.set_dispatch(DISPATCH_ADDRESS)
        native.install_signal_handlers()  # without guarded memories too: a huge frame may run into the end of the stack
        self.check_signal_handlers: Callable[[], None] = native.install_signal_handlers if guard else _nothing
        """Called before machine code runs: others, faulthandler for one, may have replaced the handlers."""

    def keep(self, func: FuncInstance) -> None:
        """Keep a function alive as long as the store."""
        self.keepalive.add(func.keeper)

    def func_at(self, reference: int) -> FuncInstance:
        """The function instance for a funcref that is not null."""
        func = func_at(reference)
        if func is None:
            raise InternalError("a reference to a function that no longer exists")
        return func


def _nothing() -> None:
    pass


def _as_it_is(func: FuncInstance) -> object:
    return func


def _if_func(value: object) -> FuncInstance | None:
    return value if isinstance(value, FuncInstance) else None
