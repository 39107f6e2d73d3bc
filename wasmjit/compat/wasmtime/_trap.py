"""Traps: why execution stopped, and where."""

from __future__ import annotations

from enum import Enum

from wasmjit import errors
from wasmjit.compat.wasmtime._error import caused


class TrapCode(Enum):
    """Why execution stopped; the numbers are those of the C API."""

    STACK_OVERFLOW = 0
    MEMORY_OUT_OF_BOUNDS = 1
    HEAP_MISALIGNED = 2
    TABLE_OUT_OF_BOUNDS = 3
    INDIRECT_CALL_TO_NULL = 4
    BAD_SIGNATURE = 5
    INTEGER_OVERFLOW = 6
    INTEGER_DIVISION_BY_ZERO = 7
    BAD_CONVERSION_TO_INTEGER = 8
    UNREACHABLE = 9
    INTERRUPT = 10
    OUT_OF_FUEL = 11
    ATOMIC_WAIT_NON_SHARED_MEMORY = 12
    NULL_REFERENCE = 13
    ARRAY_OUT_OF_BOUNDS = 14
    ALLOCATION_TOO_LARGE = 15
    CAST_FAILURE = 16
    CANNOT_ENTER_COMPONENT = 17
    NO_ASYNC_RESULT = 18
    UNHANDLED_TAG = 19
    CONTINUATION_ALREADY_CONSUMED = 20
    DISABLED_OPCODE = 21
    ASYNC_DEADLOCK = 22
    CANNOT_LEAVE_COMPONENT = 23
    CANNOT_BLOCK_SYNC_TASK = 24
    INVALID_CHAR = 25
    DEBUG_ASSERT_STRING_ENCODING_FINISHED = 26
    DEBUG_ASSERT_EQUAL_CODE_UNITS = 27
    DEBUG_ASSERT_POINTER_ALIGNED = 28
    DEBUG_ASSERT_UPPER_BITS_UNSET = 29
    STRING_OUT_OF_BOUNDS = 30
    LIST_OUT_OF_BOUNDS = 31
    INVALID_DISCRIMINANT = 32
    UNALIGNED_POINTER = 33
    TASK_CANCEL_NOT_CANCELLED = 34
    TASK_CANCEL_OR_RETURN_TWICE = 35
    SUBTASK_CANCEL_AFTER_TERMINAL = 36
    TASK_RETURN_INVALID = 37
    WAITABLE_SET_DROP_HAS_WAITERS = 38
    SUBTASK_DROP_NOT_RESOLVED = 39
    THREAD_NEW_INDIRECT_INVALID_TYPE = 40
    THREAD_NEW_INDIRECT_UNINITIALIZED = 41
    BACKPRESSURE_OVERFLOW = 42
    UNSUPPORTED_CALLBACK_CODE = 43
    CANNOT_RESUME_THREAD = 44
    CONCURRENT_FUTURE_STREAM_OP = 45
    REFERENCE_COUNT_OVERFLOW = 46
    STREAM_OP_TOO_BIG = 47
    WAITABLE_SYNC_AND_ASYNC = 48
    UNCAUGHT_EXCEPTION = 49


_CAUSES: dict[str, tuple[TrapCode, str]] = {
    "unreachable": (TrapCode.UNREACHABLE, "wasm `unreachable` instruction executed"),
    "integer_divide_by_zero": (TrapCode.INTEGER_DIVISION_BY_ZERO, "integer divide by zero"),
    "integer_overflow": (TrapCode.INTEGER_OVERFLOW, "integer overflow"),
    "invalid_conversion": (TrapCode.BAD_CONVERSION_TO_INTEGER, "invalid conversion to integer"),
    "memory_out_of_bounds": (TrapCode.MEMORY_OUT_OF_BOUNDS, "out of bounds memory access"),
    "table_out_of_bounds": (TrapCode.TABLE_OUT_OF_BOUNDS, "undefined element: out of bounds table access"),
    "undefined_element": (TrapCode.TABLE_OUT_OF_BOUNDS, "undefined element: out of bounds table access"),
    "uninitialized_element": (TrapCode.INDIRECT_CALL_TO_NULL, "uninitialized element"),
    "indirect_call_type_mismatch": (TrapCode.BAD_SIGNATURE, "indirect call type mismatch"),
    "stack_exhausted": (TrapCode.STACK_OVERFLOW, "call stack exhausted"),
    "timeout": (TrapCode.INTERRUPT, "interrupt"),
    "interrupt": (TrapCode.INTERRUPT, "interrupt"),
    "out_of_fuel": (TrapCode.OUT_OF_FUEL, "all fuel consumed by WebAssembly"),
}
"""What the engine's codes are called here."""

_MAX_FRAMES = 20
"""Frames that are kept, as in the package."""


class Frame:
    """One activation of a function in a backtrace."""

    def __init__(self, frame: errors.Frame) -> None:
        self._frame = frame

    @property
    def func_index(self) -> int:
        """Index of the function in its module."""
        return self._frame.funcidx

    @property
    def func_name(self) -> str | None:
        """What the name section calls the function."""
        return self._frame.name

    @property
    def module_name(self) -> str | None:
        """What the name section calls the module."""
        return self._frame.module

    @property
    def module_offset(self) -> int:
        """Position in the module's bytes; 0 where it is not known."""
        return self._frame.offset or 0

    @property
    def func_offset(self) -> int:
        """Position in the function's body; 0 where it is not known."""
        start, offset = self._frame.start, self._frame.offset
        return 0 if start is None or offset is None else offset - start

    def __repr__(self) -> str:
        return f"<Frame {_describe(self._frame)}>"


def _describe(frame: errors.Frame) -> str:
    return f"{frame.module or '<unknown>'}!{frame.name or f'<wasm function {frame.funcidx}>'}"


def _line(rank: int, frame: errors.Frame) -> str:
    where = "" if frame.offset is None else f"{frame.offset:#8x} - "
    return f"{rank:>5}: {where}{_describe(frame)}"


def backtrace(frames: list[errors.Frame]) -> str:
    """Where it happened: the first part of a message."""
    return "\n".join(["error while executing at wasm backtrace:", *map(_line, range(len(frames)), frames)])


class Trap(Exception):
    """Execution of wasm stopped. `Trap("message")`, raised by a host function, stops it as well."""

    def __init__(self, message: str) -> None:
        if not isinstance(message, str):
            raise TypeError(f"a message must be a str, not {type(message).__name__}")
        super().__init__(message)
        self._frames: list[errors.Frame] = []
        self._code: TrapCode | None = None

    @property
    def message(self) -> str:
        """What happened, and where, as text."""
        return str(self)

    @property
    def frames(self) -> list[Frame]:
        """The wasm stack, innermost first."""
        return [Frame(frame) for frame in self._frames]

    @property
    def trap_code(self) -> TrapCode | None:
        """Why, None for a trap that Python made."""
        return self._code

    def close(self) -> None:
        """Does nothing: there is nothing to be freed."""


def trap_of(error: errors.Trap | errors.WasmException) -> Trap:
    """The trap that stands for one of the engine's, or for an exception that nobody caught."""
    frames = error.frames[:_MAX_FRAMES]
    code, reason = _reason(error)
    shown = frames
    if (
        frames and code is TrapCode.STACK_OVERFLOW
    ):  # found before anything of the function runs: the package knows no place
        shown = [frames[0]._replace(offset=None), *frames[1:]]
    trap = Trap(caused(backtrace(shown), reason) if frames else reason)
    trap._frames, trap._code = frames, code
    return trap


def _reason(error: errors.Trap | errors.WasmException) -> tuple[TrapCode | None, str]:
    if isinstance(error, errors.WasmException):
        return None, "thrown Wasm exception"
    known = _CAUSES.get(error.code)
    return (None, error.message) if known is None else (known[0], f"wasm trap: {known[1]}")
