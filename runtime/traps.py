"""From what machine code leaves behind when it stops to the exception that says so."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from wasmjit.abi.layout import (
    TRAP_FAULT_ADDRESS,
    TRAP_FAULT_PC,
    TRAP_FRAMES,
    TRAP_NUM_FRAMES,
    TRAP_OFFSET,
)
from wasmjit.abi.traps import MESSAGES, TrapCode
from wasmjit.errors import ExhaustionError, Frame, InternalError, Trap
from wasmjit.runtime.reservation import find_reservation
from wasmjit.runtime.stack import on_this_stack

if TYPE_CHECKING:
    from wasmjit.runtime.store import Store


class Pending(threading.local):
    """The exception that a host function has just raised in this thread, on its way to the entry below it."""

    error: BaseException | None = None


PENDING = Pending()


def plain_trap(code: TrapCode) -> Trap:
    """The trap for a code, without frames."""
    if code == TrapCode.STACK_EXHAUSTED:
        return ExhaustionError()
    return Trap(MESSAGES[code], code.name.lower())


def trap_error(store: Store, code: int) -> BaseException:
    """The exception for a call that an `enter` trampoline ended with `code`; details are in the store's TrapInfo."""
    if code == TrapCode.HOST_EXCEPTION:
        return _host_error(store)
    error: Trap | InternalError = _fault(store) if code == TrapCode.FAULT else plain_trap(TrapCode(code))
    if isinstance(error, Trap):
        error.frames = backtrace(store, exact_first=code == TrapCode.FAULT)
    return error


def _host_error(store: Store) -> BaseException:
    """The exception itself; a trap gets the wasm frames that it passes through."""
    error, PENDING.error = PENDING.error, None
    if error is None:
        return InternalError("a host function failed without an exception")
    if isinstance(error, RecursionError) and not isinstance(error, ExhaustionError):
        cause = error
        error = ExhaustionError()
        error.__cause__ = cause
    if isinstance(error, Trap):
        error.frames.extend(backtrace(store))
    return error


def _fault(store: Store) -> Trap | InternalError:
    address = store.trap_info.words[TRAP_FAULT_ADDRESS // 8]
    if find_reservation(address) is not None:
        return plain_trap(TrapCode.MEMORY_OUT_OF_BOUNDS)
    if on_this_stack(address):
        return ExhaustionError()
    pc = store.trap_info.words[TRAP_FAULT_PC // 8]
    return InternalError(f"generated code at {pc:#x} accessed address {address:#x}")


def backtrace(store: Store, *, exact_first: bool = False) -> list[Frame]:
    """The wasm frames in TrapInfo, innermost first.

    Its addresses are return addresses, which belong to the instruction before them; `exact_first`: the first is the
    faulting instruction's own. A trap that the code calls says at which byte offset, that is where the first frame is.
    """
    words = store.trap_info.words
    first = TRAP_FRAMES // 8
    addresses = words[first : first + words[TRAP_NUM_FRAMES // 8]].tolist()
    offset = words[TRAP_OFFSET // 8] or None
    frames: list[Frame] = []
    for rank, address in enumerate(addresses):
        pc = address if exact_first and rank == 0 else address - 1
        frames.extend(_frames(store, pc, None if frames else offset))
    return frames


def _frames(store: Store, pc: int, offset: int | None) -> list[Frame]:
    """The frames that one machine frame stands for: several where calls were inlined."""
    for native, plan in list(store.code.items()):
        positions = native.locate(pc, offset)
        if positions:
            names = plan.names
            return [
                Frame(p.funcidx, names.function(p.funcidx), p.offset, names.module, plan.body_start(p.funcidx))
                for p in positions
            ]
    return []
