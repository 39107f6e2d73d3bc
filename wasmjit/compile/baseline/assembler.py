"""Joining stencils: bytes, jumps between them, constants behind them, and the places that backtraces ask for."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wasmjit.compile.baseline.stencil import Stencil

_FIELD_BYTES, _ADDRESS_BYTES = 4, 8


class Assembler:
    """The code of one function while it grows. A label is a number; it is placed where it leads to, once."""

    __slots__ = ("_constants", "_jumps", "_tables", "fixups", "labels", "offsets", "out", "pos", "starts")

    def __init__(self) -> None:
        self.out: list[bytes] = []
        self.pos = 0
        self.starts = array("I")
        self.offsets = array("I")
        """Where instructions that can trap or call begin, and their byte offsets in the module."""
        self.labels: list[int] = []
        self.fixups: dict[str, list[int]] = {}
        """Where addresses of symbols are to be, as in a pack."""
        self._jumps: list[tuple[int, int, int]] = []  # (position of the field, addend, label)
        self._constants: list[tuple[int, int, bytes | str]] = []  # (position of the field, addend, what)
        self._tables: list[tuple[int, int, Sequence[int]]] = []  # (position of the field, addend, labels)

    def put(self, stencil: Stencil, *values: int) -> None:
        """Append a stencil, with values for its holes."""
        self.out.append(stencil.emit(*values) if values else stencil.code)
        if stencil.constants:
            self._add_constants(stencil)
        self.pos += stencil.size

    def _add_constants(self, stencil: Stencil) -> None:
        for offset, addend, data in stencil.constants:
            self._constants.append((self.pos + offset, addend, data))

    def locate(self, offset: int) -> None:
        """What comes next belongs to the instruction at a byte offset."""
        self.starts.append(self.pos)
        self.offsets.append(offset)

    def label(self) -> int:
        """A label that is not placed yet."""
        self.labels.append(-1)
        return len(self.labels) - 1

    def place(self, label: int) -> None:
        """Let a label lead here."""
        self.labels[label] = self.pos

    def jump(self, stencil: Stencil, label: int, *values: int) -> None:
        """Append a stencil that may jump to a label."""
        start = self.pos
        self._jumps.extend([(start + offset, addend, label) for offset, _, addend in stencil.jumps])
        self.put(stencil, *values)

    def table(self, stencil: Stencil, labels: Sequence[int], *values: int) -> None:
        """Append a stencil that jumps by a table of labels."""
        start = self.pos
        self._tables.extend([(start + offset, addend, labels) for offset, _, addend in stencil.jumps])
        self.put(stencil, *values)

    def finish(self) -> bytearray:
        """The code, with tables and constants behind it."""
        image = bytearray().join(self.out)
        for field, addend, labels in self._tables:
            image += bytes(-len(image) % _FIELD_BYTES)
            base = len(image)
            _patch(image, field, base + addend)
            image += array("i", [self.labels[label] - base for label in labels]).tobytes()
        known: dict[bytes | str, int] = {}
        for field, addend, data in self._constants:
            if data not in known:
                known[data] = self._add_constant(image, data)
            _patch(image, field, known[data] + addend)
        for field, addend, label in self._jumps:
            _patch(image, field, self.labels[label] + addend)
        return image

    def _add_constant(self, image: bytearray, data: bytes | str) -> int:
        """Append a constant, aligned to its size; its offset. The address of a symbol is filled in later."""
        contents = bytes(_ADDRESS_BYTES) if isinstance(data, str) else data
        image += bytes(-len(image) % len(contents))
        offset = len(image)
        image += contents
        if isinstance(data, str):
            self.fixups[data] = [offset]
        return offset


def _patch(image: bytearray, field: int, target: int) -> None:
    """Make a pc-relative field lead to a position in the image."""
    value = target - (field + _FIELD_BYTES)
    image[field : field + _FIELD_BYTES] = value.to_bytes(_FIELD_BYTES, "little", signed=True)
