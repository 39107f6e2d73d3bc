"""`wasmjit.run`: a WASI program, called as `subprocess.run` calls a native one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Unpack

from wasmjit.api.engine import Engine, Settings
from wasmjit.api.func import Func
from wasmjit.api.imports import Imports, Lookup, bound_wasi, first_of, mapping_lookup, resolve
from wasmjit.api.instance import instantiate_externs
from wasmjit.api.module import Module
from wasmjit.api.runstreams import Streams
from wasmjit.api.source import Source
from wasmjit.api.store import Store
from wasmjit.errors import CallTimeout, ExitStatus, Trap
from wasmjit.record import replace
from wasmjit.runtime.wasi import Wasi, WasiConfig

if TYPE_CHECKING:
    from wasmjit.runtime.wasi.config import Dirs, Stdin, Stdout

TRAP_STATUS = 134
"""The exit status for a trap: what a shell reports for a process that abort() ended."""


class CompletedRun(subprocess.CompletedProcess[Any]):
    """How a program ended: `args`, `returncode`, `stdout` and `stderr` if captured, `check_returncode()`.

    `trap` is the `Trap` that ended it, if one did; the status is 134 then.
    """

    trap: Trap | None = None


def run(
    source: Source | Module,
    args: Sequence[str | bytes] = (),
    *,
    stdin: Stdin = None,
    input: bytes | str | None = None,
    stdout: Stdout = None,
    stderr: Stdout = None,
    capture_output: bool = False,
    text: bool = False,
    encoding: str | None = None,
    errors: str | None = None,
    check: bool = False,
    timeout: float | None = None,
    env: Mapping[str, str] | None = None,
    dirs: Dirs | None = None,
    wasi: WasiConfig | None = None,
    imports: Imports | None = None,
    **settings: Unpack[Settings],
) -> CompletedRun:
    """Run a WASI program to its end: `run("tool.wasm", ["-v"], capture_output=True, text=True).stdout`.

    * `source`: a path, bytes, text, or a `Module`, which is compiled once for many runs.
    * `args`: what the program gets after its own name.
    * `stdin`: as in `WasiConfig`, or `subprocess.DEVNULL`; `input` instead gives it bytes, or str with `text`.
    * `stdout`, `stderr`: as in `WasiConfig`, or `subprocess.PIPE` to have it in the result, `DEVNULL`, and `STDOUT` for
      stderr. `capture_output` is PIPE for both.
    * `text`, `encoding`, `errors`: input and results are str.
    * `check`: raise `subprocess.CalledProcessError` for a status other than 0.
    * `timeout`: seconds that the program may run, before `subprocess.TimeoutExpired` is raised with what was captured.
    * `env`, `dirs`: as in `WasiConfig`; nothing is inherited. `wasi` is a `WasiConfig` with everything else.
    * `imports`: as for `load`, for a program that imports more than WASI.
    * `settings`: the fields of `Config`, unless `source` is a `Module`.

    A trap is status 134, and its message and backtrace go to standard error. What host functions raise comes out.
    Raises what `Module` and `Instance` raise, ValueError if it is no program, OSError for a directory that can't be
    opened.
    """
    streams = Streams(encoding, errors, text=text)
    given: dict[str, Any] = {name: value for name, value in (("env", env), ("dirs", dirs)) if value is not None}
    config = replace(wasi or WasiConfig(), args=[_name_of(source), *args], **given)
    config = streams.connect(config, stdin, input, stdout, stderr, capture=capture_output)
    module = source if isinstance(source, Module) else Module(Engine(**settings), source)
    status, trap = _run(module, config, mapping_lookup(imports or {}), timeout)
    done = CompletedRun(config.args, status, streams.output("stdout"), streams.output("stderr"))
    done.trap = trap
    if isinstance(trap, CallTimeout) and timeout is not None:
        raise subprocess.TimeoutExpired(done.args, timeout, done.stdout, done.stderr) from None
    if check and status:
        raise subprocess.CalledProcessError(status, done.args, done.stdout, done.stderr) from trap
    return done


def _run(module: Module, config: WasiConfig, given: Lookup, timeout: float | None) -> tuple[int, Trap | None]:
    """The exit status, and the trap that it is for."""
    if "_start" not in (export.name for export in module.exports):
        raise ValueError("there is no _start: it is not a program")
    with Wasi(config) as wasi:
        store = Store(module.engine)
        externs = resolve(store, module, first_of(given, bound_wasi(wasi)))
        try:
            start: Func = instantiate_externs(store, module, externs)["_start"]
            start(timeout=timeout)
        except ExitStatus as exit:
            return exit.code & 0xFF, None
        except CallTimeout as trap:
            return TRAP_STATUS, trap
        except Trap as trap:
            wasi.write_error(f"wasmjit: trap: {config.args[0]!s}: {trap.message}\n{trap.backtrace}\n".encode())
            return TRAP_STATUS, trap
    return 0, None


def _name_of(source: Source | Module) -> str:
    """What the program is told to be its own name."""
    if isinstance(source, str | os.PathLike) and "\n" not in os.fspath(source):
        return os.path.basename(source)
    return (source.name if isinstance(source, Module) else None) or "wasm"
