"""From what machine code leaves behind when it stops to the exception that says so."""

from __future__ import annotations

from _thread import _local
from weakref import WeakKeyDictionary

from wasmjit.abi.layout import (
    TRAP_FAULT_ADDRESS,
    TRAP_FAULT_PC,
    TRAP_FRAMES,
    TRAP_INFO_BYTES,
    TRAP_NUM_FRAMES,
    TRAP_OFFSET,
)
from wasmjit.abi.traps import MESSAGES, TrapCode
from wasmjit.errors import (
    CallTimeout,
    ExhaustionError,
    ExitStatus,
    Frame,
    FuelExhausted,
    InternalError,
    Interrupted,
    Trap,
)
from wasmjit.light import TYPE_CHECKING, Callable, NoReturn
from wasmjit.runtime.raw import Block
from wasmjit.runtime.reservation import find_reservation
from wasmjit.runtime.stack import on_this_stack

if TYPE_CHECKING:
    from wasmjit.abi.native import NativeModule, NativeSupport
    from wasmjit.abi.position import CodePosition
    from wasmjit.runtime.plan import ModulePlan


class Pending(_local):
    """The exception that a host function has just raised in this thread, on its way to the entry below it."""

    error: BaseException | None = None


PENDING = Pending()


_CLASSES: dict[TrapCode, Callable[[], Trap]] = {
    TrapCode.STACK_EXHAUSTED: ExhaustionError,
    TrapCode.INTERRUPT: Interrupted,
    TrapCode.TIMEOUT: CallTimeout,
    TrapCode.OUT_OF_FUEL: FuelExhausted,
}
_EXACT = frozenset({TrapCode.FAULT, TrapCode.INTERRUPT, TrapCode.TIMEOUT})
"""Codes that a signal handler leaves, with the address of the interrupted instruction."""


def plain_trap(code: TrapCode) -> Trap:
    """The trap for a code, without frames."""
    special = _CLASSES.get(code)
    if special is not None:
        return special()
    return Trap(MESSAGES[code], code.name.lower())


class TrapSource:
    """What traps of a store are made of. It does not refer to the store, which refers to it."""

    __slots__ = ("code", "native", "stop_reason", "trap_info", "uncaught")

    def __init__(self, native: NativeSupport) -> None:
        self.native = native
        self.trap_info = Block(TRAP_INFO_BYTES)
        self.code: WeakKeyDictionary[NativeModule, ModulePlan] = WeakKeyDictionary()
        """The machine code of all instances, for backtraces."""
        self.uncaught: Callable[[int], BaseException] = lambda exn: InternalError(f"uncaught exception {exn:#x}")
        """The Python exception for one that left wasm."""
        self.stop_reason: BaseException | None = None
        """What the next interrupt raises in place of Interrupted."""

    def interruption(self) -> BaseException:
        """The exception for an interrupt."""
        reason, self.stop_reason = self.stop_reason, None
        return plain_trap(TrapCode.INTERRUPT) if reason is None else reason

    def raise_for(self, code: int) -> NoReturn:
        """Raise what `trap_error` makes."""
        raise trap_error(self, code)


def trap_error(store: TrapSource, code: int) -> BaseException:
    """The exception for a call that an `enter` trampoline ended with `code`; details are in the store's TrapInfo."""
    if code == TrapCode.HOST_EXCEPTION:
        return _host_error(store)
    if code == TrapCode.UNCAUGHT_EXCEPTION:
        return store.uncaught(store.trap_info.words[TRAP_FAULT_ADDRESS // 8])
    if code == TrapCode.FAULT:
        error: BaseException = _fault(store)
    else:
        error = store.interruption() if code == TrapCode.INTERRUPT else plain_trap(TrapCode(code))
    if isinstance(error, Trap):
        error.frames = backtrace(store, exact_first=code in _EXACT)
    return error


def _host_error(store: TrapSource) -> BaseException:
    """The exception itself. It gets the wasm frames that it passes through, as a note if it is not a trap."""
    error, PENDING.error = PENDING.error, None
    if error is None and store.native.direct is not None:
        error = store.native.direct.take_pending()
    if error is None:
        return InternalError("a host function failed without an exception")
    if isinstance(error, RecursionError) and not isinstance(error, ExhaustionError):
        cause = error
        error = ExhaustionError()
        error.__cause__ = cause
    if isinstance(error, Trap):
        error.frames.extend(backtrace(store))
    elif not isinstance(error, ExitStatus):
        _add_note(error, backtrace(store))
    return error


def _add_note(error: BaseException, frames: list[Frame]) -> None:
    if frames:
        error.add_note("\n".join(["Called by wasm (innermost first):", *(f"  {frame}" for frame in frames)]))


def _fault(store: TrapSource) -> Trap | InternalError:
    address = store.trap_info.words[TRAP_FAULT_ADDRESS // 8]
    if find_reservation(address) is not None:
        return plain_trap(TrapCode.MEMORY_OUT_OF_BOUNDS)
    if on_this_stack(address):
        return ExhaustionError()
    pc = store.trap_info.words[TRAP_FAULT_PC // 8]
    return InternalError(f"generated code at {pc:#x} accessed address {address:#x}")


def backtrace(store: TrapSource, *, exact_first: bool = False) -> list[Frame]:
    """The wasm frames in TrapInfo, innermost first.

    Its addresses are return addresses, which belong to the instruction before them; `exact_first`: the first is the
    faulting instruction's own. A trap that the code calls says at which byte offset, that is where the first frame is.
    """
    words = store.trap_info.words
    first = TRAP_FRAMES // 8
    addresses = words[first : first + words[TRAP_NUM_FRAMES // 8]].tolist()
    offset = words[TRAP_OFFSET // 8] or None
    pcs = [address - 1 for address in addresses]
    if exact_first and pcs:
        pcs[0] += 1
    return _frames(store, pcs, offset)


def frames_at(store: TrapSource, places: list[int]) -> list[Frame]:
    """The wasm frames of some return addresses."""
    return _frames(store, [address - 1 for address in places], None)


def _frames(store: TrapSource, pcs: list[int], offset: int | None) -> list[Frame]:
    """The frames that machine frames stand for: several where calls were inlined, none where better code goes on.

    `offset` is that of the first, if it is known.
    """
    frames: list[Frame] = []
    resumed = False
    for pc in pcs:
        native, positions = _locate(store, pc, None if frames else offset)
        if native is None:
            continue
        if not resumed:
            plan = store.code[native]
            names = plan.names
            frames += [
                Frame(p.funcidx, names.function(p.funcidx), p.offset, names.module, plan.body_start(p.funcidx))
                for p in positions
            ]
        resumed = native.is_resumed(pc)
    return frames


def _locate(store: TrapSource, pc: int, offset: int | None) -> tuple[NativeModule | None, list[CodePosition]]:
    """The module of a machine address, and the positions there; None if it is in no wasm function."""
    for native in list(store.code):
        positions = native.locate(pc, offset)
        if positions:
            return native, positions
    return None, []
