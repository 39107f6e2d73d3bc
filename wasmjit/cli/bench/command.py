"""`wasmjit bench`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click

from wasmjit.cli.bench.engines import Program, find_engines
from wasmjit.cli.bench.measure import Plan, measure_all
from wasmjit.cli.bench.plot import Bar, svg, write_picture
from wasmjit.cli.bench.report import disagreement, document, seconds_text, table_lines
from wasmjit.cli.bench.samples import Measured
from wasmjit.cli.common import CliError, debug_option, errors_of
from wasmjit.cli.progress import Progress
from wasmjit.cli.wasi import parse_dir

_EXAMPLES = """\b
Examples:
  wasmjit bench app.wasm input.txt
  wasmjit bench --engines interp,opt=2,node --runs 9 app.wasm
  wasmjit bench --native ./app --js app.mjs --plot app.svg app.wasm 1000
"""


def _parse_env(ctx: click.Context, option: click.Parameter, values: Sequence[str]) -> dict[str, str]:
    pairs = [value.partition("=") for value in values]
    if not all(name and separator for name, separator, _ in pairs):
        raise click.BadParameter("NAME=VALUE is needed")
    return {name: value for name, _, value in pairs}


@click.command("bench", epilog=_EXAMPLES, context_settings={"allow_interspersed_args": False})
@click.option("--engines", metavar="NAMES", help="Only engines whose names begin so, comma-separated; see --list.")
@click.option("--list", "list_only", is_flag=True, help="List the engines that are found, and do nothing.")
@click.option("--runs", type=click.IntRange(min=1), default=5, show_default=True, help="Counted runs of each engine.")
@click.option("--warm-up", type=click.IntRange(min=0), default=1, show_default=True, help="Runs before these.")
@click.option("--timeout", type=float, default=60.0, show_default=True, help="Seconds that one run may take.")
@click.option("--native", metavar="BINARY", help="The same program as a native binary.")
@click.option("--js", metavar="SCRIPT", help="The same program in JavaScript, for node.")
@click.option("--dir", "dirs", metavar="HOST[::GUEST]", multiple=True, help="Give the program a directory.")
@click.option("--env", metavar="NAME=VALUE", multiple=True, callback=_parse_env, help="Set an environment variable.")
@click.option("--stdin", metavar="FILE", type=click.Path(exists=True, dir_okay=False), help="What the program reads.")
@click.option("--check", is_flag=True, help="Fail if engines print different things.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead.")
@click.option("--plot", metavar="FILE", type=click.Path(path_type=Path), help="Draw the times too: .svg, or .png.")
@debug_option
@click.argument("file", metavar="FILE")
@click.argument("args", metavar="[ARGS]...", nargs=-1, type=click.UNPROCESSED)
def command(
    file: str,
    args: tuple[str, ...],
    engines: str | None,
    list_only: bool,
    runs: int,
    warm_up: int,
    timeout: float,
    native: str | None,
    js: str | None,
    dirs: Sequence[str],
    env: dict[str, str],
    stdin: str | None,
    check: bool,
    as_json: bool,
    plot: Path | None,
) -> None:
    """Run a WASI program under every engine that is found, and compare.

    Engines take turns, each run is a process of its own. Shown are the median of the runs, how far they are apart,
    compile time apart from that, and the peak memory of the process. Of the wasmtime command, native binaries and
    scripts the whole process is timed. Code is compiled anew each time; nothing is taken from a cache.

    The exit status is 1 if any engine fails.
    """
    preopens = [parse_dir(value) for value in dirs]
    program = Program(file, args, [(str(dir.host), dir.guest) for dir in preopens], env, native, js)
    makers = find_engines(program)
    if list_only:
        click.echo("\n".join(makers))
        return
    with errors_of(file):
        Path(file).read_bytes()
        chosen = choose(list(makers), engines)
        plan = Plan(runs, warm_up, timeout, stdin)
        with Progress("measuring") as bar:
            commands = {name: makers[name](program) for name in chosen}
            measured = measure_all(commands, plan, lambda name, done, total: bar(done, total))
        _show(program, plan, measured, as_json)
        if plot is not None:
            write_picture(plot, picture(f"{Path(file).name} {' '.join(args)}", measured))
        _verdict(measured, check)


def choose(names: Sequence[str], wanted: str | None) -> list[str]:
    """The engines whose names begin as one of those wanted. Raises CliError for one that there is not."""
    if wanted is None:
        return list(names)
    prefixes = [prefix.strip() for prefix in wanted.split(",")]
    for prefix in prefixes:
        if not any(name.startswith(prefix) for name in names):
            raise CliError(f"no engine {prefix!r}; there are {', '.join(names)}")
    return [name for name in names if name.startswith(tuple(prefixes))]


def _show(program: Program, plan: Plan, measured: Sequence[Measured], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(document(program, plan, measured), indent=2))
    else:
        click.echo("\n".join(table_lines(measured)))


def picture(title: str, measured: Sequence[Measured]) -> str:
    """The times as bars, fastest first."""
    timed = sorted((m.run.median, m.name) for m in measured if m.run)
    bars = [Bar(name, median, seconds_text(median), 0 if "=" in name else 1) for median, name in timed]
    runs = max((len(m.samples) for m in measured), default=0)
    return svg(title.strip(), bars, f"run time, median of {runs} runs")


def _verdict(measured: Sequence[Measured], check: bool) -> None:
    different = disagreement(measured) if check else []
    if different:
        raise CliError(f"these print something else, or not always the same: {', '.join(different)}")
    if any(m.error for m in measured):
        raise SystemExit(1)
