"""`wasmjit validate`."""

from __future__ import annotations

import click

from wasmjit.api.module import Module
from wasmjit.cli.common import debug_option, is_debug, message_of, read_module
from wasmjit.errors import WasmError

_EXAMPLES = """\b
Examples:
  wasmjit validate a.wasm b.wat
"""


@click.command("validate", epilog=_EXAMPLES)
@debug_option
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.pass_context
def command(ctx: click.Context, files: tuple[str, ...]) -> None:
    """Check whether modules are valid, without compiling them.

    Prints a line for each FILE, which is a module or WebAssembly text, `-` being standard input. The exit status is 1
    if one of them is not valid.
    """
    if not all([_validate(file) for file in files]):
        ctx.exit(1)


def _validate(file: str) -> bool:
    try:
        Module.validate(None, read_module(file))
    except (WasmError, OSError, ImportError) as error:
        if is_debug():
            raise
        click.echo(f"{file}: {message_of(error)}")
        return False
    click.echo(f"{file}: ok")
    return True
