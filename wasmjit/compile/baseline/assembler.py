"""Joining stencils: bytes, jumps between them, constants behind them, and the places that backtraces ask for.

While code grows, positions in it are counted in pieces: the lengths of all of them are added up in the end.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import accumulate
from struct import Struct

from wasmjit.compile.debug import PLACE_SHIFT
from wasmjit.light import TYPE_CHECKING

if TYPE_CHECKING:
    from wasmjit.compile.baseline.stencil import Constant, Stencil

_FIELD_BYTES, _ADDRESS_BYTES = 4, 8
_DISTANCE = Struct("<i")
_OFFSET_MASK = (1 << PLACE_SHIFT) - 1


class Assembler:
    """The code of one function while it grows. A label is a number; it is placed where it leads to, once.

    A piece without constants may also be appended to `out`.
    """

    __slots__ = ("_constants", "_jumps", "_tables", "fixups", "labels", "out", "places")

    def __init__(self) -> None:
        self.out: list[bytes] = []
        self.places: list[int] = []
        """The pieces with which instructions that can trap or call begin, and the offsets of these in the module."""
        self.labels: list[int] = []
        self.fixups: dict[str, list[int]] = {}
        """Where addresses of symbols are to be, as in a pack."""
        self._jumps: list[tuple[int, int]] = []  # (piece with a field at its end, label)
        self._constants: list[tuple[int, Stencil]] = []  # (piece, what it is)
        self._tables: list[tuple[int, int, Sequence[int]]] = []  # (piece, position of the field in it, labels)

    def put(self, stencil: Stencil, *values: int) -> None:
        """Append a stencil, with values for its holes."""
        if stencil.constants:
            self._constants.append((len(self.out), stencil))
        self.out.append(stencil.pack(*values) if values else stencil.code)

    def put_small(self, stencil: Stencil, value: int) -> None:
        """The same for one hole and a value that occurs often, such as the offset of a slot."""
        if stencil.constants:
            self._constants.append((len(self.out), stencil))
        self.out.append(stencil.small[value])

    def locate(self, offset: int) -> None:
        """What comes next belongs to the instruction at a byte offset."""
        self.places.append(len(self.out) << PLACE_SHIFT | offset)

    def label(self) -> int:
        """A label that is not placed yet."""
        self.labels.append(-1)
        return len(self.labels) - 1

    def place(self, label: int) -> None:
        """Let a label lead here."""
        self.labels[label] = len(self.out)

    def jump(self, stencil: Stencil, label: int, *values: int) -> None:
        """Append a stencil that may jump to a label, at its end."""
        self._jumps.append((len(self.out), label))
        if len(values) == 1:
            self.put_small(stencil, *values)
        else:
            self.put(stencil, *values)

    def jump_by(self, code: bytes, label: int) -> None:
        """Append code without constants that may jump to a label, at its end."""
        self._jumps.append((len(self.out), label))
        self.out.append(code)

    def table(self, stencil: Stencil, labels: Sequence[int], *values: int) -> None:
        """Append a stencil that jumps by a table of labels."""
        self._tables.extend([(len(self.out), offset, labels) for offset, _ in stencil.jumps])
        self.put(stencil, *values)

    def finish(self) -> bytearray:
        """The code, with tables and constants behind it. `places` are for `debug.save_places` from now on."""
        image = bytearray().join(self.out)
        starts = list(accumulate(map(len, self.out), initial=0))
        for piece, offset, labels in self._tables:
            image += bytes(-len(image) % _FIELD_BYTES)
            base = len(image)
            _patch(image, starts[piece] + offset, base)
            image += array("i", [starts[self.labels[label]] - base for label in labels]).tobytes()
        self._add_constants(image, starts)
        for piece, label in self._jumps:
            _patch(image, starts[piece + 1] - _FIELD_BYTES, starts[self.labels[label]])
        self.places[:] = [starts[place >> PLACE_SHIFT] << PLACE_SHIFT | place & _OFFSET_MASK for place in self.places]
        return image

    def _add_constants(self, image: bytearray, starts: Sequence[int]) -> None:
        known: dict[bytes | str, int] = {}
        for piece, stencil in self._constants:
            for constant in stencil.constants:
                if constant.data not in known:
                    known[constant.data] = self._append(image, constant)
                _patch(image, starts[piece] + constant.offset, known[constant.data] + constant.addend)

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
    _DISTANCE.pack_into(image, field, target - (field + _FIELD_BYTES))
