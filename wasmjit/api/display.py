"""How objects look in a notebook: as tables in HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import islice
from typing import TYPE_CHECKING

from wasmjit.api.types import describe
from wasmjit.binary import Section, list_sections
from wasmjit.wasm import module as wasm

if TYPE_CHECKING:
    from wasmjit.api.instance import Exports
    from wasmjit.api.module import Module

MAX_ROWS = 100
"""Rows of one table that are shown."""


def module_html(module: Module) -> str:
    """Sections, imports and exports of a module."""
    core = module._core
    customs = {custom.end: f"custom {custom.name!r}" for custom in core.customs}
    sections = [
        (
            section.name if section.id else customs[section.end],
            f"{section.start:#x}",
            f"{section.end - section.start:,}",
        )
        for section in list_sections(core)
    ]
    imports = [(item.module, item.name, describe(item.type)) for item in module.imports]
    exports = [(item.name, describe(item.type)) for item in module.exports]
    name = f" {escape(repr(module.name))}" if module.name else ""
    return "\n".join(
        [
            f"<div><strong>WebAssembly module{name}</strong>, {len(core.data):,} bytes",
            *_table("Sections", ("name", "offset", "bytes"), sections),
            *_table("Imports", ("module", "name", "type"), imports),
            *_table("Exports", ("name", "type"), exports),
            "</div>",
        ]
    )


def _named_sections(core: wasm.Module) -> Iterable[tuple[str, Section]]:
    """The sections, custom ones under their own names."""
    customs = {custom.end: f"custom {custom.name!r}" for custom in core.customs}
    return [(section.name if section.id else customs[section.end], section) for section in list_sections(core)]


def exports_html(exports: Exports) -> str:
    """The exports of an instance."""
    rows = [(name, describe(extern.type)) for name, extern in islice(exports.items(), MAX_ROWS)]
    return "\n".join(["<div>", *_table("Exports", ("name", "type"), rows, len(exports)), "</div>"])


def _table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]], count: int | None = None) -> Iterable[str]:
    """The lines of a table; `count` is how many rows there are in all, if not all are given."""
    count = len(rows) if count is None else count
    yield f"<details{' open' if 0 < count <= MAX_ROWS else ''}><summary>{title}: {count:,}</summary>"
    yield "<table>"
    yield _row("th", head)
    yield from (_row("td", row) for row in rows[:MAX_ROWS])
    yield "</table>"
    if count > MAX_ROWS:
        yield f"<p>and {count - MAX_ROWS:,} more</p>"
    yield "</details>"


def _row(cell: str, values: Sequence[str]) -> str:
    return "<tr>" + "".join(f"<{cell}>{escape(value)}</{cell}>" for value in values) + "</tr>"
