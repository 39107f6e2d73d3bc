"""Host functions: Python callables that wasm calls.

Wasm calls a thunk with the address of a host context in place of a VMContext; the thunk calls `_dispatch`, the one
callback of the process, which finds what is bound to the context. The context begins like a VMContext, as native
helpers expect it.
"""

from __future__ import annotations

import ctypes
from abc import abstractmethod

from wasmjit.abi.layout import (
    FUNCREF_BYTES,
    FUNCREF_CODE,
    FUNCREF_FUNCIDX,
    FUNCREF_TYPE_ID,
    FUNCREF_VMCTX,
    HOST_ACCEPT,
    HOST_CALLABLE,
    HOST_CALLER,
    HOST_CONTEXT_BYTES,
    VMCTX_LIBCALLS,
    VMCTX_STORE,
)
from wasmjit.errors import InternalError, WasmException
from wasmjit.light import ABC, TYPE_CHECKING, Any, Callable, Sequence, cache
from wasmjit.runtime.callbacks import cover_entry
from wasmjit.runtime.func import FuncInstance, check_buffer
from wasmjit.runtime.raw import SPACE, Block
from wasmjit.runtime.registry import AddressMap
from wasmjit.runtime.traps import PENDING
from wasmjit.runtime.typeinfo import type_id
from wasmjit.runtime.values import NOT_PACKABLE, signature_of
from wasmjit.wasm.rectypes import DefType, defined_func
from wasmjit.wasm.types import FuncType, is_func_ref

if TYPE_CHECKING:
    from wasmjit.abi.native import DirectCalls
    from wasmjit.runtime.instance import ModuleInstance
    from wasmjit.runtime.store import Store

HOST_FUNCIDX = (1 << 64) - 1  # -1 in the record


class HostContext(ABC):
    """What stands in for a VMContext when a host function is called: `block` is its memory.

    Each instance that imports the function may have a context of its own, so that the function learns who calls.
    """

    __slots__ = ()

    block: Block

    @property
    @abstractmethod
    def func(self) -> HostFuncInstance:
        """The function."""

    @abstractmethod
    def call_at(self, buffer: int) -> int:
        """Call it with the arguments at an address; leave the results there, and return 0.

        Raises what it raises. Of an exception that wasm can catch, the address is left, and THROWN returned.
        """

    @abstractmethod
    def accept_at(self, buffer: int, result: object) -> None:
        """Leave what it returned at an address. Raises TypeError and whatever `pack_value` does."""

    def register(self) -> None:
        """Let the context's address lead here."""
        _contexts.add(self.block.address, self)


_contexts: AddressMap[HostContext] = AddressMap()


def host_func_at(address: int) -> HostFuncInstance | None:
    """The function that a host context is for."""
    context = _contexts.find(address)
    return None if context is None else context.func


def _fill_context(words: memoryview, store: Store, callable: object) -> None:
    """The memory of a host context; it refers to the callable without keeping it."""
    words[VMCTX_STORE // 8] = store.header.address
    words[VMCTX_LIBCALLS // 8] = store.libcalls.address
    words[HOST_CALLABLE // 8] = id(callable)
    words[HOST_ACCEPT // 8] = id(_accept)


class HostImport(HostContext):
    """A host function as imported by one instance, which owns this object."""

    __slots__ = ("__weakref__", "_caller", "_func", "block")

    def __init__(self, func: HostFuncInstance, caller: ModuleInstance, block: Block) -> None:
        """`block` is the memory for it."""
        self._func = func
        self.block = block
        _fill_context(block.words, func.store, func.callable)
        block.words[HOST_CALLER // 8] = id(caller) if func.wants_caller else 0
        self.bind(caller)

    def bind(self, caller: ModuleInstance) -> None:
        """Enter the caller, and this context for calls."""
        self._caller = caller.weak
        self.register()

    @property
    def func(self) -> HostFuncInstance:
        """The function."""
        return self._func

    def call_at(self, buffer: int) -> int:
        """See HostContext."""
        return self._func.run_or_throw(buffer, self._caller())

    def accept_at(self, buffer: int, result: object) -> None:
        """See HostContext."""
        self._func.accept(buffer, result, self._caller())


@cover_entry
def _dispatch(address: int, buffer: int) -> int:
    """0, THROWN, or 1 with the exception pending. The handler makes no calls: each could raise once more."""
    try:
        context = _contexts.refs[address]()
        if context is None:
            raise InternalError("a host function was called that no longer exists")
        return context.call_at(buffer)
    except BaseException as error:
        PENDING.error = error
        return 1


def _accept(result: object, buffer: int, address: int) -> None:
    """Take a result that native code does not know how to convert."""
    context = _contexts.refs[address]()
    if context is None:
        raise InternalError("a host function was called that no longer exists")
    context.accept_at(buffer, result)


@cache
def dispatch_address(direct: DirectCalls | None) -> int:
    """The C function that host thunks call (abi.native.NativeSupport.set_dispatch)."""
    if direct is not None:
        return direct.dispatch(_dispatch)
    callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(_dispatch)
    _callbacks.append(callback)
    return ctypes.cast(callback, ctypes.c_void_p).value or 0


_callbacks: list[Any] = []


class HostFuncInstance(FuncInstance, HostContext):
    """A Python callable as a function instance, with its FuncRef record.

    `wants_caller`: its first argument is the calling ModuleInstance, or None where that is unknown: when Python calls
    it, or wasm through a table that Python has put it in. `deftype`: its defined type, if that
    is not its function type standing alone.
    """

    __slots__ = ("_code", "_deftype", "_name", "_record", "block", "callable", "wants_caller")

    def __init__(
        self,
        store: Store,
        type: FuncType,
        callable: Callable[..., object],
        *,
        wants_caller: bool = False,
        name: str | None = None,
        deftype: DefType | None = None,
    ) -> None:
        super().__init__(store, signature_of(type))
        self._deftype = deftype or defined_func(type)
        self._name = name
        self.callable = callable
        self.wants_caller = wants_caller
        direct = store.native.direct
        host = direct.host(self.signature.key) if direct is not None else None
        self._code = store.native.thunk(self.signature.key) if host is None else host
        self.block = Block(HOST_CONTEXT_BYTES)
        _fill_context(self.block.words, store, callable)
        self.block.words[HOST_CALLER // 8] = id(None) if wants_caller else 0
        self._record = Block(FUNCREF_BYTES)
        words = self._record.words
        words[FUNCREF_CODE // 8] = self._code
        words[FUNCREF_VMCTX // 8] = self.block.address
        words[FUNCREF_TYPE_ID // 8] = type_id(self._deftype)
        words[FUNCREF_FUNCIDX // 8] = HOST_FUNCIDX
        self.register()

    @property
    def func(self) -> HostFuncInstance:
        """Itself: this is the context of calls that come from no import."""
        return self

    @property
    def name(self) -> str:
        """The name that it was given, or the callable's."""
        return self._name or str(getattr(self.callable, "__name__", "host function"))

    @property
    def deftype(self) -> DefType:
        """The type that it was given, or its function type standing alone."""
        return self._deftype

    @property
    def reference(self) -> int:
        """Address of its own record."""
        return self._record.address

    @property
    def callee(self) -> tuple[int, int]:
        """The thunk, and the context of calls that come from no import."""
        return self._code, self.block.address

    @property
    def keeper(self) -> object:
        """Itself."""
        return self

    @property
    def needs_caller(self) -> bool:
        """Whether importers need contexts of their own: the caller is asked for, or keeps the functions returned."""
        return self.wants_caller or any(map(is_func_ref, self.type.results))

    # --- called by wasm

    def call_at(self, buffer: int) -> int:
        """See HostContext."""
        return self.run_or_throw(buffer, None)

    def run_or_throw(self, buffer: int, caller: ModuleInstance | None) -> int:
        """As `call_at`, for a caller."""
        try:
            self.run(buffer, caller)
        except WasmException as error:
            return self.store.exceptions.throw_at(error, buffer)
        return 0

    def run(self, buffer: int, caller: ModuleInstance | None) -> None:
        """As `call_at`, for a caller."""
        signature = self.signature
        slots: tuple[Any, ...] = signature.unpack_arguments_from(SPACE, buffer)
        args = signature.unpack_arguments(self.store, slots) if signature.has_refs else slots
        self.accept(buffer, self.callable(caller, *args) if self.wants_caller else self.callable(*args), caller)

    def accept_at(self, buffer: int, result: object) -> None:
        """See HostContext."""
        self.accept(buffer, result, None)

    def accept(self, buffer: int, result: object, caller: ModuleInstance | None) -> None:
        """Leave at an address what the callable returned."""
        signature = self.signature
        if not signature.type.results:
            return
        if signature.plain_result:
            try:
                signature.pack_results_into(SPACE, buffer, result)
                return
            except NOT_PACKABLE:  # unsigned, too large for f32, or wrong
                pass
        values = signature.pack_results(self.store, result, self.name, caller or self.store)
        signature.pack_results_into(SPACE, buffer, *values)

    # --- called by Python

    def call(self, args: Sequence[object]) -> object:
        """See FuncInstance. Values are converted as on the way through wasm."""
        if self.signature.has_refs:
            return self.store.externrefs.hold(self._call, args)
        return self._call(args)

    def _call(self, args: Sequence[object]) -> object:
        buffer = bytearray(self.signature.pack_arguments(self.store, args, self.name, self.store))
        self.invoke(buffer)
        return self.signature.unpack_results(self.store, bytes(buffer))

    def invoke(self, buffer: bytearray) -> None:
        """See FuncInstance."""
        check_buffer(self.signature, buffer)
        pinned = ctypes.c_char.from_buffer(buffer)
        self.run(ctypes.addressof(pinned), None)
