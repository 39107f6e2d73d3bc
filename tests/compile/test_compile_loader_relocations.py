"""Relocations one by one, against encodings that other linkers give; and stubs."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from wasmjit.compile import relocate_aarch64 as arm
from wasmjit.compile import relocate_x86_64 as x86
from wasmjit.errors import InternalError

BASE = 0x10000000


def apply(arch: Any, kind: int, target: int, addend: int = 0, instruction: int = 0, at: int = 0x40) -> bytes:
    image = bytearray(0x100)
    struct.pack_into("<I", image, at, instruction)
    targets = [0] * 5 + [target]
    arch.apply(image, BASE, 0x10, [(at - 0x10, 5 << 32 | kind, addend)], targets, targets, {5: target})
    return bytes(image[at : at + 8])


@pytest.mark.parametrize(
    ("kind", "target", "addend", "expected"),
    [
        (x86.R_PC32, BASE + 0x1040, -4, struct.pack("<i", 0xFFC)),
        (x86.R_PLT32, BASE - 0x1000, -4, struct.pack("<i", -0x1044)),
        (x86.R_GOTPCREL, BASE + 0x2000, -4, struct.pack("<i", 0x1FBC)),
        (x86.R_GOTPCRELX, BASE + 0x2000, -4, struct.pack("<i", 0x1FBC)),
        (x86.R_REX_GOTPCRELX, BASE + 0x2000, -4, struct.pack("<i", 0x1FBC)),
        (x86.R_64, 0x7FFF12345678, 8, struct.pack("<Q", 0x7FFF12345680)),
        (x86.R_PC64, BASE, 0, struct.pack("<q", -0x40)),
        (x86.R_32, 0xFFFFFFF0, 0, struct.pack("<I", 0xFFFFFFF0)),
        (x86.R_32S, 0x7FFFFFF0, 0, struct.pack("<i", 0x7FFFFFF0)),
        (x86.R_NONE, 0, 0, bytes(4)),
    ],
)
def test_x86_64(kind: int, target: int, addend: int, expected: bytes) -> None:
    assert apply(x86, kind, target, addend)[: len(expected)] == expected


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        (x86.R_PC32, BASE + (1 << 32)),
        (x86.R_PLT32, BASE + (1 << 31) + 0x1000),
        (x86.R_32S, 1 << 31),
        (x86.R_32, 1 << 32),
        (77, 0),
    ],
)
def test_x86_64_out_of_range_or_unknown(kind: int, target: int) -> None:
    with pytest.raises(InternalError, match="relocation"):
        apply(x86, kind, target)


def test_x86_64_stub() -> None:
    image = bytearray(16)
    x86.write_stub(image, 8, BASE, BASE + 0x1000)
    assert image[8:] == b"\xff\x25" + struct.pack("<i", 0x1000 - 14) + b"\xcc\xcc"  # jmp *0xff2(%rip)
    assert x86.reaches(BASE, BASE + 0x1000, BASE + (1 << 30))
    assert not x86.reaches(BASE, BASE + 0x1000, BASE + (1 << 31))
    assert not x86.reaches(BASE, BASE + 0x1000, BASE - (1 << 31))


@pytest.mark.parametrize(
    ("kind", "target", "instruction", "expected"),
    [
        (arm.R_CALL26, BASE + 0x1040, 0x94000000, 0x94000400),  # bl +0x1000
        (arm.R_JUMP26, BASE, 0x14000000, 0x17FFFFF0),  # b -0x40
        (arm.R_CONDBR19, BASE + 0x80, 0x54000001, 0x54000201),  # b.ne +0x40
        (arm.R_TSTBR14, BASE + 0x80, 0x36000002, 0x36000202),  # tbz w2, #0, +0x40
        (arm.R_LD_PREL_LO19, BASE + 0x80, 0x58000001, 0x58000201),  # ldr x1, +0x40
        (arm.R_ADR_PREL_LO21, BASE + 0x83, 0x10000000, 0x70000200),  # adr x0, +0x43
        (arm.R_ADR_PREL_PG_HI21, BASE + 0x3456, 0x90000000, 0xF0000000),  # adrp x0, 3 pages on
        (arm.R_ADR_PREL_PG_HI21, BASE - 0x1000, 0x90000010, 0xF0FFFFF0),  # adrp x16, the page before
        (arm.R_ADR_GOT_PAGE, BASE + 0x4000, 0x90000001, 0x90000021),  # adrp x1, 4 pages on
        (arm.R_ADD_ABS_LO12_NC, BASE + 0x3456, 0x91000000, 0x91115800),  # add x0, x0, #0x456
        (arm.R_LDST8_ABS_LO12_NC, BASE + 0x3456, 0x39400000, 0x39515800),  # ldrb w0, [x0, #0x456]
        (arm.R_LDST16_ABS_LO12_NC, BASE + 0x3456, 0x79400000, 0x7948AC00),  # ldrh w0, [x0, #0x456]
        (arm.R_LDST32_ABS_LO12_NC, BASE + 0x3454, 0xB9400000, 0xB9445400),  # ldr w0, [x0, #0x454]
        (arm.R_LDST64_ABS_LO12_NC, BASE + 0x3450, 0xF9400000, 0xF9422800),  # ldr x0, [x0, #0x450]
        (arm.R_LDST128_ABS_LO12_NC, BASE + 0x3450, 0x3DC00000, 0x3DC11400),  # ldr q0, [x0, #0x450]
        (arm.R_LD64_GOT_LO12_NC, BASE + 0x3450, 0xF9400021, 0xF9422821),  # ldr x1, [x1, #0x450]
        (arm.R_PREL32, BASE, 0, -0x40 & 0xFFFFFFFF),
        (arm.R_ABS32, 0x12345678, 0, 0x12345678),
        (arm.R_NONE, 0, 0xD503201F, 0xD503201F),
    ],
)
def test_aarch64(kind: int, target: int, instruction: int, expected: int) -> None:
    assert apply(arm, kind, target, 0, instruction)[:4] == struct.pack("<I", expected)


def test_aarch64_wide_data() -> None:
    assert apply(arm, arm.R_ABS64, 0x7FFF12345678, 8) == struct.pack("<Q", 0x7FFF12345680)
    assert apply(arm, arm.R_PREL64, BASE) == struct.pack("<q", -0x40)


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        (arm.R_CALL26, BASE + (1 << 28)),
        (arm.R_CONDBR19, BASE + (1 << 21)),
        (arm.R_TSTBR14, BASE + (1 << 16)),
        (arm.R_ADR_PREL_LO21, BASE + (1 << 21)),
        (arm.R_ADR_PREL_PG_HI21, BASE + (1 << 33)),
        (arm.R_PREL32, BASE + (1 << 32)),
        (999, 0),
    ],
)
def test_aarch64_out_of_range_or_unknown(kind: int, target: int) -> None:
    with pytest.raises(InternalError, match="relocation"):
        apply(arm, kind, target)


def test_aarch64_stub() -> None:
    image = bytearray(0x100)
    arm.write_stub(image, 0xF0, BASE, BASE + 0x1030)
    expected = [0xB0000010, 0xF9401A10, 0xD61F0200, 0xD4200000]  # adrp x16; ldr x16, [x16, #48]; br x16; brk
    assert list(struct.unpack_from("<4I", image, 0xF0)) == expected
    assert arm.reaches(BASE, BASE + 0x1000, BASE + (1 << 26))
    assert not arm.reaches(BASE, BASE + 0x1000, BASE + (1 << 27))
