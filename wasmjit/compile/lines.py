"""DWARF line-number programs, versions 4 and 5 (DWARF 5 section 6.2), as LLVM writes them.

Lines stand for byte offsets in the wasm module; 0 means that an instruction has no place there.
"""

from __future__ import annotations

import struct
from array import array
from bisect import bisect_right
from collections.abc import Mapping

from wasmjit.errors import InternalError

_END_SEQUENCE, _SET_ADDRESS = 1, 2  # DW_LNE_*
_COPY, _ADVANCE_PC, _ADVANCE_LINE, _CONST_ADD_PC, _FIXED_ADVANCE_PC = 1, 2, 3, 8, 9  # DW_LNS_*

_ROW_LIMIT = 1 << 32


class LineTable:
    """Lines by address. Nothing is decoded before the first `lookup`.

    `addresses` holds what each DW_LNE_set_address operand stands for after relocation, by its offset in `program`;
    `lookup` takes addresses of the same kind (the loader's are offsets in its image).
    """

    def __init__(self, program: bytes, addresses: Mapping[int, int]) -> None:
        self._program = program
        self._operands: Mapping[int, int] = addresses
        self._rows: tuple[array[int], array[int]] | None = None

    def lookup(self, address: int) -> int | None:
        """The line of the instruction at `address` (for a return address: one less). None where there is none.

        LLVM writes line 0 at an instruction that it cannot attribute, mostly one merged from several places: that
        is None as well, since any guess would name a wrong place.
        """
        if self._rows is None:
            self._rows = self._decode()
        starts, lines = self._rows
        index = bisect_right(starts, address) - 1
        return (lines[index] or None) if index >= 0 else None

    def _decode(self) -> tuple[array[int], array[int]]:
        sequences: list[tuple[array[int], array[int]]] = []
        offset = 0
        try:
            while offset < len(self._program):
                offset = _decode_unit(self._program, offset, self._operands, sequences)
        except (IndexError, struct.error, OverflowError) as error:
            raise InternalError(f"damaged line table: {error}") from error
        starts, lines = array("Q"), array("I")
        for sequence_starts, sequence_lines in sorted(sequences, key=lambda sequence: sequence[0][0]):
            starts += sequence_starts
            lines += sequence_lines
        return starts, lines


def read_leb128(data: bytes, offset: int) -> tuple[int, int]:
    """Unsigned LEB128 (section 7.6): value and the offset after it."""
    value = shift = 0
    while True:
        byte = data[offset]
        offset += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, offset
        shift += 7


def _signed_leb128(data: bytes, offset: int) -> tuple[int, int]:
    value, end = read_leb128(data, offset)
    if data[end - 1] & 0x40:
        value -= 1 << 7 * (end - offset)
    return value, end


class _Unit:
    """Header of a line-number program: how its opcodes are to be read, and where they are."""

    def __init__(self, data: bytes, offset: int) -> None:
        size: int = struct.unpack_from("<I", data, offset)[0]
        offset += 4
        if size >= 0xFFFFFFF0:
            raise InternalError("64-bit line tables are not supported")
        self.end = offset + size
        (version,) = struct.unpack_from("<H", data, offset)
        if version not in (4, 5):
            raise InternalError(f"line table of DWARF version {version}")
        offset += 2 if version == 4 else 4  # version 5 has the sizes of addresses and segment selectors here
        header_size: int = struct.unpack_from("<I", data, offset)[0]
        offset += 4
        self.start = offset + header_size
        self.min_instr, _, _, line_base, line_range, self.opcode_base = struct.unpack_from("<BBBbBB", data, offset)
        self.operand_counts = data[offset + 6 : offset + 5 + self.opcode_base]
        self.const_add_pc = (255 - self.opcode_base) // line_range * self.min_instr
        steps = [divmod(code - self.opcode_base, line_range) for code in range(256)]
        self.special = [(instrs * self.min_instr, line_base + lines) for instrs, lines in steps]
        """What a special opcode adds to address and line."""


def _decode_unit(
    data: bytes, offset: int, operands: Mapping[int, int], sequences: list[tuple[array[int], array[int]]]
) -> int:
    """Run one program, appending its sequences; the offset after it."""
    unit = _Unit(data, offset)
    special, opcode_base = unit.special, unit.opcode_base
    starts, lines = array("Q"), array("I")
    address, line, at = 0, 1, unit.start
    while at < unit.end:
        opcode = data[at]
        at += 1
        if opcode >= opcode_base:
            delta = special[opcode]
            address += delta[0]
            line += delta[1]
            starts.append(address)
            lines.append(line)
        elif opcode == _ADVANCE_LINE:
            delta_line, at = _signed_leb128(data, at)
            line += delta_line
        elif opcode == _CONST_ADD_PC:
            address += unit.const_add_pc
        elif opcode == _COPY:
            starts.append(address)
            lines.append(line)
        elif opcode == _ADVANCE_PC:
            delta_address, at = read_leb128(data, at)
            address += delta_address * unit.min_instr
        elif opcode == _FIXED_ADVANCE_PC:
            address += int.from_bytes(data[at : at + 2], "little")
            at += 2
        elif opcode == 0:
            size, at = read_leb128(data, at)
            if data[at] == _SET_ADDRESS:
                address = operands.get(at + 1, 0)
            elif data[at] == _END_SEQUENCE:
                starts.append(address)
                lines.append(0)
                sequences.append((starts, lines))
                starts, lines = array("Q"), array("I")
                address, line = 0, 1
            at += size
        else:
            for _ in range(unit.operand_counts[opcode - 1]):
                _, at = read_leb128(data, at)
    return unit.end
