"""Function objects that Python calls as it calls built-in functions: by their vectorcall function, which is generated.

The native fields of such an object are those of abi.layout.CALLABLE_*.
"""

from __future__ import annotations

from wasmjit.abi.layout import (
    CALLABLE_ALIVE,
    CALLABLE_BYTES,
    CALLABLE_CODE,
    CALLABLE_PORTABLE,
    CALLABLE_STORE,
    CALLABLE_VMCTX,
)
from wasmjit.light import TYPE_CHECKING, TypeVar
from wasmjit.runtime.capi import native_type
from wasmjit.runtime.func import FuncInstance, WasmFuncInstance
from wasmjit.runtime.raw import write_word

if TYPE_CHECKING:
    from wasmjit.abi.native import DirectCalls


_T = TypeVar("_T")

_offsets: dict[type, int] = {}


def built_in(base: type[_T]) -> type[_T]:
    """Class decorator: instances become callable natively, once `bind` has been called for them.

    At most one class of the process, since native code knows one place for the fields.
    """
    made, offset = native_type(base, CALLABLE_BYTES, {}, vectorcall=True)
    _offsets[made] = offset
    return made


def bind(target: object, func: FuncInstance, portable: object) -> bool:
    """Let calls of `target` go to a function, and to `portable` where native code does not know how.

    The caller keeps both alive as long as `target`. False if there is no native way on this Python.
    """
    direct = func.store.native.direct
    if direct is None:
        return False
    offset = _offsets[type(target)]
    direct.set_offset("callable", offset)
    fields = id(target) + offset
    write_word(fields + CALLABLE_PORTABLE, id(portable))
    if isinstance(func, WasmFuncInstance):
        _bind_code(fields, func)
    write_word(fields, _vectorcall(direct, func))
    return True


def _bind_code(fields: int, func: WasmFuncInstance) -> None:
    instance = func.instance
    write_word(fields + CALLABLE_CODE, func.slot_address)
    write_word(fields + CALLABLE_VMCTX, instance.vmctx.address)
    write_word(fields + CALLABLE_STORE, func.store.header.address)
    write_word(fields + CALLABLE_ALIVE, instance.alive.address)


def _vectorcall(direct: DirectCalls, func: FuncInstance) -> int:
    return direct.builtin(func.signature.key) if isinstance(func, WasmFuncInstance) else direct.address("portable")
