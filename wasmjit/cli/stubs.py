"""`run --stub MODULE.NAME=VALUE` and `--stub-all`: imports that need not be there."""

from __future__ import annotations

from collections.abc import Sequence

import click

from wasmjit.api.linker import Linker
from wasmjit.api.module import ImportType, Module
from wasmjit.api.stubs import TRAP, ZERO, stub
from wasmjit.api.types import FuncType
from wasmjit.cli.arguments import parse_value
from wasmjit.wasm.types import GlobalType


def define_stubs(linker: Linker, module: Module, texts: Sequence[str], everything: bool) -> None:
    """Define what `--stub` names (over what there is), and with `everything` also all that is still missing.

    Raises click.UsageError for an import that the module does not have, or a value that does not fit.
    """
    for text in texts:
        item, value = _find(module, text)
        linker.define(item.module, item.name, stub(linker.store, item.type, value, name=f"{item.module}.{item.name}"))
    if everything:
        linker.define_stubs(module)


def _find(module: Module, text: str) -> tuple[ImportType, object]:
    """The import that `MODULE.NAME[=VALUE]` means, both of which may have dots and equal signs in them."""
    for item in module.imports:
        key = f"{item.module}.{item.name}"
        if text == key:
            return item, ZERO
        if text.startswith(f"{key}="):
            return item, _value(item, text.removeprefix(f"{key}="))
    raise click.UsageError(f"--stub {text}: the module has no such import")


def _value(item: ImportType, text: str) -> object:
    """`trap`, a value, or for functions with several results as many, separated by commas."""
    if isinstance(item.type, FuncType):
        if text == "trap":
            return TRAP
        types = item.type.results
    else:
        types = (item.type.type,) if isinstance(item.type, GlobalType) else ()
    parts = text.split(",")
    if len(parts) != len(types):
        raise click.UsageError(f"--stub {item.module}.{item.name} takes {len(types)} values, {len(parts)} are given")
    try:
        values = tuple(map(parse_value, types, parts))
    except ValueError as error:
        raise click.UsageError(f"--stub {item.module}.{item.name}: {error}") from None
    return values if len(values) > 1 else values[0]
