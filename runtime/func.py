"""Function instances (spec 4.2.6) and calls into wasm.

The order in `WasmFuncInstance._run` matters, see there; `hostcalls` is the way back.
"""

from __future__ import annotations

import ctypes
from abc import abstractmethod

from wasmjit.abi.layout import STORE_DEPTH, STORE_STACK_LOW, STORE_UNOWNED, STORE_UNSETTLED, THREAD_STACK_LOW
from wasmjit.errors import ExhaustionError
from wasmjit.light import ABC, TYPE_CHECKING, Any, Callable, Sequence, cache
from wasmjit.runtime.deadline import call_within
from wasmjit.runtime.stack import lowest_usable, thread_record
from wasmjit.runtime.traps import trap_error
from wasmjit.runtime.values import NOT_PACKABLE, Signature
from wasmjit.wasm.rectypes import DefType
from wasmjit.wasm.types import FuncType

if TYPE_CHECKING:
    from wasmjit.abi.native import DirectCalls
    from wasmjit.runtime.instance import ModuleInstance
    from wasmjit.runtime.store import Store

_DEPTH, _STACK_LOW, _UNOWNED = STORE_DEPTH // 8, STORE_STACK_LOW // 8, STORE_UNOWNED // 8
_UNSETTLED = STORE_UNSETTLED // 8
_THREAD_LOW = THREAD_STACK_LOW // 8


class FuncInstance(ABC):
    """A function that wasm can call: of an instance, or of the host."""

    __slots__ = ("__weakref__", "signature", "store")

    kind = "func"

    def __init__(self, store: Store, signature: Signature) -> None:
        self.store = store
        self.signature = signature

    @property
    @abstractmethod
    def name(self) -> str:
        """What it is called in messages."""

    @property
    def type(self) -> FuncType:
        """Parameters and results."""
        return self.signature.type

    @property
    @abstractmethod
    def deftype(self) -> DefType:
        """The defined type, which an import's must match."""

    @property
    @abstractmethod
    def reference(self) -> int:
        """Address of the FuncRef record: the function as a funcref value."""

    @property
    @abstractmethod
    def callee(self) -> tuple[int, int]:
        """Address of the code, and of the VMContext or host context that it is called with."""

    @property
    @abstractmethod
    def keeper(self) -> object:
        """What has to stay alive for `reference` to stay valid."""

    @abstractmethod
    def call(self, args: Sequence[object]) -> object:
        """Call with Python values (values.py): None, the result, or a tuple of results.

        Raises TypeError and OverflowError for unsuitable arguments, Trap, ExhaustionError, and what a host function
        raises.
        """

    def apply(self, *args: object, timeout: float | None = None) -> object:
        """As `call`. Raises CallTimeout if it takes longer than `timeout` seconds."""
        if timeout is None:
            return self.call(args)
        return call_within(self.store.native.direct, timeout, self.call, args)

    @abstractmethod
    def invoke(self, buffer: bytearray) -> None:
        """Call with a buffer of abi.signature, bit for bit, which also receives the results. Raises as `call`."""

    def __repr__(self) -> str:
        return f"<{self.__class__.__name__} {self.name} {self.type}>"


def _enter_thread(direct: DirectCalls | None) -> int:
    """The lowest stack address for wasm in this thread."""
    if direct is not None:
        return thread_record(direct)[_THREAD_LOW]
    try:
        return lowest_usable()
    except RecursionError as error:
        raise ExhaustionError from error


def check_buffer(signature: Signature, buffer: bytearray) -> None:
    """Raise ValueError unless a buffer is large enough for arguments and results."""
    if len(buffer) < signature.buffer_bytes:
        raise ValueError(f"the buffer has {len(buffer)} bytes, not {signature.buffer_bytes}")


@cache
def trampoline(address: int) -> Callable[..., int]:
    """The `enter` trampoline at an address. Calls release the GIL.

    It has no declared argument types: prepared ctypes arguments and bytes go through untouched, in half the time.
    """
    return ctypes.CFUNCTYPE(ctypes.c_int)(address)


def pointer_argument(address: int) -> Any:
    """An address, prepared for calls of a trampoline."""
    return ctypes.byref(ctypes.c_char.from_address(address))


class WasmFuncInstance(FuncInstance):
    """A function of an instance, which it keeps alive."""

    __slots__ = ("_code", "_enter", "_vmctx", "funcidx", "instance", "slot_address")

    def __init__(self, instance: ModuleInstance, funcidx: int) -> None:
        plan, store = instance.plan, instance.store
        super().__init__(store, plan.signature(funcidx))
        self.instance = instance
        self.funcidx = funcidx
        slot = instance.native.slots_address + 8 * (funcidx - plan.module.num_imported_funcs)
        self.slot_address = slot
        self._code = ctypes.c_void_p.from_address(slot)  # read at every call: better code may replace it
        self._vmctx = instance.vmctx_argument
        self._enter: Callable[..., int] | None = None

    @property
    def name(self) -> str:
        """Its export name, or what the name section calls it, or its index."""
        return self.instance.plan.func_name(self.funcidx)

    @property
    def callee(self) -> tuple[int, int]:
        """An address that leads to the code, and that of the VMContext that it is called with."""
        index = self.funcidx - self.instance.module.num_imported_funcs
        return self.instance.native.callable_addresses()[index], self.instance.vmctx.address

    @property
    def deftype(self) -> DefType:
        """As the module says."""
        return self.instance.module.func_deftype(self.funcidx)

    @property
    def reference(self) -> int:
        """Address of the record in the VMContext."""
        return self.instance.reference(self.funcidx)

    @property
    def keeper(self) -> object:
        """The instance."""
        return self.instance

    def call(self, args: Sequence[object]) -> object:
        """See FuncInstance."""
        signature = self.signature
        if signature.has_refs:
            return self.store.externrefs.hold(self._call_with_checks, args)
        if not signature.plain:
            return self._call_with_checks(args)
        try:
            buffer = signature.pack(*args)
        except NOT_PACKABLE:  # unsigned, too large for f32, or wrong
            return self._call_with_checks(args)
        self._run(buffer)
        results = signature.unpack(buffer)
        return results if len(results) > 1 else results[0] if results else None

    def _call_with_checks(self, args: Sequence[object]) -> object:
        signature, store = self.signature, self.store
        buffer = signature.pack_arguments(store, args, self.name, self.instance)
        self._run(buffer)
        return signature.unpack_results(store, buffer)

    def invoke(self, buffer: bytearray) -> None:
        """See FuncInstance."""
        check_buffer(self.signature, buffer)
        contents = bytes(buffer)
        self._run(contents)
        buffer[:] = contents

    def _make_enter(self) -> Callable[..., int]:
        enter = self._enter = trampoline(self.store.native.enter(self.signature.key))
        return enter

    def _run(self, buffer: bytes) -> None:
        """Enter machine code. It overwrites `buffer`, which nobody else may have seen: bytes cross fastest."""
        store = self.store
        header = store.header.words
        stack_low = _enter_thread(store.native.direct)
        if self.instance.weak() is None:
            self.instance.revive()
        with store.lock:
            if not header[_DEPTH]:
                store.check_signal_handlers()
            header[_STACK_LOW] = stack_low
            try:
                code = (self._enter or self._make_enter())(self._code, self._vmctx, buffer, store.trap_argument)
                if code:
                    raise trap_error(store.traps, code)
            finally:
                if header[_UNOWNED] or header[_UNSETTLED] or store.externrefs.released:
                    store.externrefs.settle()
