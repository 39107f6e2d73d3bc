"""Debug information of one object: lines and inlined calls by offset in its image. Decoded when it is asked for."""

from __future__ import annotations

from wasmjit.compile.debug_section import DebugSection, load_debug_sections
from wasmjit.compile.inlines import InlinedCall, InlineTable
from wasmjit.compile.lines import LineTable


class DebugInformation:
    """Made of the debug sections by name."""

    def __init__(self, sections: dict[str, DebugSection]) -> None:
        lines = sections.pop(".debug_line", None)
        self._lines = None if lines is None else LineTable(lines.data, lines.values)
        self._inlines = InlineTable(sections)

    def line_at(self, offset: int) -> int | None:
        """Line of the instruction that holds the byte at `offset`, None where it has none."""
        return None if self._lines is None else self._lines.lookup(offset)

    def inlined_at(self, offset: int) -> list[InlinedCall]:
        """The inlined calls that the instruction there is part of, innermost first."""
        return self._inlines.lookup(offset)


def load_debug_information(data: bytes | memoryview) -> DebugInformation:
    """Of a piece of a pack."""
    return DebugInformation(load_debug_sections(data))
