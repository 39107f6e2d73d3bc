"""The store (spec 4.2.3): what instances that may be linked with one another share, and the way into their code."""

from __future__ import annotations

import gc
import struct
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import CodeType, FunctionType, TracebackType
from typing import TYPE_CHECKING, Any, Protocol

from wasmjit.abi.traps import TrapCode
from wasmjit.config import Config
from wasmjit.errors import ExhaustionError, Frame, Trap, WasmException
from wasmjit.interp.aggregates import intern, value_of
from wasmjit.interp.scalars import trap
from wasmjit.interp.stopping import HostError, Stopping
from wasmjit.interp.tag import TagInstance, Thrown
from wasmjit.wasm.rectypes import DefType
from wasmjit.wasm.types import ExternType, ValType

if TYPE_CHECKING:
    from wasmjit.interp.func import FuncInstance

INSTANCE = "instance"
"""The global variable of translated code that holds its ModuleInstance."""

_STACK_BYTES_PER_FRAME = 512
_STACK_BYTES_PER_ENTRY = 4096
_MAX_TRACE = 64


class Services(Protocol):
    """What is written once for every tier, and handed in."""

    def pack(self, store: Any, type: ValType, value: object, keeper: Any) -> Any:
        """The number, bytes or reference for a Python object. Raises TypeError, OverflowError, ValueError."""

    def unpack(self, store: Any, type: ValType, value: Any) -> object:
        """The Python object for one of those, integers signed."""

    def matches(self, actual: ExternType, wanted: ExternType) -> bool:
        """Whether an import's type fits (spec 3.3)."""

    def quota(self) -> Any:
        """What a store grants its guests: an object of `runtime.quota`."""

    def wait_queues(self) -> Any:
        """The threads that wait at addresses of a shared memory: an object of `runtime.waiting`."""

    def within(self, timeout: float, function: Callable[..., Any], *args: Any) -> Any:
        """Call a function; `time_left_ns` is limited meanwhile. Raises ValueError."""

    def time_left_ns(self) -> int | None:
        """How long the calls of this thread may still take; None if there is no limit."""


class References:
    """The conversions take references for addresses; here an object is its own."""

    intern = staticmethod(intern)
    value_of = staticmethod(value_of)

    def hold(self, function: Callable[..., Any], *args: object) -> Any:
        """Call a function. Python keeps what it meets."""
        return function(*args)


class Exceptions:
    """Between Python's exceptions and those of translated code."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def from_python(self, error: WasmException) -> Thrown | None:
        """The exception of translated code; None if its tag is none of the store's. Raises as conversions do."""
        tag = self._store.unwrap_tag(error.tag)
        if not isinstance(tag, TagInstance) or tag.store is not self._store:
            return None
        types = tag.type.type.params
        if len(types) != len(error.values):
            raise TypeError(f"{tag} takes {len(types)} values, not {len(error.values)}")
        return Thrown(tag, self._store.lower_all(types, error.values, "exception value"), error)

    def to_python(self, thrown: Thrown) -> WasmException:
        """The exception for Python: the same object each time."""
        if thrown.error is None:
            values = self._store.lift_all(thrown.tag.type.type.params, thrown.values)
            thrown.error = WasmException(self._store.wrap_tag(thrown.tag), values)
        return thrown.error


class PythonHeap:
    """Where structures and arrays are: Python's own, whose size is not known."""

    used_bytes = 0

    def collect(self) -> None:
        """Collect garbage."""
        gc.collect()


class NoNative:
    """In place of what machine code shares: there is none."""

    direct = None


class Store(Stopping):
    """Instances of one store can import from one another. One thread at a time runs its code; others wait."""

    def __init__(self, config: Config, services: Services) -> None:
        super().__init__(services.time_left_ns, has_fuel=config.fuel)
        self.config = config
        self.services = services
        self.quota = services.quota()
        self.guard = False
        self.native = NoNative()
        self.heap = PythonHeap()
        self.lock = threading.RLock()
        self.externrefs = References()
        self.wrap_func: Callable[[Any], object] = lambda func: func
        """What Python code gets for a function reference."""
        self.unwrap_func: Callable[[object], Any] = lambda value: value
        """The function that a Python object stands for, if it does."""
        self.wrap_tag: Callable[[Any], object] = lambda tag: tag
        """What Python code gets for a tag."""
        self.unwrap_tag: Callable[[object], Any] = lambda value: value
        """The tag that a Python object stands for, if it does."""
        self.exceptions = Exceptions(self)
        self.classes: dict[DefType, Any] = {}
        """The classes of structures and arrays."""
        self._depth = 0

    def func_at(self, reference: FuncInstance) -> FuncInstance:
        """The function of a reference."""
        return reference

    def _uncaught(self, thrown: Thrown) -> WasmException:
        error = self.exceptions.to_python(thrown)
        error.frames.extend(backtrace(thrown.__traceback__))
        return error

    def lower_all(self, types: Sequence[ValType], values: Sequence[object], what: str) -> list[Any]:
        """Values as translated code has them. Raises TypeError, OverflowError or ValueError, saying which one."""
        from wasmjit.interp.func import lower_values

        return lower_values(self, types, values, what)

    def lift_all(self, types: Sequence[ValType], values: Sequence[Any]) -> list[object]:
        """Values as Python has them."""
        from wasmjit.interp.func import lift_values

        return lift_values(self, types, values)

    def keep(self, func: FuncInstance) -> None:
        """References keep what they refer to by themselves."""

    def enter(self, function: FunctionType, args: Sequence[object]) -> Any:
        """Run translated code; what stops it comes out as an exception of errors.py, or as the host raised it."""
        with self.lock:
            if self._depth * _STACK_BYTES_PER_ENTRY >= self.config.max_stack_bytes:
                raise ExhaustionError
            self._depth += 1
            timer = None
            try:
                timer = self.begin()
                with _LIMIT.raised(self.config.max_stack_bytes // _STACK_BYTES_PER_FRAME):
                    return function(*args)
            except Thrown as thrown:
                raise self._uncaught(thrown) from None
            except HostError as error:
                raise _host_error(error) from error.error.__cause__
            except Trap as error:
                error.frames.extend(backtrace(error.__traceback__))
                raise
            except _STOPPING as error:
                raise _stopped(error) from None
            finally:
                self._depth -= 1
                self.end(timer, outermost=not self._depth)


_STOPPING = (struct.error, AttributeError, IndexError, OverflowError, ZeroDivisionError, RecursionError)
"""Python's own errors that mean traps in translated code."""


class _RecursionLimit:
    """Python's recursion limit, raised while translated code runs in any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._before = 0

    def raised(self, frames: int) -> _RecursionLimit:
        """Allow that many more frames than usual, until the `with` block ends."""
        with self._lock:
            if not self._users:
                self._before = sys.getrecursionlimit()
                sys.setrecursionlimit(self._before + frames)
            self._users += 1
        return self

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._lock:
            self._users -= 1
            if not self._users:
                with suppress(RecursionError):  # deeper than that already: the next one does it
                    sys.setrecursionlimit(self._before)


_LIMIT = _RecursionLimit()


def _host_error(carrier: HostError) -> BaseException:
    """What the host raised; a trap gets the frames that it passes through."""
    error = carrier.error
    if isinstance(error, RecursionError) and not isinstance(error, ExhaustionError):
        cause = error
        error = ExhaustionError()
        error.__cause__ = cause
    if isinstance(error, Trap):
        error.frames.extend(backtrace(carrier.__traceback__))
    return error


def _stopped(error: Exception) -> Trap:
    """The trap that one of Python's own errors in translated code stands for."""
    trace = _trace(error.__traceback__)
    if isinstance(error, RecursionError):
        result: Trap = ExhaustionError()
    elif isinstance(error, ZeroDivisionError):
        result = trap(TrapCode.INTEGER_DIVIDE_BY_ZERO)
    elif isinstance(error, AttributeError):
        result = trap(_NULLS.get(error.name or "", TrapCode.NULL_STRUCTURE_REFERENCE))
    elif isinstance(error, IndexError) and trace:
        result = trap(trace[0][0].index_trap(trace[0][2]))
    else:
        result = trap(TrapCode.MEMORY_OUT_OF_BOUNDS)
    result.frames = _frames(trace)
    return result


_NULLS = {"elements": TrapCode.NULL_ARRAY_REFERENCE, "real": TrapCode.NULL_I31_REFERENCE}
"""By the attribute that null does not have; others are fields of structures."""


class Traced(Protocol):
    """An instance as far as backtraces use it."""

    def place(self, code: CodeType, line: int) -> tuple[int, int | None] | None:
        """Function index and byte offset of a line of translated code."""

    def frame(self, funcidx: int, offset: int | None) -> Frame:
        """The frame for a place."""

    def index_trap(self, offset: int | None) -> TrapCode:
        """The trap for an index that is out of bounds, by the instruction at an offset."""


def _trace(traceback: TracebackType | None) -> list[tuple[Traced, int, int | None]]:
    """Instance, function and offset of each wasm frame, innermost first."""
    result: list[tuple[Traced, int, int | None]] = []
    while traceback is not None:
        instance = traceback.tb_frame.f_globals.get(INSTANCE)
        if instance is not None:
            place = instance.place(traceback.tb_frame.f_code, traceback.tb_lineno)
            if place is not None:
                result.append((instance, *place))
        traceback = traceback.tb_next
    result.reverse()
    return result[:_MAX_TRACE]


def _frames(trace: list[tuple[Traced, int, int | None]]) -> list[Frame]:
    return [instance.frame(funcidx, offset) for instance, funcidx, offset in trace]


def backtrace(traceback: TracebackType | None) -> list[Frame]:
    """The wasm frames of a traceback, innermost first."""
    return _frames(_trace(traceback))
