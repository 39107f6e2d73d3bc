"""Joining stencils: bytes, jumps between them, constants behind them, and the places that backtraces ask for."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING

from wasmjit.compile.debug import PLACE_SHIFT

if TYPE_CHECKING:
    from wasmjit.compile.baseline.stencil import Constant, Stencil

_FIELD_BYTES, _ADDRESS_BYTES = 4, 8

_MAX_KEPT = 1 << 12
"""Stencils with smaller values than this are kept."""


class Assembler:
    """The code of one function while it grows. A label is a number; it is placed where it leads to, once."""

    __slots__ = ("_constants", "_jumps", "_tables", "fixups", "labels", "out", "places", "pos")

    def __init__(self) -> None:
        self.out: list[bytes] = []
        self.pos = 0
        self.places: list[int] = []
        """Where instructions that can trap or call begin, and their offsets in the module (`debug.save_places`)."""
        self.labels: list[int] = []
        self.fixups: dict[str, list[int]] = {}
        """Where addresses of symbols are to be, as in a pack."""
        self._jumps: list[tuple[int, int]] = []  # (position of the field, label)
        self._constants: list[tuple[int, Constant]] = []  # (start of the stencil, what)
        self._tables: list[tuple[int, Sequence[int]]] = []  # (position of the field, labels)

    def put(self, stencil: Stencil, *values: int) -> None:
        """Append a stencil, with values for its holes."""
        self.out.append(stencil.pack(*values) if values else stencil.code)
        if stencil.constants:
            self._constants += [(self.pos, constant) for constant in stencil.constants]
        self.pos += stencil.size

    def put_small(self, stencil: Stencil, value: int) -> None:
        """The same for one hole and a value that occurs often, such as the offset of a slot."""
        code = stencil.memo.get(value)
        if code is None:
            code = stencil.pack_small(value)
            if value < _MAX_KEPT:
                stencil.memo[value] = code
        self.out.append(code)
        if stencil.constants:
            self._constants += [(self.pos, constant) for constant in stencil.constants]
        self.pos += len(code)

    def locate(self, offset: int) -> None:
        """What comes next belongs to the instruction at a byte offset."""
        self.places.append(self.pos << PLACE_SHIFT | offset)

    def label(self) -> int:
        """A label that is not placed yet."""
        self.labels.append(-1)
        return len(self.labels) - 1

    def place(self, label: int) -> None:
        """Let a label lead here."""
        self.labels[label] = self.pos

    def jump(self, stencil: Stencil, label: int, *values: int) -> None:
        """Append a stencil that may jump to a label, at its end."""
        if len(values) == 1:
            self.put_small(stencil, values[0])
        else:
            self.put(stencil, *values)
        self._jumps.append((self.pos - _FIELD_BYTES, label))

    def table(self, stencil: Stencil, labels: Sequence[int], *values: int) -> None:
        """Append a stencil that jumps by a table of labels."""
        start = self.pos
        self._tables.extend([(start + offset, labels) for offset, _ in stencil.jumps])
        self.put(stencil, *values)

    def finish(self) -> bytearray:
        """The code, with tables and constants behind it."""
        image = bytearray().join(self.out)
        for field, labels in self._tables:
            image += bytes(-len(image) % _FIELD_BYTES)
            base = len(image)
            _patch(image, field, base)
            image += array("i", [self.labels[label] - base for label in labels]).tobytes()
        known: dict[bytes | str, int] = {}
        for start, constant in self._constants:
            if constant.data not in known:
                known[constant.data] = self._append(image, constant)
            _patch(image, start + constant.offset, known[constant.data] + constant.addend)
        for field, label in self._jumps:
            _patch(image, field, self.labels[label])
        return image

    def _append(self, image: bytearray, constant: Constant) -> int:
        """Append a constant; its offset. The address of a symbol is filled in when the pack is loaded."""
        data = constant.data
        align = _ADDRESS_BYTES if isinstance(data, str) else constant.align
        image += bytes(-len(image) % align)
        offset = len(image)
        image += bytes(_ADDRESS_BYTES) if isinstance(data, str) else data
        if isinstance(data, str):
            self.fixups[data] = [offset]
        return offset


def _patch(image: bytearray, field: int, target: int) -> None:
    """Make a pc-relative field lead to a position in the image."""
    value = target - (field + _FIELD_BYTES)
    image[field : field + _FIELD_BYTES] = value.to_bytes(_FIELD_BYTES, "little", signed=True)
