"""What commands share: options, the way errors are shown, reading a module, progress."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TypeVar

import click

from wasmjit.api.engine import Engine, Settings
from wasmjit.api.source import text_to_binary
from wasmjit.cli.limits import Limits
from wasmjit.config import (
    DEFAULT_TIER,
    OPT_LEVELS,
    TARGETS,
    TIERS,
    BoundsChecks,
    Compilation,
    Config,
    OptLevel,
    TargetName,
    Tier,
)
from wasmjit.errors import WasmError
from wasmjit.features import SUPPORTED, select_features

_Command = TypeVar("_Command", bound=Callable[..., object])
_DEBUG = "wasmjit.debug"
_FEATURES = "wasmjit.features"
_DETERMINISTIC = "wasmjit.relaxed_simd_deterministic"


class CliError(click.ClickException):
    """Shown as the one line `wasmjit: error: FILE: message`; exit status 1."""

    def __init__(self, message: str, file: str | None = None) -> None:
        line = " ".join(message.split("\n"))
        super().__init__(line if file is None else f"{file}: {line}")

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the line on standard error."""
        click.echo(f"wasmjit: error: {self.message}", file=file, err=True)


# --- options


def debug_option(command: _Command) -> _Command:
    """`--debug`: Python's traceback for errors."""
    return click.option(
        "--debug",
        is_flag=True,
        expose_value=False,
        help="Show Python's traceback for errors.",
        callback=lambda ctx, _, value: ctx.meta.__setitem__(_DEBUG, value),
    )(command)


def compile_options(command: _Command) -> _Command:
    """The options that say how code is made: `opt`, `bounds_checks`, `target_cpu`."""
    for option in (
        click.option("--target-cpu", metavar="CPU", help="CPU to compile for, by LLVM's name; default: this one."),
        click.option(
            "--bounds-checks",
            type=click.Choice(["auto", "guard", "explicit"]),
            default="auto",
            show_default=True,
            help="How memory accesses are checked: by guard pages or by comparisons.",
        ),
        deterministic_option,
        features_option,
        opt_option,
    ):
        command = option(command)
    return command


deterministic_option = click.option(
    "--relaxed-simd-deterministic",
    is_flag=True,
    expose_value=False,
    help="Let relaxed vector instructions give the same results on every machine.",
    callback=lambda ctx, _, value: ctx.meta.__setitem__(_DETERMINISTIC, value),
)


def _select_features(ctx: click.Context, option: click.Parameter, text: str | None) -> None:
    try:
        ctx.meta[_FEATURES] = SUPPORTED if text is None else select_features(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


features_option = click.option(
    "--features",
    metavar="LIST",
    expose_value=False,
    callback=_select_features,
    help="Features that modules may use: `-simd,-threads` are all but two, `wasm2,threads` is a version and one more.",
)

opt_option = click.option(
    "--opt",
    type=click.Choice(OPT_LEVELS),
    default="auto",
    show_default=True,
    help="Optimisation level; auto is 2 for small modules, 0 for large ones.",
)

tier_option = click.option(
    "--tier",
    type=click.Choice(TIERS),
    default=DEFAULT_TIER,
    show_default=True,
    help="Machine code optimised by LLVM; baseline code, which is made quickly; auto, which begins with that and "
    "optimises what is hot; or an interpreter that needs no LLVM.",
)

target_option = click.option(
    "--target",
    type=click.Choice(TARGETS),
    help="Make code for this kind of machine, which need not be here; with --target-cpu for more than its least CPU.",
)

jobs_option = click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=lambda: len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
    show_default="number of cores",
    metavar="N",
    help="Processes that compile ahead of time.",
)


def chosen_features() -> frozenset[str]:
    """What `--features` says."""
    chosen: frozenset[str] = click.get_current_context().meta.get(_FEATURES, SUPPORTED)
    return chosen


def make_engine(
    opt: OptLevel,
    bounds_checks: BoundsChecks,
    target_cpu: str | None,
    *,
    jobs: int = 1,
    target: TargetName | None = None,
    limits: Limits | None = None,
    tier: Tier = DEFAULT_TIER,
    compilation: Compilation = "lazy",
    cache: bool = True,
    perf: bool = False,
) -> Engine:
    """The engine that options ask for."""
    settings: Settings = {"opt": opt, "bounds_checks": bounds_checks, "target_cpu": target_cpu, "jobs": jobs}
    settings["target"] = target
    settings |= {"release_gil": True, "tier": tier, "compilation": compilation, "cache": cache, "perf": perf}
    if limits is not None:
        settings["fuel"] = limits.fuel is not None
        if limits.stack_bytes is not None:
            settings["max_stack_bytes"] = limits.stack_bytes
        if limits.heap_bytes is not None:
            settings["max_gc_heap_bytes"] = limits.heap_bytes
    settings["features"] = chosen_features()
    settings["relaxed_simd_deterministic"] = click.get_current_context().meta.get(_DETERMINISTIC, False)
    return Engine(**settings)


# --- errors


@contextmanager
def errors_of(file: str) -> Iterator[None]:
    """Turn errors of what is done with `file` into a line that names it; `--debug` lets them through."""
    try:
        yield
    except (click.ClickException, BrokenPipeError):  # whoever reads our output has seen enough: click ends it
        raise
    except Exception as error:
        if is_debug():
            raise
        named = error.filename if isinstance(error, OSError) else None
        raise CliError(message_of(error), named if isinstance(named, str) else file) from error


def is_debug() -> bool:
    """Whether `--debug` is given."""
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.meta.get(_DEBUG))


def message_of(error: BaseException) -> str:
    """An error for people. What is not an error of theirs, but ours, carries its class."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, WasmError | OSError | ImportError | ValueError | OverflowError):
        return str(error) or type(error).__name__
    return f"internal error, --debug shows more: {type(error).__name__}: {error}"


# --- input


def read_module(file: str) -> bytes:
    """The bytes of the module in a file, `-` being standard input; text is converted.

    Raises OSError, and what `text_to_binary` raises.
    """
    data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    return text_to_binary(data)


# --- Ctrl-C


def compiles_alone(data: bytes, config: Config) -> bool:
    """Whether a module is sure to be compiled without other processes.

    Then nothing has to be cleaned up after Ctrl-C. Otherwise it must arrive as KeyboardInterrupt: the other processes
    have to be ended.
    """
    from wasmjit.compile.plan import UNIT_BYTES

    return config.jobs == 1 or config.compilation == "lazy" or len(data) <= UNIT_BYTES
