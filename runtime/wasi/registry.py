"""The host calls, and how a guest's call reaches them.

A host call is a plain function, declared with its wasm signature::

    @wasi("fd_seek", "i32 i64 i32 i32 -> i32")
    def fd_seek(state: State, memory: memoryview, fd: int, delta: int, whence: int, position: int) -> None:

It gets the guest's state, all of its memory, and the parameters as unsigned numbers. It returns nothing on success,
which the guest sees as errno 0; it raises `WasiError` or lets an `OSError` through, which the guest sees as the
errno. With `memory=False` it gets no memory, and the guest needs none.
"""

from __future__ import annotations

import struct
from _operator import and_

from wasmjit.light import TYPE_CHECKING, Any, Callable, Mapping, NamedTuple, Protocol, TypeVar
from wasmjit.runtime.wasi.errno import Errno, WasiError, from_host
from wasmjit.wasm.types import I32, VAL_TYPE_BY_NAME, FuncType

if TYPE_CHECKING:
    from wasmjit.runtime.wasi.state import State

PREVIEW_1 = "wasi_snapshot_preview1"
PREVIEW_0 = "wasi_unstable"
MODULES = (PREVIEW_1, PREVIEW_0)
SPAWN = ("wasi", "thread-spawn")
"""What `threads.py` offers besides."""

HostFunction = Callable[..., "int | None"]
"""What the engine calls: `(calling instance, raw arguments...) -> errno`."""

_Function = TypeVar("_Function", bound=Callable[..., None])
_FAULT = int(Errno.FAULT)


class Caller(Protocol):
    """The calling instance, as far as host calls use it."""

    @property
    def exports(self) -> Mapping[str, Any]:
        """Exports by name. "memory" has `view()`: all of it as writable bytes, without a copy."""


class HostCall(NamedTuple):
    """One declared host call."""

    function: Callable[..., None]
    type: FuncType
    memory: bool


HOST_CALLS: dict[tuple[str, str], HostCall] = {}
"""All of them by (module, name); complete after `wasi.declare_all_calls`."""

ALTERNATIVES: dict[tuple[str, str], HostCall] = {}
"""Calls of the same name with another type, for modules that import them so."""


def parse_signature(signature: str) -> FuncType:
    """`"i32 i64 -> i32"` as a function type."""
    params, results = (tuple(VAL_TYPE_BY_NAME[name] for name in side.split()) for side in signature.split("->"))
    return FuncType(params, results)


def wasi(
    name: str,
    signature: str,
    *,
    memory: bool = True,
    modules: tuple[str, ...] = MODULES,
    alternative: bool = False,
) -> Callable[[_Function], _Function]:
    """Declare a host call, for both previews unless `modules` says otherwise; or an alternative to one."""
    calls = ALTERNATIVES if alternative else HOST_CALLS

    def declare(function: _Function) -> _Function:
        for module in modules:
            if (module, name) in calls:
                raise ValueError(f"{module}.{name} is declared twice")
            calls[module, name] = HostCall(function, parse_signature(signature), memory)
        return function

    return declare


def bind(call: HostCall, state: State) -> HostFunction:
    """The function that the engine calls, for one guest."""
    masks = [0xFFFF_FFFF if t is I32 else 0xFFFF_FFFF_FFFF_FFFF for t in call.type.params]
    if call.memory:
        return _bind_with_memory(call.function, masks, state)
    return _bind_without_memory(call.function, masks, state)


def _bind_with_memory(function: Callable[..., None], masks: list[int], state: State) -> HostFunction:
    def host_function(caller: Caller, *args: int) -> int:
        try:
            memory = caller.exports["memory"].view()
        except (KeyError, AttributeError):  # no memory, or called by Python itself: no pointer can be valid
            return _FAULT
        try:
            # masking is only needed for what is negative as a signed number, and costs as much as a small call
            function(state, memory, *(args if min(args) >= 0 else map(and_, args, masks)))
        except WasiError as error:
            return error.errno.value
        except OSError as error:
            return from_host(error).value
        except struct.error:
            return _FAULT
        return 0

    return host_function


def _bind_without_memory(function: Callable[..., None], masks: list[int], state: State) -> HostFunction:
    def host_function(caller: Caller, *args: int) -> int:
        try:
            function(state, *map(and_, args, masks))
        except WasiError as error:
            return error.errno.value
        except OSError as error:
            return from_host(error).value
        return 0

    return host_function
