"""`wasmjit run`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click

from wasmjit.api.engine import Engine
from wasmjit.api.func import Func
from wasmjit.api.instance import initialize
from wasmjit.api.linker import Linker
from wasmjit.api.module import Module
from wasmjit.api.store import Store
from wasmjit.cli.arguments import format_result, parse_arguments
from wasmjit.cli.common import (
    CliError,
    compile_options,
    debug_option,
    errors_of,
    jobs_option,
    make_engine,
    message_of,
    read_module,
    tier_option,
)
from wasmjit.cli.interrupt import default_interrupt
from wasmjit.cli.limits import Limits, limit_options
from wasmjit.cli.progress import Progress
from wasmjit.cli.reports import Reports, report_options
from wasmjit.cli.stubs import define_stubs
from wasmjit.cli.wasi import Grants, wasi_options
from wasmjit.config import BoundsChecks, Compilation, OptLevel, Tier
from wasmjit.errors import CallTimeout, ExitStatus, Trap, WasmException
from wasmjit.runtime.quota import StoreLimits

TRAP_STATUS = 134  # what a shell reports for a process that abort() ended
TIMEOUT_STATUS = 124  # as timeout(1) has it
_SHOWN_EXPORTS = 20


_EXAMPLES = """\b
Examples:
  wasmjit run --opt 2 --dir . app.wasm input.txt -v
  wasmjit run --dir /tmp/data::/data --env HOME --env MODE=fast app.wasm
  wasmjit run --tcplisten 127.0.0.1:8080 --allow-net api.example.org:443 server.wasm
  wasmjit run --invoke gcd math.wasm 1071 462
  wasmjit run --timeout 2.5 --max-memory 256M untrusted.wasm
  wasmjit run - < app.wasm
"""


@click.command("run", epilog=_EXAMPLES, context_settings={"allow_interspersed_args": False})
@compile_options
@tier_option
@limit_options
@jobs_option
@wasi_options
@click.option(
    "--stub",
    "stubs",
    metavar="MODULE.NAME[=VALUE]",
    multiple=True,
    help="Provide an import: a function that returns VALUE (or 0, or traps by `trap`), or a global. Can be repeated.",
)
@click.option("--stub-all", is_flag=True, help="Provide all imports that are missing, as --stub without VALUE does.")
@click.option("--invoke", metavar="NAME", help="Call this export with ARGS and print its results.")
@click.option("--eager", is_flag=True, help="Compile everything before the program starts, in several processes.")
@click.option("--no-cache", is_flag=True, help="Neither use nor keep compiled code of the program.")
@report_options
@debug_option
@click.argument("file", metavar="FILE")
@click.argument("args", metavar="[ARGS]...", nargs=-1, type=click.UNPROCESSED)
def command(
    file: str,
    args: tuple[str, ...],
    opt: OptLevel,
    bounds_checks: BoundsChecks,
    target_cpu: str | None,
    tier: Tier,
    jobs: int,
    limits: Limits,
    grants: Grants,
    stubs: Sequence[str],
    stub_all: bool,
    invoke: str | None,
    eager: bool,
    no_cache: bool,
    reports: Reports,
) -> None:
    """Run a program, or call a function of a module.

    FILE is a module, WebAssembly text, or what `wasmjit compile` made; `-` is standard input. What follows it goes to
    the program. The program sees the standard streams, and of the rest only what options give it.

    Functions are compiled when they are first called; what is compiled is kept for the next run.

    The exit status is the program's; 134 after a trap, 124 when its time is up, 1 if FILE can't be run.
    """
    with errors_of(file):
        compilation: Compilation = "eager" if eager else "lazy"
        engine = make_engine(
            opt,
            bounds_checks,
            target_cpu,
            jobs=jobs,
            limits=limits,
            tier=tier,
            compilation=compilation,
            cache=not no_cache,
            perf=reports.perf,
        )
        module = _load(file, engine)
        linker = Linker(_make_store(engine, limits), allow_shadowing=True)
        linker.define_wasi(grants.config((_program_name(file), *(() if invoke else args))))
        define_stubs(linker, module, stubs, stub_all)
        with reports.shown(module):
            try:
                linker.store.run_within(limits.timeout_s, _run, file, module, linker, invoke, args)
            except ExitStatus as status:
                raise SystemExit(status.code & 0xFF) from None
            except (Trap, WasmException) as error:
                report_failure(file, error)


def _make_store(engine: Engine, limits: Limits) -> Store:
    granted = None if limits.memory_bytes is None else StoreLimits(memory_bytes=limits.memory_bytes)
    store = Store(engine, limits=granted)
    if limits.fuel is not None:
        store.fuel = limits.fuel
    return store


def _program_name(file: str) -> str:
    return "wasm" if file == "-" else os.path.basename(file)


def _load(file: str, engine: Engine) -> Module:
    data = read_module("-") if file == "-" else None
    if engine.config.compilation == "lazy" or engine.config.jobs == 1:
        default_interrupt()
    with Progress(f"compiling {os.path.basename(file)}") as progress:
        module = Module(engine, Path(file) if data is None else data, progress=progress)
    default_interrupt()
    return module


def _run(file: str, module: Module, linker: Linker, invoke: str | None, args: Sequence[str]) -> None:
    """Instantiate, and call `_start` or the function that was asked for."""
    name = invoke or "_start"
    if name not in (export.name for export in module.exports):
        raise _no_such_export(file, module, invoke)
    instance = linker.instantiate(module)
    if name != "_initialize":
        initialize(instance)
    func = instance[name]
    if not isinstance(func, Func):
        raise CliError(f"the export {name} is not a function", file)
    _call(file, func, args if invoke else ())


def _call(file: str, func: Func, texts: Sequence[str]) -> None:
    """Call a function with arguments from the command line; print the results, one a line."""
    results = func(*parse_arguments(func, texts))
    types = func.type.results
    for type, value in zip(types, results if len(types) > 1 else [results], strict=False):
        click.echo(format_result(type, value))


def _no_such_export(file: str, module: Module, invoke: str | None) -> CliError:
    funcs = [str(export) for export in module.exports if hasattr(export.type, "params")]
    shown = ", ".join(funcs[:_SHOWN_EXPORTS]) + (", ..." if len(funcs) > _SHOWN_EXPORTS else "")
    what = f"there is no export {invoke!r}" if invoke else "there is no _start: it is not a program"
    can = f"--invoke can call: {shown}" if funcs else "it exports no functions"
    return CliError(f"{what}; {can}", file)


def report_failure(file: str, error: Exception) -> NoReturn:
    """What went wrong while the program ran, as the command says it; leaves with its status."""
    if isinstance(error, Trap | WasmException):
        _report_unwound(file, error)
    if isinstance(error, BrokenPipeError):
        raise SystemExit(1)
    CliError(message_of(error), file).show()
    raise SystemExit(1)


def _report_unwound(file: str, error: Trap | WasmException) -> NoReturn:
    """Message and backtrace on standard error."""
    click.echo(f"wasmjit: {'trap' if isinstance(error, Trap) else 'error'}: {file}: {message_of(error)}", err=True)
    if error.backtrace:
        click.echo(error.backtrace, err=True)
    raise SystemExit(TIMEOUT_STATUS if isinstance(error, CallTimeout) else TRAP_STATUS)
