"""The options that let a run say what the engine has done: statistics, and what profilers and debuggers read."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from wasmjit.api.module import Module

_Command = TypeVar("_Command", bound=Callable[..., object])


@dataclass(frozen=True, slots=True)
class Reports:
    """What is to be reported of a run."""

    stats: bool
    stats_json: Path | None
    perf: bool

    @contextmanager
    def shown(self, module: Module) -> Iterator[None]:
        """Report when the run of a module is over, however it ends."""
        try:
            yield
        finally:
            if self.perf and module.engine.config.tier != "interp":
                self._warn()
            if self.stats or self.stats_json:
                self._show(module)

    def _warn(self) -> None:
        from wasmjit.compile.profiling import process_profiler

        for problem in process_profiler().problems:
            click.echo(f"wasmjit: warning: {problem}", err=True)

    def _show(self, module: Module) -> None:
        module._code.keep()  # costs time that belongs to the run
        stats = module.engine.stats()
        if self.stats_json is not None:
            self.stats_json.write_text(json.dumps(stats.as_dict(), indent=2) + "\n", encoding="utf-8")
        if self.stats:
            click.echo(f"\n{stats}", err=True)


_OPTIONS = (
    click.option("--stats", is_flag=True, help="Print in the end what was compiled, and how long that took."),
    click.option(
        "--stats-json",
        metavar="FILE",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Write the same to a file, as JSON.",
    ),
    click.option("--perf", is_flag=True, help="Tell perf and GDB what the functions are called."),
)


def report_options(command: _Command) -> _Command:
    """The options, given to the command as `reports`."""

    @functools.wraps(command)
    def run(*args: Any, stats: bool, stats_json: Path | None, perf: bool, **rest: Any) -> object:
        return command(*args, reports=Reports(stats, stats_json, perf), **rest)

    wrapped: Any = run
    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[no-any-return]
