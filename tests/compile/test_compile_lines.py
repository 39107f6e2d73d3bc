"""Line tables: those that LLVM writes, checked against where instructions fault, and programs put together by hand."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from typing import Any

import pytest

from wasmjit.compile.lines import LineTable
from wasmjit.errors import InternalError

LINES = [*random.Random(1).sample(range(1, 1 << 32), 150), 1, (1 << 32) - 1, 7, 5, 7]


def loads_ir(harness: Any, version: int) -> str:
    """Function k, of several, loads from the guard pages at line LINES[k]; others come between."""
    parts = []
    for k, line in enumerate(LINES):
        parts.append(
            f"define tailcc i32 @f{k}(ptr %c, i32 %a) #0 !dbg !{100 + k} {{\n"
            f"  %base.p = getelementptr i8, ptr %c, i64 {harness.MEMORY_FIELD}\n"
            "  %base = load ptr, ptr %base.p, align 8\n"
            "  %index = zext i32 %a to i64\n"
            "  %p = getelementptr i8, ptr %base, i64 %index\n"
            f"  store volatile i32 1, ptr %base, !dbg !DILocation(line: {k + 1}, scope: !{100 + k})\n"
            f"  %v = load volatile i32, ptr %p, align 1, !dbg !DILocation(line: {line}, scope: !{100 + k})\n"
            f"  %w = add i32 %v, 1, !dbg !DILocation(line: {k + 2}, scope: !{100 + k})\n"
            f"  store volatile i32 %w, ptr %base, !dbg !DILocation(line: 0, scope: !{100 + k})\n"
            "  ret i32 %w\n}\n"
        )
        parts.append(harness.scope(100 + k, f"f{k}"))
    parts.append(f'!llvm.module.flags = !{{!90}}\n!90 = !{{i32 2, !"Dwarf Version", i32 {version}}}\n')
    return "".join(parts)


@pytest.mark.parametrize("version", [4, 5])
@pytest.mark.parametrize("opt", ["0", "2"])
def test_every_fault_has_its_line(harness: Any, guest: Callable[..., Any], version: int, opt: str) -> None:
    made = guest(loads_ir(harness, version), opt=opt)
    for k, line in enumerate(LINES):
        with pytest.raises(harness.TrapRaised) as caught:
            made.call(f"f{k}", "i:i", 1 << 20)
        assert caught.value.frames == [(f"f{k}", line)]


# --- by hand

STANDARD_OPERANDS = bytes([0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1])


def program(body: bytes, *, version: int = 4, line_base: int = -5, line_range: int = 14, min_instr: int = 1) -> bytes:
    operands = STANDARD_OPERANDS + b"\2"  # and one that no version defines, with two operands
    fields = struct.pack("<BBBbBB", min_instr, 1, 1, line_base, line_range, len(operands) + 1)
    header = fields + operands + b"\0\0"  # no directories, no files
    middle = struct.pack("<I", len(header)) + header + body
    sizes = struct.pack("<HBB", 5, 8, 0) if version == 5 else struct.pack("<H", version)
    return struct.pack("<I", len(sizes + middle)) + sizes + middle


def set_address(value: int) -> bytes:
    return b"\0\x09\x02" + struct.pack("<Q", value)


END = b"\0\x01\x01"


def table(data: bytes, addresses: dict[int, int] | None = None) -> LineTable:
    """With set_address operands as `addresses` says, by occurrence; else as written."""
    operands = {}
    offset = data.find(b"\0\x09\x02")
    while offset >= 0:
        operands[offset + 3] = struct.unpack_from("<Q", data, offset + 3)[0]
        offset = data.find(b"\0\x09\x02", offset + 1)
    return LineTable(data, operands if addresses is None else addresses)


def test_standard_opcodes() -> None:
    body = set_address(0x100)
    body += b"\x03\x09\x01"  # advance_line 9; copy: line 10 at 0x100
    body += b"\x02\x90\x01\x03\x7b\x01"  # advance_pc 144; advance_line -5; copy: line 5 at 0x190
    body += b"\x09\x10\x00\x01"  # fixed_advance_pc 16; copy: line 5 at 0x1a0
    body += b"\x04\x07\x05\x03\x06\x07\x0a\x0b\x0c\x01\x0d\x81\x01\x02"  # opcodes that say nothing about lines
    body += b"\x08\x03\xe4\x00\x01"  # const_add_pc; advance_line 100; copy
    body += b"\x02\x10" + END
    lines = table(program(body))
    step = (255 - 14) // 14
    assert [lines.lookup(a) for a in (0xFF, 0x100, 0x18F, 0x190, 0x19F, 0x1A0)] == [None, 10, 10, 5, 5, 5]
    assert [lines.lookup(0x1A0 + step + d) for d in (-1, 0, 15, 16)] == [5, 105, 105, None]


@pytest.mark.parametrize("version", [4, 5])
def test_special_opcodes(version: int) -> None:
    special = 14 + (3 - -5) + 14 * 2  # line + 3, address + 2 instructions of 4 bytes
    lines = table(program(set_address(0x40) + bytes([special]) * 3 + b"\x02\x01" + END, version=version, min_instr=4))
    assert [lines.lookup(0x40 + 8 * i) for i in range(5)] == [None, 4, 7, 10, None]


def test_the_last_of_several_rows_counts_and_line_0_is_none() -> None:
    body = (
        set_address(0) + b"\x03\x09\x01\x03\x01\x01" + b"\x02\x04\x03\x75\x01" + b"\x02\x04\x03\x08\x01\x02\x04" + END
    )
    lines = table(program(body))
    assert [lines.lookup(a) for a in (0, 3, 4, 7, 8, 11, 12)] == [11, 11, None, None, 8, 8, None]


def test_sequences_in_any_order_and_several_units() -> None:
    def sequence(address: int, line: int) -> bytes:
        return set_address(address) + b"\x03" + bytes([line - 1]) + b"\x01\x02\x10" + END

    data = program(sequence(0x200, 2) + sequence(0x100, 1)) + program(sequence(0x300, 3) + sequence(0, 4))
    lines = table(data)
    assert [lines.lookup(a) for a in (0, 0x10, 0x100, 0x110, 0x200, 0x210, 0x30F, 0x310)] == [
        4, None, 1, None, 2, None, 3, None,
    ]  # fmt: skip


def test_unknown_extended_opcodes_are_skipped() -> None:
    lines = table(program(set_address(0) + b"\0\x04\x80abc" + b"\x03\x05\x01\x02\x04" + END))
    assert lines.lookup(0) == 6


def test_an_empty_table() -> None:
    assert LineTable(b"", {}).lookup(0) is None
    assert table(program(b"")).lookup(0) is None


@pytest.mark.parametrize(
    "data",
    [
        b"\x10\0\0\0",
        program(b"\x02"),
        program(set_address(0) + b"\x02\xff"),
        program(b"", version=3),
        b"\xff\xff\xff\xff" + bytes(20),
    ],
)
def test_damaged_tables(data: bytes) -> None:
    with pytest.raises(InternalError):
        LineTable(data, {}).lookup(0)
