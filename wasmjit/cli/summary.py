"""What `inspect` says about a module, as data and as lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypedDict

from wasmjit.api.types import describe
from wasmjit.binary import decode_module, features_used, read_names
from wasmjit.binary.reader import Reader
from wasmjit.wasm.module import Module


class Section(TypedDict):
    """A section; sizes and offsets in bytes. `items` is None where there is no list of them."""

    name: str
    offset: int
    size: int
    items: int | None


class Item(TypedDict):
    """An import (with `module`) or export."""

    module: str | None
    name: str
    type: str


class ModuleSummary(TypedDict):
    """Everything that `inspect --json` shows. `code_bytes` is the size of all bodies, `largest_body` of one."""

    name: str | None
    size: int
    sections: list[Section]
    imports: list[Item]
    exports: list[Item]
    memories: list[str]
    tables: list[str]
    counts: dict[str, int]
    code_bytes: int
    largest_body: int
    features: list[str]


_NAMES = (
    "custom", "type", "import", "function", "table", "memory", "global", "export", "start", "element", "code", "data",
    "data count", "tag",
)  # fmt: skip
_START = 8  # has a function index in place of a count


def summarise(data: bytes) -> ModuleSummary:
    """Look through a module. Raises what decoding raises."""
    module = decode_module(data)
    sizes = [end - start for start, end in module.codes]
    return {
        "name": read_names(module).module,
        "size": len(data),
        "sections": list(_sections(module)),
        "imports": [{"module": i.module, "name": i.name, "type": describe(i.type)} for i in module.imports],
        "exports": [
            {"module": None, "name": e.name, "type": describe(module.extern_type(e.kind, e.index))}
            for e in module.exports
        ],
        "memories": [str(memory) for memory in module.memories],
        "tables": [str(table) for table in module.tables],
        "counts": _counts(module),
        "code_bytes": sum(sizes),
        "largest_body": max(sizes, default=0),
        "features": sorted(features_used(module)),
    }


def _counts(module: Module) -> dict[str, int]:
    return {
        "types": len(module.types),
        "functions": len(module.codes),
        "imported functions": module.num_imported_funcs,
        "tables": len(module.tables),
        "memories": len(module.memories),
        "globals": len(module.globals),
        "element segments": len(module.elements),
        "data segments": len(module.datas),
    }


def _sections(module: Module) -> Iterator[Section]:
    """The sections in the order of the file. The module has been decoded, so their frame is sound."""
    r = Reader(module.data, 8)
    while r.pos < len(module.data):
        offset = r.pos
        id = r.read_byte()
        size = r.read_u32()
        end = r.pos + size
        if id == 0:
            yield {"name": f"custom {r.read_name()!r}", "offset": offset, "size": size, "items": None}
        else:
            items = None if id == _START else r.read_u32()
            yield {"name": _NAMES[id], "offset": offset, "size": size, "items": items}
        r.pos = end


def summary_lines(summary: ModuleSummary) -> Iterator[str]:
    """The overview for people."""
    name = f" {summary['name']!r}" if summary["name"] else ""
    yield f"module{name}, {summary['size']:,} bytes"
    yield from _section_lines(summary["sections"])
    yield from _item_lines("imports", summary["imports"])
    yield from _item_lines("exports", summary["exports"])
    for kind, types in (("memories", summary["memories"]), ("tables", summary["tables"])):
        if types:
            yield f"{kind}:"
            yield from (f"  {type}" for type in types)
    counts = [f"{count:,} {what}" for what, count in summary["counts"].items() if count]
    yield f"counts: {', '.join(counts) or 'nothing'}"
    yield f"code: {summary['code_bytes']:,} bytes, the largest function {summary['largest_body']:,}"
    yield f"features: {', '.join(summary['features']) or 'none beyond the first version of the language'}"


def _section_lines(sections: Sequence[Section]) -> Iterator[str]:
    if sections:
        yield f"sections:  {'offset':>10} {'bytes':>12} {'items':>9}"
    for section in sections:
        items = "" if section["items"] is None else f"{section['items']:,}"
        yield f"  {section['offset']:#19x} {section['size']:12,} {items:>9}  {section['name']}"


def _item_lines(title: str, items: Sequence[Item]) -> Iterator[str]:
    if items:
        yield f"{title}:"
    for item in items:
        path = item["name"] if item["module"] is None else f"{item['module']}.{item['name']}"
        yield f"  {path}: {item['type']}"
