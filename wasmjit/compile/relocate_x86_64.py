"""Relocations of x86-64 objects (System V ABI, AMD64 supplement, table 4.9), and stubs for calls that reach far."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence

from wasmjit.errors import InternalError

R_NONE, R_64, R_PC32, R_PLT32, R_GOTPCREL, R_32, R_32S, R_PC64 = 0, 1, 2, 4, 9, 10, 11, 24
R_GOTPCRELX, R_REX_GOTPCRELX = 41, 42

ABSOLUTE = R_64
CALL = R_PLT32
"""A call by its distance: 32 bits, from their own end."""
GOT_KINDS = frozenset({R_GOTPCREL, R_GOTPCRELX, R_REX_GOTPCRELX})
STUB_BYTES = 8

_U32, _I32, _U64 = struct.Struct("<I"), struct.Struct("<i"), struct.Struct("<Q")
_MASK = (1 << 64) - 1
_REACH = (1 << 31) - 4096


def reaches(low: int, high: int, target: int) -> bool:
    """Whether code anywhere in [low, high) can call `target` directly."""
    return high - target < _REACH and target - low < _REACH


def write_stub(image: bytearray, at: int, base: int, slot: int) -> None:
    """A jump to the address that the GOT slot at address `slot` holds."""
    image[at : at + STUB_BYTES] = b"\xff\x25" + _I32.pack(slot - (base + at + 6)) + b"\xcc\xcc"


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
            if kind == R_PLT32:
                _I32.pack_into(image, at, calls[symbol] + addend - base - at)
            elif kind == R_PC32:
                _I32.pack_into(image, at, targets[symbol] + addend - base - at)
            elif kind == R_64:
                _U64.pack_into(image, at, targets[symbol] + addend & _MASK)
            elif kind in GOT_KINDS:
                _I32.pack_into(image, at, got[symbol] + addend - base - at)
            elif kind == R_PC64:
                _U64.pack_into(image, at, targets[symbol] + addend - base - at & _MASK)
            elif kind == R_32S:
                _I32.pack_into(image, at, targets[symbol] + addend)
            elif kind == R_32:
                _U32.pack_into(image, at, targets[symbol] + addend)
            elif kind != R_NONE:
                raise InternalError(f"unsupported relocation type {kind}")
    except (struct.error, IndexError) as error:
        raise InternalError(f"relocation at image offset {at:#x} cannot be applied: {error}") from error
