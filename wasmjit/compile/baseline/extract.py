"""Stencils out of the object that LLVM has made."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from wasmjit.compile.baseline.hole import JUMP_TABLE, hole_name
from wasmjit.compile.baseline.immediate import with_immediate
from wasmjit.compile.baseline.stencil import Constant, Field, Jump, Stencil
from wasmjit.compile.baseline.stencil_emitter import NEXT, TARGET
from wasmjit.compile.elf import SHN_UNDEF, STT_FUNC, ElfObject, Symbol
from wasmjit.compile.relocate_x86_64 import GOT_KINDS, R_32, R_32S, R_64, R_PC32, R_PLT32
from wasmjit.errors import InternalError

_R_8 = 14
_WIDTHS = {R_32: 4, R_32S: 4, R_64: 8, _R_8: 1}
_JUMPS = frozenset({TARGET, JUMP_TABLE})
_MAX_CONSTANT_BYTES = 64
"""The most that a constant takes in a section where there is none of the usual sizes."""

_JMP, _JCC, _JCC_KINDS = 0xE9, 0x0F, range(0x80, 0x90)
_JMP_BYTES, _JCC_BYTES = 5, 6


class _Code:
    """The code of one stencil while it is taken apart."""

    def __init__(self, elf: ElfObject, code: bytes) -> None:
        self._elf = elf
        self.code = bytearray(code)
        self.fields: list[Field] = []
        self.jumps: list[Jump] = []
        self.constants: list[Constant] = []
        self.onwards: list[int] = []
        self.is_whole = True

    def add(self, offset: int, kind: int, symbol: Symbol, addend: int) -> None:
        """Sort a relocation in."""
        if kind in _WIDTHS:
            self.fields.append(Field(offset, _WIDTHS[kind], hole_name(symbol.name), addend))
        elif kind in GOT_KINDS:
            self.constants.append(Constant(offset, symbol.name, 8, addend + 4))
        elif kind not in (R_PC32, R_PLT32):
            raise InternalError(f"stencil with a relocation of type {kind}")
        elif symbol.section != SHN_UNDEF:
            self.constants.append(self._constant(offset, symbol, addend))
        elif symbol.name == NEXT:
            self.onwards.append(offset)
        elif symbol.name in _JUMPS:
            self.jumps.append(Jump(offset, symbol.name))
        else:
            self.is_whole = False

    def _constant(self, offset: int, symbol: Symbol, addend: int) -> Constant:
        """A constant in a section of those with its size, or in one of any, with what comes behind it.

        An immediate operand behind the four bytes counts in the relocation's addend; of a size, a constant is where
        such ones begin.
        """
        section = self._elf.sections[symbol.section]
        start = symbol.value + addend + 4
        size = _constant_bytes(section.name)
        if size is None:
            inside = start % section.align
            data = section.data[start - inside : start + _MAX_CONSTANT_BYTES]
            return Constant(offset, bytes(data), section.align, inside)
        behind = -start % min(size, 4)
        start += behind
        return Constant(offset, bytes(section.data[start : start + size]), size, -behind)

    def stencil(self) -> Stencil:
        """Without the jump onwards at the end; any other one goes to the end."""
        self._turn_branch()
        code = self.code
        if self.onwards and self.onwards[-1] == len(code) - 4 and code[-_JMP_BYTES] == _JMP:
            del code[-_JMP_BYTES:]
            self.onwards.pop()
        for offset in self.onwards:
            code[offset : offset + 4] = (len(code) - offset - 4).to_bytes(4, "little")
        code_bytes, fields = with_immediate(bytes(code), tuple(self.fields))
        return Stencil(code_bytes, fields, tuple(self.jumps), tuple(self.constants))

    def _turn_branch(self) -> None:
        """`jcc NEXT; jmp T` at the end becomes `jcc' T; jmp NEXT`."""
        end = len(self.code)
        jump, branch = end - _JMP_BYTES, end - _JMP_BYTES - _JCC_BYTES
        if not self.jumps or not self.onwards or self.jumps[-1].offset != jump + 1 or self.onwards[-1] != branch + 2:
            return
        if self.code[jump] == _JMP and self.code[branch] == _JCC and self.code[branch + 1] in _JCC_KINDS:
            self.code[branch + 1] ^= 1
            self.jumps[-1] = Jump(branch + 2, self.jumps[-1].name)
            self.onwards[-1] = jump + 1


def _constant_bytes(section: str) -> int | None:
    """Size of the constants in a section, `.rodata.cst16` for one."""
    digits = section.rpartition(".cst")[2]
    return int(digits) if digits.isdigit() else None


def extract(data: bytes) -> Iterator[tuple[str, Stencil]]:
    """Name and stencil of every function in a relocatable object (x86-64) of which one can be made.

    Others call functions of the C library, on processors without an instruction for what they do.
    """
    elf = ElfObject(data)
    for index, section in enumerate(elf.sections):
        functions = [s for s in elf.symbols if s.type == STT_FUNC and s.section == index]
        if not functions:
            continue
        functions.sort(key=lambda s: s.value)
        relocations = sorted(elf.relocations(index))
        for function in functions:
            end = function.value + function.size
            first = bisect_left(relocations, (function.value,))
            code = _Code(elf, bytes(section.data[function.value : end]))
            for offset, info, addend in relocations[first : bisect_left(relocations, (end,))]:
                code.add(offset - function.value, info & 0xFFFFFFFF, elf.symbols[info >> 32], addend)
            if code.is_whole:
                yield function.name, code.stencil()
