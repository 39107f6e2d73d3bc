"""`WasmtimeError` and `ExitTrap`, and how wasmjit's exceptions become those that clients expect."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from wasmjit.errors import (
    ExitStatus,
    InvalidError,
    LimitError,
    LinkError,
    MalformedError,
    Trap,
    UnsupportedError,
    WasmError,
    WasmException,
)
from wasmjit.limits import PAGE_SIZE

_EXIT_CODES = range(126)
"""Exit statuses that the C API passes on."""

_COUNTED = {"instances": "instance", "memories": "memory", "tables": "table"}


class WasmtimeError(Exception):
    """What went wrong, in words: a module that is no good, imports that do not fit, a limit that is reached."""

    def __init__(self, message: str) -> None:
        if not isinstance(message, str):
            raise TypeError(f"a message must be a str, not {type(message).__name__}")
        super().__init__(message)


class ExitTrap(WasmtimeError):
    """The guest called WASI's `proc_exit`; `code` is the exit status."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


def caused(message: str, *causes: str) -> str:
    """A message with what led to it, in the form of the `anyhow` crate."""
    lines = causes if len(causes) == 1 else [f"{i}: {cause}" for i, cause in enumerate(causes)]
    return f"{message}\n\nCaused by:\n" + "".join(f"    {line}\n" for line in lines)


def exit_error(status: ExitStatus) -> WasmtimeError:
    """What `proc_exit` becomes: an `ExitTrap`, for a status that is one."""
    if status.code not in _EXIT_CODES:
        return WasmtimeError("exit with invalid exit status outside of [0..126)")
    return ExitTrap(f"Exited with i32 exit status {status.code}", status.code)


def module_error(error: WasmError) -> WasmtimeError:
    """What a module that can't be used becomes."""
    if isinstance(error, InvalidError) and error.funcidx is not None:
        place = "" if error.offset is None else f" at offset {error.offset}"
        reason = f"Invalid input WebAssembly code{place}: {error.message}"
        return WasmtimeError(
            caused(f"failed to compile: wasm[0]::function[{error.funcidx}]", "WebAssembly translation error", reason)
        )
    if isinstance(error, MalformedError | InvalidError):
        return WasmtimeError(caused("failed to parse WebAssembly module", str(error)))
    if isinstance(error, UnsupportedError):
        place = "" if error.offset is None else f" (at offset {error.offset:#x})"
        return WasmtimeError(f"{error.feature} support is not enabled{place}")
    return WasmtimeError(str(error))


def limit_error(error: LimitError) -> WasmtimeError:
    """What a limit of the store or of the engine becomes."""
    if error.limit == "memory_bytes":
        return WasmtimeError(f"memory minimum size of {error.value // PAGE_SIZE} pages exceeds memory limits")
    if error.limit == "table_elements":
        return WasmtimeError(f"table minimum size of {error.value} elements exceeds table limits")
    if error.limit in _COUNTED:
        return WasmtimeError(f"resource limit exceeded: {_COUNTED[error.limit]} count too high at {error.value}")
    return WasmtimeError(str(error))


def link_error(error: LinkError) -> WasmtimeError:
    """What an import that is missing or does not fit becomes."""
    if error.module is None:
        return WasmtimeError(str(error))
    if str(error).startswith("unknown import"):
        return WasmtimeError(f"unknown import: `{error.module}::{error.name}` has not been defined")
    return WasmtimeError(caused(f"incompatible import type for `{error.module}::{error.name}`", str(error)))


def convert(error: BaseException) -> BaseException:
    """The exception that a client of the package expects; the same one if it does not come from the engine."""
    if isinstance(error, Trap | WasmException):
        from wasmjit.compat.wasmtime._trap import trap_of

        return trap_of(error)
    if isinstance(error, ExitStatus):
        return exit_error(error)
    if isinstance(error, LinkError):
        return link_error(error)
    if isinstance(error, LimitError):
        return limit_error(error)
    return module_error(error) if isinstance(error, WasmError) else error


@contextmanager
def errors() -> Iterator[None]:
    """What is raised inside comes out as `convert` says."""
    try:
        yield
    except (WasmError, ExitStatus) as error:
        raise convert(error) from error


@contextmanager
def refusals() -> Iterator[None]:
    """As `errors`, for operations on objects: a refused value is a `WasmtimeError` too."""
    try:
        with errors():
            yield
    except (ValueError, IndexError, MemoryError) as error:
        raise WasmtimeError(str(error)) from error
