"""`wasmjit inspect`."""

from __future__ import annotations

import json

import click

from wasmjit.api.wat import wasm_to_wat
from wasmjit.cli.common import CliError, compile_options, debug_option, errors_of, make_engine, read_module
from wasmjit.cli.summary import ModuleSummary, summarise, summary_lines
from wasmjit.config import BoundsChecks, Config, OptLevel
from wasmjit.wasm.module import Module

_EXAMPLES = """\b
Examples:
  wasmjit inspect app.wasm
  wasmjit inspect --json app.wasm
  wasmjit inspect --asm main --opt 2 app.wasm
"""


@click.command("inspect", epilog=_EXAMPLES)
@click.option("--wat", is_flag=True, help="Print the module as text (needs wasm-tools).")
@click.option("--ir", metavar="FUNC", help="Print the LLVM IR that a function is lowered to.")
@click.option("--asm", metavar="FUNC", help="Print the machine code of a function.")
@click.option("--json", "as_json", is_flag=True, help="Print the overview as JSON.")
@compile_options
@debug_option
@click.argument("file", metavar="FILE")
def command(
    file: str,
    wat: bool,
    ir: str | None,
    asm: str | None,
    as_json: bool,
    opt: OptLevel,
    bounds_checks: BoundsChecks,
    target_cpu: str | None,
) -> None:
    """Show what a module consists of: sections, imports, exports, memories, features used.

    FUNC is a function's index, the name of an export, or its name in the name section. FILE may also be what `wasmjit
    compile` made, and `-` is standard input.
    """
    with errors_of(file):
        data = _module_bytes(read_module(file))
        if wat:
            click.echo(wasm_to_wat(data), nl=False)
        elif ir is not None or asm is not None:
            _show_code(file, data, ir, asm, make_engine(opt, bounds_checks, target_cpu).config)
        else:
            _show_summary(summarise(data), as_json)


def _module_bytes(data: bytes) -> bytes:
    """The module itself, also out of a compiled file."""
    from wasmjit.compile.artifact import is_artifact, read_artifact

    return bytes(read_artifact(data).module) if is_artifact(data) else data


def _show_summary(summary: ModuleSummary, as_json: bool) -> None:
    click.echo(json.dumps(summary, indent=2) if as_json else "\n".join(summary_lines(summary)))


def _show_code(file: str, data: bytes, ir: str | None, asm: str | None, config: Config) -> None:
    from wasmjit.binary import decode_module
    from wasmjit.compile.driver import function_asm, function_ir
    from wasmjit.validate import validate_module

    module = decode_module(data)
    validate_module(module)
    if ir is not None:
        click.echo(function_ir(module, config, _find_function(file, module, ir)))
    if asm is not None:
        click.echo(function_asm(module, config, _find_function(file, module, asm)))


def _find_function(file: str, module: Module, text: str) -> int:
    """The index of a defined function, by index, export or name."""
    funcidx = int(text) if text.isdigit() else _find_by_name(module, text)
    if funcidx is None or funcidx >= len(module.func_typeidxs):
        raise CliError(f"there is no function {text}", file)
    if funcidx < module.num_imported_funcs:
        raise CliError(f"function {text} is an import: it has no code here", file)
    return funcidx


def _find_by_name(module: Module, name: str) -> int | None:
    from wasmjit.binary import read_names

    for export in module.exports:
        if export.kind == "func" and export.name == name:
            return export.index
    bare = name.removeprefix("$")
    return next((funcidx for funcidx, known in read_names(module).functions.items() if known == bare), None)
