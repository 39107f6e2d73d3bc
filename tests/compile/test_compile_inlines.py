"""Inlined calls: those that LLVM writes, checked where code faults and traps; and debug information made by hand."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Callable
from typing import Any

import pytest

from wasmjit.compile.debug_section import DebugSection
from wasmjit.compile.elf import ElfObject
from wasmjit.compile.inlines import InlinedCall, InlineTable
from wasmjit.compile.llvm.object import CodegenSettings, compile_ir
from wasmjit.errors import InternalError

LINES = [200, 40_000, 70_000, 5_000_000]
"""Where f1 calls f0, f2 calls f1, ...; so that every size of number is needed."""

LEAF = """\
define tailcc i32 @f0(ptr %c, i32 %a) #5 !dbg !100 {{
  %base.p = getelementptr i8, ptr %c, i64 {field}
  %base = load ptr, ptr %base.p, align 8
  %index = zext i32 %a to i64
  %p = getelementptr i8, ptr %base, i64 %index
  %v = load volatile i32, ptr %p, align 1, !dbg !DILocation(line: 7, scope: !100)
  %zero = icmp eq i32 %v, 0
  br i1 %zero, label %stop, label %go, !prof !99
stop:
  call void @trap(ptr %c, i32 1, i32 8) nomerge, !dbg !DILocation(line: 8, scope: !100)
  unreachable
go:
  %w = mul i32 %v, %a
  ret i32 %w
}}
attributes #5 = {{ alwaysinline nounwind "frame-pointer"="all" }}
!99 = !{{!"branch_weights", i32 1, i32 100000}}
"""


def chain_ir(harness: Any) -> str:
    """f0 loads, and traps if it finds 0; each other calls the one before it, twice: at its line and at the next."""
    parts = [LEAF.format(field=harness.MEMORY_FIELD), harness.scope(100, "f0")]
    for k, line in enumerate(LINES, 1):
        parts.append(
            f"define tailcc i32 @f{k}(ptr %c, i32 %a) #5 !dbg !{100 + k} {{\n"
            f"  %v = call tailcc i32 @f{k - 1}(ptr %c, i32 %a), !dbg !DILocation(line: {line}, scope: !{100 + k})\n"
            f"  %b = add i32 %a, {4 << k}\n"
            f"  %w = call tailcc i32 @f{k - 1}(ptr %c, i32 %b), !dbg !DILocation(line: {line + 1}, scope: !{100 + k})\n"
            "  %x = add i32 %v, %w\n  ret i32 %x\n}\n" + harness.scope(100 + k, f"f{k}")
        )
    return "".join(parts)


def fault(harness: Any, made: Any, name: str, address: int) -> tuple[int | None, list[InlinedCall]]:
    """Line and inlined calls where a call stops: at an address out of bounds, or at one where the memory has 0."""
    with pytest.raises(harness.TrapRaised) as caught:
        made.call(name, "i:i", address)
    info = made.trap_info
    first = harness.layout.TRAP_FRAMES // 8
    pcs = info[first : first + info[harness.layout.TRAP_NUM_FRAMES // 8]]
    assert len(pcs) == (1 if caught.value.code.name == "FAULT" else 2), "everything is inlined"
    pc = pcs[0] if len(pcs) == 1 else pcs[1] - 1
    assert made.code.function_at(pc) == name
    return made.code.line_at(pc), made.code.inlined_at(pc)


@pytest.mark.parametrize("opt", ["2", "3", "s"])
def test_chains_of_inlined_calls(harness: Any, guest: Callable[..., Any], opt: str) -> None:
    made = guest(chain_ir(harness), opt=opt)
    chain = [InlinedCall(f"f{k}", line) for k, line in enumerate(LINES[:3])]
    assert fault(harness, made, "f0", 1 << 20) == (7, [])
    assert fault(harness, made, "f1", 1 << 20) == (7, chain[:1])
    assert fault(harness, made, "f3", 1 << 20) == (7, chain)
    assert fault(harness, made, "f3", 0) == (8, chain), "in the cold code at the end"


@pytest.mark.parametrize("opt", ["2", "3", "s"])
def test_the_calls_of_one_function_are_told_apart(harness: Any, guest: Callable[..., Any], opt: str) -> None:
    made = guest(chain_ir(harness), opt=opt)
    memory = (harness.ctypes.c_uint8 * 4096).from_address(made.memory)
    memory[:] = b"\1" * 4096
    assert fault(harness, made, "f2", 4096 - 8) == (7, [InlinedCall("f0", 201), InlinedCall("f1", 40_000)])
    assert fault(harness, made, "f2", 4096 - 12) == (7, [InlinedCall("f0", 200), InlinedCall("f1", 40_001)])
    assert fault(harness, made, "f2", 4096 - 24) == (7, [InlinedCall("f0", 201), InlinedCall("f1", 40_001)])


def test_nothing_is_inlined_at_0(harness: Any, guest: Callable[..., Any]) -> None:
    made = guest(chain_ir(harness), opt="0")
    assert made.code.inlined_at(made.code.symbols["f3"]) == []


def test_llvm_writes_range_lists(harness: Any) -> None:
    elf = ElfObject(compile_ir(harness.PRELUDE + chain_ir(harness), CodegenSettings("2")))
    assert any(section.name == ".debug_ranges" and section.size for section in elf.sections), "or nothing tests them"


# --- by hand

ABBREVIATIONS = b"".join(
    map(
        bytes,
        [
            [1, 0x11, 1, 0x11, 0x01, 0, 0],  # compile_unit: low_pc addr
            [2, 0x2E, 0, 0x03, 0x0E, 0x20, 0x0B, 0, 0],  # subprogram: name strp, inline data1
            [3, 0x2E, 1, 0x11, 0x01, 0x12, 0x06, 0x31, 0x13, 0, 0],  # subprogram: low_pc addr, high_pc data4, origin
            [4, 0x1D, 1, 0x31, 0x13, 0x55, 0x17, 0x59, 0x0F, 0, 0],  # inlined: origin, ranges sec_offset, line udata
            [5, 0x1D, 0, 0x31, 0x13, 0x11, 0x01, 0x12, 0x06, 0, 0],  # inlined: origin, low_pc addr, high_pc data4
            [0],
        ],
    )
)
STRINGS = b"f1\0f22\0"
RANGES = struct.pack("<10Q", 0x10, 0x18, 2**64 - 1, 0x200, 0x10, 0x20, 0x7, 0x9, 0, 0)
"""Relative to the unit, then to 0x200; the last pair is relocated."""

HEADER_BYTES = 11


def unit(version: int = 4) -> bytes:
    """Function f22 from 0x100 to 0x400, with f1 inlined in ranges, and in that f1 again."""
    entries = b"\1" + struct.pack("<Q", 0x100)
    f1 = HEADER_BYTES + len(entries)
    entries += b"\2" + struct.pack("<IB", 0, 1)
    f22 = HEADER_BYTES + len(entries)
    entries += b"\2" + struct.pack("<IB", 3, 1)
    entries += b"\3" + struct.pack("<QII", 0x100, 0x300, f22)
    entries += b"\4" + struct.pack("<II", f1, 0) + b"\x81\x01"
    entries += b"\5" + struct.pack("<IQI", f1, 0x214, 4) + b"\0\0\0"
    header = struct.pack("<HIB", version, 0, 8)
    return struct.pack("<I", len(header + entries)) + header + entries


def sections(info: bytes, abbreviations: bytes = ABBREVIATIONS, ranges: bytes = RANGES) -> dict[str, DebugSection]:
    """Sections without relocations, but for the last pair of ranges, which is moved by 0x300."""
    relocations = struct.pack("<QQq", 48, 1 << 32, 7) + struct.pack("<QQq", 56, 1 << 32, 9)
    none = array("Q")
    return {
        ".debug_info": DebugSection(info, b"", none),
        ".debug_abbrev": DebugSection(abbreviations, b"", none),
        ".debug_str": DebugSection(STRINGS, b"", none),
        ".debug_ranges": DebugSection(ranges, relocations, array("Q", [0, 0x300])),
    }


@pytest.mark.parametrize("units", [1, 2])
def test_ranges_relative_and_relocated(units: int) -> None:
    table = InlineTable(sections(unit() * units))
    outer, inner = InlinedCall("f1", 129), InlinedCall("f1", None)
    where = [0x10F, 0x110, 0x117, 0x118, 0x20F, 0x210, 0x214, 0x217, 0x218, 0x21F, 0x220, 0x306, 0x307, 0x308, 0x309]
    once = [[], [outer], [outer], [], [], [outer], [inner, outer], [inner, outer], [outer], [outer], [],
            [], [outer], [outer], []]  # fmt: skip
    assert [table.lookup(address) for address in where] == once


def test_before_every_function_and_without_sections() -> None:
    assert InlineTable(sections(unit())).lookup(0x50) == []
    assert InlineTable({}).lookup(0x110) == []


@pytest.mark.parametrize(
    "damaged",
    [
        sections(unit(version=5)),
        sections(unit()[:-10]),
        sections(unit(), abbreviations=ABBREVIATIONS[:-20]),
        sections(unit(), abbreviations=ABBREVIATIONS.replace(b"\x59\x0f", b"\x59\x7f")),
        sections(unit(), ranges=RANGES[:-16]),
        {name: section for name, section in sections(unit()).items() if name != ".debug_ranges"},
    ],
    ids=["version", "info", "abbreviations", "form", "ranges", "section"],
)
def test_damage(damaged: dict[str, DebugSection]) -> None:
    with pytest.raises(InternalError):
        InlineTable(damaged).lookup(0x110)
