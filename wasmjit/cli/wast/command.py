"""`wasmjit wast`."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

from wasmjit.api.engine import Engine
from wasmjit.cli.common import CliError, compile_options, debug_option, errors_of, make_engine, tier_option
from wasmjit.cli.wast.convert import convert
from wasmjit.cli.wast.report import FileReport, report_data, sum_totals, summary_lines
from wasmjit.cli.wast.runner import run_script
from wasmjit.config import BoundsChecks, OptLevel, Tier
from wasmjit.errors import MalformedError

_EXAMPLES = """\b
Examples:
  wasmjit wast --opt 0 testsuite/i32.wast
  wasmjit wast --bounds-checks explicit testsuite
"""


@click.command("wast", epilog=_EXAMPLES)
@compile_options
@tier_option
@click.option("-v", "--verbose", is_flag=True, help="Print a line for every command.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead.")
@debug_option
@click.argument("paths", metavar="FILE...", nargs=-1, required=True)
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[str, ...],
    opt: OptLevel,
    bounds_checks: BoundsChecks,
    target_cpu: str | None,
    tier: Tier,
    verbose: bool,
    as_json: bool,
) -> None:
    """Run scripts of the official test suite (`.wast`).

    FILE may be a folder: then all scripts directly in it. Prints the commands that failed and a line per file, then
    which features of the language are missing for which files, and the totals. A command is skipped only for such a
    feature. The exit status is 1 if any command failed. Needs wasm-tools: pip install wasmjit[wat].
    """
    engine = make_engine(opt, bounds_checks, target_cpu, tier=tier)
    reports = []
    for path in _scripts(paths):
        reports.append(run_file(path, engine))
        if not as_json:
            click.echo("\n".join(reports[-1].lines(verbose=verbose)))
    click.echo(json.dumps(report_data(reports), indent=2) if as_json else "\n".join(summary_lines(reports)))
    if sum_totals(reports)["failed"]:
        ctx.exit(1)


def _scripts(paths: tuple[str, ...]) -> Iterator[Path]:
    """The scripts that are meant. Raises CliError for what does not exist."""
    for path in map(Path, paths):
        if not path.exists():
            raise CliError("No such file or directory", str(path))
        yield from sorted(path.glob("*.wast")) if path.is_dir() else [path]


def run_file(path: Path, engine: Engine) -> FileReport:
    """Convert and run one script."""
    with tempfile.TemporaryDirectory(prefix="wasmjit-wast-") as folder, errors_of(str(path)):
        try:
            script = convert(path, Path(folder))
        except MalformedError as error:
            return FileReport(str(path), error=f"it can't be converted: {error}")
        return FileReport(str(path), run_script(script, engine))
