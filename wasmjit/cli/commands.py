"""The group of commands: one file per command, loaded when it is asked for."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

import click

from wasmjit import __version__

_COMMANDS = {
    "bench": ("wasmjit.cli.bench.command", "Compare engines on a program."),
    "cache": ("wasmjit.cli.cache", "Look after the compiled code that is kept on disk."),
    "compile": ("wasmjit.cli.compile", "Compile a module ahead of time."),
    "inspect": ("wasmjit.cli.inspect", "Show what a module consists of."),
    "run": ("wasmjit.cli.run", "Run a program, or call a function of a module."),
    "validate": ("wasmjit.cli.validate", "Check whether modules are valid."),
    "wast": ("wasmjit.cli.wast.command", "Run scripts of the official test suite."),
}
"""Name to module and the line of the overview, so that the overview needs no command's module."""


class _Commands(click.Group):
    """A group whose commands are imported when they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the commands, sorted."""
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name."""
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = import_module(_COMMANDS[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The overview."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in sorted(_COMMANDS.items())])


_EXAMPLES = """\b
Examples:
  wasmjit run app.wasm              run a WASI program
  wasmjit run --invoke add m.wasm 1 2
  wasmjit inspect app.wasm
"""


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=_EXAMPLES,
)
@click.version_option(__version__, prog_name="wasmjit", message="%(prog)s %(version)s")
def cli() -> None:
    """Run WebAssembly at native speed."""


def run_commands(args: Sequence[str] | None) -> NoReturn:
    """Parse the command line, do it, leave with its status."""
    try:
        status = cli.main(args=args, prog_name="wasmjit", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        status = error.exit_code
    except click.Abort:  # Ctrl-C
        status = 130
    sys.exit(status or 0)
