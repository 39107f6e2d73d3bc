"""Relocations of AArch64 objects (ELF for the Arm 64-bit Architecture, 5.7), and veneers for calls that reach far."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping, Sequence

from wasmjit.errors import InternalError

R_NONE, R_ABS64, R_ABS32, R_PREL64, R_PREL32 = 0, 257, 258, 260, 261
R_LD_PREL_LO19, R_ADR_PREL_LO21 = 273, 274
R_ADR_PREL_PG_HI21, R_ADD_ABS_LO12_NC, R_LDST8_ABS_LO12_NC = 275, 277, 278
R_TSTBR14, R_CONDBR19, R_JUMP26, R_CALL26 = 279, 280, 282, 283
R_LDST16_ABS_LO12_NC, R_LDST32_ABS_LO12_NC, R_LDST64_ABS_LO12_NC, R_LDST128_ABS_LO12_NC = 284, 285, 286, 299
R_ADR_GOT_PAGE, R_LD64_GOT_LO12_NC = 311, 312

ABSOLUTE = R_ABS64
CALL = None  # calls are not distances alone here
GOT_KINDS = frozenset({R_ADR_GOT_PAGE, R_LD64_GOT_LO12_NC})
STUB_BYTES = 16

_U32, _I32, _U64 = struct.Struct("<I"), struct.Struct("<i"), struct.Struct("<Q")
_MASK = (1 << 64) - 1
_CALL_REACH = (1 << 27) - 4096

# The scale of the 12-bit offset of loads and stores: by how much the low bits of an address are shifted right.
_LOW12_SCALE = {
    R_ADD_ABS_LO12_NC: 0,
    R_LDST8_ABS_LO12_NC: 0,
    R_LDST16_ABS_LO12_NC: 1,
    R_LDST32_ABS_LO12_NC: 2,
    R_LDST64_ABS_LO12_NC: 3,
    R_LDST128_ABS_LO12_NC: 4,
    R_LD64_GOT_LO12_NC: 3,
}


# Instructions that reach a symbol by a distance counted in instructions: width of the field, which begins at bit 5.
_SHORT_WIDTH = {R_LD_PREL_LO19: 19, R_TSTBR14: 14, R_CONDBR19: 19}


def reaches(low: int, high: int, target: int) -> bool:
    """Whether code anywhere in [low, high) can call `target` directly."""
    return high - target < _CALL_REACH and target - low < _CALL_REACH


def write_stub(image: bytearray, at: int, base: int, slot: int) -> None:
    """`adrp x16, slot; ldr x16, [x16, slot]; br x16`: a jump to the address in the GOT slot at address `slot`."""
    struct.pack_into("<4I", image, at, 0x90000010, 0xF9400210, 0xD61F0200, 0xD4200000)
    _page(image, at, base, slot)
    _low12(image, at + 4, slot, 3)


def apply(
    image: bytearray,
    base: int,
    start: int,
    relocations: Iterable[tuple[int, int, int]],
    targets: Sequence[int],
    calls: Sequence[int],
    got: Mapping[int, int],
) -> None:
    """Apply the relocations of the section at offset `start` of an image that will be at address `base`.

    `targets` are the symbols' addresses, `calls` what to call for them, `got` the addresses of their GOT slots.
    """
    at = 0
    try:
        for offset, info, addend in relocations:
            kind, symbol, at = info & 0xFFFFFFFF, info >> 32, start + offset
            if kind in (R_CALL26, R_JUMP26):
                _branch(image, at, calls[symbol] + addend - base - at, 26, 0)
            elif kind in _SHORT_WIDTH:
                _branch(image, at, targets[symbol] + addend - base - at, _SHORT_WIDTH[kind], 5)
            elif kind == R_ADR_PREL_LO21:
                _adr(image, at, targets[symbol] + addend - base - at)
            elif kind == R_ADR_PREL_PG_HI21:
                _page(image, at, base, targets[symbol] + addend)
            elif kind == R_ADR_GOT_PAGE:
                _page(image, at, base, got[symbol] + addend)
            elif kind in _LOW12_SCALE:
                value = got[symbol] if kind in GOT_KINDS else targets[symbol]
                _low12(image, at, value + addend, _LOW12_SCALE[kind])
            elif kind in _DATA_KINDS:
                _DATA_KINDS[kind](image, at, targets[symbol] + addend, base + at)
            elif kind != R_NONE:
                raise InternalError(f"unsupported relocation type {kind}")
    except (struct.error, IndexError) as error:
        raise InternalError(f"relocation at image offset {at:#x} cannot be applied: {error}") from error


def _branch(image: bytearray, at: int, distance: int, bits: int, shift: int) -> None:
    """Put a distance, counted in instructions, into the `bits` wide field at bit `shift`."""
    words = distance >> 2
    if not -(1 << bits - 1) <= words < 1 << bits - 1:
        raise struct.error("branch out of range")
    _insert(image, at, (words & (1 << bits) - 1) << shift, ((1 << bits) - 1) << shift)


def _page(image: bytearray, at: int, base: int, target: int) -> None:
    """`adrp`: the distance between the pages of 4 KiB of the instruction and of the target."""
    _adr(image, at, (target >> 12) - (base + at >> 12))


def _adr(image: bytearray, at: int, distance: int) -> None:
    """The distance of `adr` in bytes, or that of `adrp` in pages."""
    if not -(1 << 20) <= distance < 1 << 20:
        raise struct.error("address out of range")
    _insert(image, at, (distance & 3) << 29 | (distance >> 2 & 0x7FFFF) << 5, 0x60FFFFE0)


def _low12(image: bytearray, at: int, target: int, scale: int) -> None:
    """The offset inside the page of 4 KiB, scaled by the size of the access."""
    _insert(image, at, (target & 0xFFF) >> scale << 10, 0xFFF << 10)


def _insert(image: bytearray, at: int, value: int, mask: int) -> None:
    (instruction,) = _U32.unpack_from(image, at)
    _U32.pack_into(image, at, instruction & ~mask | value)


_DATA_KINDS: dict[int, Callable[[bytearray, int, int, int], None]] = {
    R_ABS64: lambda image, at, value, place: _U64.pack_into(image, at, value & _MASK),
    R_ABS32: lambda image, at, value, place: _U32.pack_into(image, at, value),
    R_PREL64: lambda image, at, value, place: _U64.pack_into(image, at, value - place & _MASK),
    R_PREL32: lambda image, at, value, place: _I32.pack_into(image, at, value - place),
}
