"""The way from a function's first call to whoever compiles it."""

from __future__ import annotations

import ctypes

from wasmjit.errors import InternalError
from wasmjit.light import TYPE_CHECKING, cache
from wasmjit.runtime.callbacks import cover_entry
from wasmjit.runtime.registry import AddressMap
from wasmjit.runtime.traps import PENDING

if TYPE_CHECKING:
    from wasmjit.abi.native import DirectCalls, NativeModule


_natives: AddressMap[NativeModule] = AddressMap()


def register_native(native: NativeModule) -> None:
    """Let the address of a module's slots lead to it, as long as it lives."""
    _natives.add(native.slots_address, native)


@cover_entry
def _provide(slots: int, index: int) -> int:
    """Address of the code, or 0 with the exception pending. The handler makes no calls: each could raise once more."""
    try:
        native = _natives.refs[slots]()
        if native is None:
            raise InternalError("a function was called of a module that no longer exists")
        return native.provide(index)
    except BaseException as error:
        PENDING.error = error
        return 0


@cache
def lazy_address(direct: DirectCalls | None) -> int:
    """The C function for abi.native.NativeSupport.set_lazy_handler."""
    if direct is not None:
        return direct.provide(_provide)
    callback = ctypes.CFUNCTYPE(ctypes.c_uint64, ctypes.c_uint64, ctypes.c_uint64)(_provide)
    _callbacks.append(callback)
    return ctypes.cast(callback, ctypes.c_void_p).value or 0


_callbacks: list[object] = []
