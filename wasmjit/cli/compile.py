"""`wasmjit compile`."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import click

from wasmjit.cli.common import (
    CliError,
    compile_options,
    compiles_alone,
    debug_option,
    errors_of,
    jobs_option,
    make_engine,
    read_module,
    target_option,
)
from wasmjit.cli.interrupt import default_interrupt
from wasmjit.cli.progress import Progress
from wasmjit.config import BoundsChecks, Config, OptLevel, TargetName

_EXAMPLES = """\b
Examples:
  wasmjit compile --opt 2 app.wasm -o app.wjit
  wasmjit compile --target aarch64-linux app.wasm -o app-arm.wjit
  wasmjit run app.wjit
"""


@click.command("compile", epilog=_EXAMPLES)
@click.option("-o", "--output", "output", metavar="OUT", required=True, help="The file to write.")
@compile_options
@target_option
@jobs_option
@debug_option
@click.argument("file", metavar="FILE")
def command(
    file: str,
    output: str,
    opt: OptLevel,
    bounds_checks: BoundsChecks,
    target_cpu: str | None,
    target: TargetName | None,
    jobs: int,
) -> None:
    """Compile a module ahead of time; `wasmjit run OUT` starts it without compiling.

    OUT holds native code for this kind of machine, or for --target and --target-cpu, and this version of wasmjit.
    Like any executable it is to be trusted as far as its maker is.
    """
    with errors_of(file):
        data = read_module(file)
        config = make_engine(opt, bounds_checks, target_cpu, jobs=jobs, target=target, compilation="eager").config
        if compiles_alone(data, config):
            default_interrupt()
        compiled = _compile(file, data, config)
    with errors_of(output):
        write_file(Path(output), compiled)


def _compile(file: str, data: bytes, config: Config) -> bytes:
    """The contents of the compiled file."""
    from wasmjit.binary import decode_module
    from wasmjit.compile.artifact import is_artifact, write_artifact
    from wasmjit.compile.driver import compile_objects
    from wasmjit.validate import validate_module

    if is_artifact(data):
        raise CliError("is compiled already", file)
    module = decode_module(data)
    validate_module(module)
    with Progress(f"compiling {os.path.basename(file)}") as progress:
        return write_artifact(data, compile_objects(module, config, progress=progress))


def write_file(path: Path, data: bytes) -> None:
    """Write a file so that it is there complete or not at all; a device is written to. Raises OSError."""
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
