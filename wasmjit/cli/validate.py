"""`wasmjit validate`."""

from __future__ import annotations

import click

from wasmjit.api.engine import Engine
from wasmjit.api.module import Module
from wasmjit.cli.common import chosen_features, debug_option, features_option, is_debug, message_of, read_module
from wasmjit.errors import WasmError

_EXAMPLES = """\b
Examples:
  wasmjit validate a.wasm b.wat
"""


@click.command("validate", epilog=_EXAMPLES)
@features_option
@debug_option
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.pass_context
def command(ctx: click.Context, files: tuple[str, ...]) -> None:
    """Check whether modules are valid, without compiling them.

    Prints a line for each FILE, which is a module or WebAssembly text, `-` being standard input. The exit status is 1
    if one of them is not valid.
    """
    engine = Engine(features=chosen_features())
    if not all([_validate(file, engine) for file in files]):
        ctx.exit(1)


def _validate(file: str, engine: Engine) -> bool:
    try:
        Module.validate(engine, read_module(file))
    except (WasmError, OSError, ImportError) as error:
        if is_debug():
            raise
        click.echo(f"{file}: {message_of(error)}")
        return False
    click.echo(f"{file}: ok")
    return True
