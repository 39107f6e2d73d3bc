"""Debug information of one object: lines and inlined calls by offset in its image. Decoded when it is asked for."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable

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


class Places:
    """Where instructions begin that can trap or call: all that code without inlining needs."""

    def __init__(self, places: array[int]) -> None:
        self._places = places

    def line_at(self, offset: int) -> int | None:
        """Line of the last such instruction up to `offset`."""
        index = bisect_right(self._places, offset + 1 << PLACE_SHIFT) - 1
        return self._places[index] & _LINE_MASK if index >= 0 else None

    def inlined_at(self, offset: int) -> list[InlinedCall]:
        """Nothing."""
        return []


PLACE_SHIFT = 32
_LINE_MASK = (1 << PLACE_SHIFT) - 1
_PLACES = b"places\0\0"


def save_places(places: Iterable[int]) -> bytes:
    """Offsets in a piece, ascending, shifted by PLACE_SHIFT, and the lines that begin there, as debug information."""
    return b"".join([_PLACES, array("Q", places).tobytes()])


def load_debug_information(data: bytes | memoryview) -> DebugInformation | Places:
    """Of a piece of a pack."""
    if data[: len(_PLACES)] != _PLACES:
        return DebugInformation(load_debug_sections(data))
    return Places(array("Q", bytes(data[len(_PLACES) :])))
