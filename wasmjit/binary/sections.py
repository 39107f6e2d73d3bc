"""Where a module's sections are: for tools that show its layout. Decoding does not need it."""

from __future__ import annotations

from collections.abc import Iterator

from wasmjit.binary.reader import Reader
from wasmjit.light import NamedTuple
from wasmjit.wasm.module import Module

SECTION_NAMES = {
    0: "custom",
    1: "type",
    2: "import",
    3: "function",
    4: "table",
    5: "memory",
    6: "global",
    7: "export",
    8: "start",
    9: "element",
    10: "code",
    11: "data",
    12: "data count",
    13: "tag",
}
"""By section id (spec 5.5.2)."""

_HEADER_BYTES = 8


class Section(NamedTuple):
    """A section: its id and the byte range of its contents, which for custom ones starts with their name."""

    id: int
    start: int
    end: int

    @property
    def name(self) -> str:
        """What the specification calls sections of this id."""
        return SECTION_NAMES[self.id]


def list_sections(module: Module) -> Iterator[Section]:
    """The sections of a decoded module, in the order of the file."""
    r = Reader(module.data, _HEADER_BYTES)
    while r.pos < len(module.data):
        id = r.read_byte()
        size = r.read_length()
        start = r.skip(size)
        yield Section(id, start, r.pos)
