"""Shorter encodings for small values (x86-64): displacements and immediate operands that fit into a byte.

Stencils are made before values are known, so each hole has room for any. Frame slots, memory offsets and constants are
mostly small, though. Only code is taken in which the value comes last, or in front of a branch, and whose shape leaves
no doubt about where the instruction begins.
"""

from __future__ import annotations

import re

MAX_SHORT = 127
"""The largest value that a byte can hold, whose sign is extended."""

# A move between registers, as it comes before an access whose address is in a register that is kept.
_MOVE = re.compile(rb"[\x40-\x4f]?\x89[\xc0-\xff]")

# One instruction up to its displacement: prefixes and opcode, VEX or not; then ModRM with a displacement of 32 bits,
# and SIB where that says so.
_OPERATION = (
    rb"(?:[\x66\xf2\xf3]?[\x40-\x4f]?(?:\x0f[^\x38\x3a]|[^\x0f\x40-\x4f\x62\x66\xc4\xc5\xf2\xf3])|\xc5..|\xc4...)"
)
_PLAIN = rb"[\x80-\x83\x85-\x8b\x8d-\x93\x95-\x9b\x9d-\xa3\xa5-\xab\xad-\xb3\xb5-\xbb\xbd-\xbf]"
_WITH_SIB = rb"[\x84\x8c\x94\x9c\xa4\xac\xb4\xbc]."
_ACCESS = re.compile(_OPERATION + rb"(" + _PLAIN + rb"|" + _WITH_SIB + rb")", re.DOTALL)
_SHORT_DISPLACEMENT = 0xC0
"""What turns ModRM's mode of 32 bits (10) into that of 8 bits (01)."""

_ARITHMETIC = re.compile(rb"(\x48?)([\x05\x0d\x25\x2d\x35\x3d])")  # add, or, and, sub, xor, cmp: $K, %rax
_MULTIPLY = re.compile(rb"(\x48?)\x69\xc0")
_LOAD = re.compile(rb"(\x41?)([\xb8-\xbf])")
_TAIL = re.compile(rb"|\x0f[\x80-\x8f]\0\0\0\0")  # nothing, or jcc T


def short_code(code: bytes, offset: int, value: int) -> bytes | None:
    """The code with the value of 32 bits that is at an offset, in a shorter form; None if there is none.

    What follows the value may be a branch.
    """
    head, tail = code[:offset], code[offset + 4 :]
    if value > MAX_SHORT or not _TAIL.fullmatch(tail):
        return None
    short = _short_constant(head, value) or _short_access(head, value)
    return None if short is None else short + tail


def _short_constant(head: bytes, value: int) -> bytes | None:
    if value == 0 and (match := _LOAD.fullmatch(head)):
        number = match[2][0] & 7
        return (b"\x45" if match[1] else b"") + bytes([0x31, 0xC0 | number << 3 | number])  # xorl
    if match := _ARITHMETIC.fullmatch(head):
        return match[1] + bytes([0x83, 0xC0 | match[2][0] - 5, value])
    if match := _MULTIPLY.fullmatch(head):
        return match[1] + bytes([0x6B, 0xC0, value])
    return None


def _short_access(head: bytes, value: int) -> bytes | None:
    move = _MOVE.match(head)
    start = move.end() if move and move.end() < len(head) else 0
    match = _ACCESS.fullmatch(head, start)
    if match is None:
        return None
    at = match.start(1)
    return head[:at] + bytes([head[at] ^ _SHORT_DISPLACEMENT]) + head[at + 1 :] + bytes([value])
