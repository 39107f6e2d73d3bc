"""Operations with a constant: LLVM selects immediate operands for few of them where the constant is a symbol.

It loads the constant into r10 and applies the operation to that. The whole stencil is then one of the sequences below,
and gets the instruction that takes it as an operand.
"""

from __future__ import annotations

from collections.abc import Iterator

from wasmjit.compile.baseline.stencil import Field

_LOAD = {"": "41ba00000000", "48": "49ba0000000000000000"}
"""movl $K, %r10d and movabsq $K, %r10, by the prefix of the operation; and for counts, that is movl in any case."""

_ARITHMETIC = (0x01, 0x09, 0x21, 0x29, 0x31)
"""Opcodes of add, or, and, sub, xor with %r10 and %rax; with a constant it is 4 more."""

_SHIFTS = {"9": "e0", "a": "f8", "b": "e8"}
"""shlx, sarx and shrx differ in four bits; of the shifts by a constant, the operand does."""


def _pairs() -> Iterator[tuple[str, str, int]]:
    """Both instructions; what replaces them, without the constant; the constant's width in bytes."""
    for prefix, rex, rex_from, vex in (("", "44", "41", "2"), ("48", "4c", "49", "a")):
        load = _LOAD[prefix]
        for opcode in _ARITHMETIC:
            yield f"{load}{rex}{opcode:02x}d0", f"{prefix}{opcode + 4:02x}", 4
        yield f"{load}{rex_from}0fafc2", f"{prefix}69c0", 4  # imul
        for kind, operand in _SHIFTS.items():
            yield f"{_LOAD['']}c4e2{vex}{kind}f7c0", f"{prefix}c1{operand}", 1


_SHORTER = {bytes.fromhex(old): (bytes.fromhex(new), width) for old, new, width in _pairs()}


def with_immediate(code: bytes, fields: tuple[Field, ...]) -> tuple[bytes, tuple[Field, ...]]:
    """The code with its one hole, or a better form of both."""
    found = _SHORTER.get(code)
    if found is None or len(fields) != 1:
        return code, fields
    replacement, width = found
    return replacement + bytes(width), (Field(len(replacement), width, fields[0].name, fields[0].addend),)
