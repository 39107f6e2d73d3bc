"""What can go wrong, one class per outcome.

::

    WasmError
      MalformedError     the bytes are not a module (spec ch. 5)
      InvalidError       the module is not well typed (spec ch. 3)
      UnsupportedError   it needs a feature that this engine lacks or has switched off
      LimitError         it is larger than an implementation limit (limits.py)
      LinkError          imports missing or of the wrong type (spec 4.5.4)
      ArtifactError      a compiled file is damaged, or made by another version or for another machine
      WasmException      an exception of the guest's, or for the guest (spec 4.2.12)
      Trap               execution stopped (spec 4.2)
        ExhaustionError  the call stack is used up
        FuelExhausted    the store's fuel is used up
        Interrupted      it was stopped from outside
          CallTimeout    because its time was up
    ExitStatus           proc_exit: an outcome, not a failure
    InternalError        a fault of wasmjit itself: cannot happen in valid code

Message texts are those that the official suite asserts; a byte offset follows them where there is one.
"""

from __future__ import annotations

from wasmjit.light import Iterable, NamedTuple


class WasmError(Exception):
    """Base of everything that a module, valid or not, can make the engine report."""

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle with all attributes: errors come out of the processes that compile."""
        return _restore, (type(self), self.args, self.__dict__)


def _restore(cls: type[WasmError], args: tuple[object, ...], attributes: dict[str, object]) -> WasmError:
    error = cls.__new__(cls)
    error.args = args
    error.__dict__.update(attributes)
    return error


class MalformedError(WasmError):
    """The binary format is broken at byte `offset` (spec ch. 5)."""

    def __init__(self, message: str, offset: int | None = None) -> None:
        self.message = message
        self.offset = offset
        super().__init__(message if offset is None else f"{message} (at offset {offset:#x})")


class InvalidError(WasmError):
    """Validation fails (spec ch. 3) in function `funcidx`, at byte `offset`; None where there is no such place."""

    def __init__(self, message: str, funcidx: int | None = None, offset: int | None = None) -> None:
        self.message = message
        self.funcidx = funcidx
        self.offset = offset
        where = [] if funcidx is None else [f"in function {funcidx}"]
        where += [] if offset is None else [f"at offset {offset:#x}"]
        super().__init__(f"{message} ({' '.join(where)})" if where else message)


class UnsupportedError(WasmError):
    """The module uses `feature` (a name of features.py), which is not available, at byte `offset`."""

    def __init__(self, feature: str, offset: int | None = None) -> None:
        self.feature = feature
        self.offset = offset
        where = "" if offset is None else f" (at offset {offset:#x})"
        super().__init__(f"unsupported feature: {feature}{where}")


class LimitError(WasmError):
    """`value` exceeds the implementation limit named `limit` (limits.py)."""

    def __init__(self, limit: str, value: int, maximum: int) -> None:
        self.limit = limit
        self.value = value
        self.maximum = maximum
        super().__init__(f"implementation limit exceeded: {limit} is {value}, at most {maximum} allowed")


class LinkError(WasmError):
    """An import is missing or does not match: `module` and `name` say which (spec 4.5.4)."""

    def __init__(self, message: str, module: str | None = None, name: str | None = None) -> None:
        self.message = message
        self.module = module
        self.name = name
        super().__init__(message)


class ArtifactError(WasmError):
    """A file made by `wasmjit compile` can't be used: damaged, of another version, or for another machine."""


class Frame(NamedTuple):
    """One wasm activation in a backtrace. `offset` is the byte position in the binary, None where unknown.

    `start` is where the function's body starts.
    """

    funcidx: int
    name: str | None
    offset: int | None
    module: str | None = None
    start: int | None = None

    def __str__(self) -> str:
        name = f"${self.name}" if self.name else f"func[{self.funcidx}]"
        where = "" if self.offset is None else f" @ {self.offset:#x}"
        return f"{self.module or 'wasm'}!{name}{where}"


class Trap(WasmError):
    """Execution trapped (spec 4.2). `code` is a name of abi.traps, `frames` the wasm stack, innermost first."""

    def __init__(self, message: str, code: str = "host", frames: list[Frame] | None = None) -> None:
        self.message = message
        self.code = code
        self.frames: list[Frame] = frames if frames is not None else []
        super().__init__(message)

    @property
    def backtrace(self) -> str:
        """The frames as text, one a line, innermost first."""
        return "\n".join(f"  {i}: {frame}" for i, frame in enumerate(self.frames))


class ExhaustionError(Trap, RecursionError):
    """The call stack is used up, by wasm calls or by calls between wasm and Python."""

    def __init__(self, message: str = "call stack exhausted", frames: list[Frame] | None = None) -> None:
        super().__init__(message, "stack_exhausted", frames)


class FuelExhausted(Trap):
    """The fuel that the store had is used up."""

    def __init__(self, message: str = "all fuel consumed", frames: list[Frame] | None = None) -> None:
        super().__init__(message, "out_of_fuel", frames)


class Interrupted(Trap):
    """The call was stopped from outside: by `interrupt`, or because an epoch came to its end."""

    def __init__(self, message: str = "interrupt", code: str = "interrupt", frames: list[Frame] | None = None) -> None:
        super().__init__(message, code, frames)


class CallTimeout(Interrupted, TimeoutError):
    """The call took longer than its `timeout`."""

    def __init__(self, message: str = "time limit exceeded", frames: list[Frame] | None = None) -> None:
        super().__init__(message, "timeout", frames)


class WasmException(WasmError):
    """An exception with a `tag` and its `values`: one that no wasm code caught, or one for wasm code to catch.

    `frames` are the wasm functions that it left, innermost first.
    """

    def __init__(self, tag: object, values: Iterable[object] = ()) -> None:
        self.tag = tag
        self.values = tuple(values)
        self.frames: list[Frame] = []
        super().__init__(f"uncaught exception with {tag}: {', '.join(map(repr, self.values)) or 'no values'}")

    @property
    def backtrace(self) -> str:
        """The frames as text, one a line, innermost first."""
        return "\n".join(f"  {i}: {frame}" for i, frame in enumerate(self.frames))


class ExitStatus(Exception):
    """The guest ended itself with exit status `code` (WASI `proc_exit`)."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(f"exit status {code}")


class InternalError(Exception):
    """A fault of wasmjit: generated code or runtime broke one of its own rules."""
