from __future__ import annotations

import pytest

from wasmjit.wasm.module import DataSegment, Module
from wasmjit.wasm.opcodes import OPCODES
from wasmjit.wasm.types import Limits, MemType

ONE = ("i32.const", 1)
ACCESSES = [op for op in OPCODES.values() if op.imm.startswith("memarg")]
LANES = {"i8x16": 16, "i16x8": 8, "i32x4": 4, "i64x2": 2, "f32x4": 4, "f64x2": 2}
WIDTHS = {"8": 16, "16": 8, "32": 4, "64": 2}


def make_module():
    return Module(b"", memories=[MemType(Limits(1))], datas=[DataSegment("passive", 0, None, 0, 0)] * 2)


@pytest.mark.parametrize("op", ACCESSES, ids=lambda op: op.name)
def test_access(typed, refused, op):
    lane = (0,) if op.imm == "memarg_lane" else ()
    atomic = op.feature == "threads"
    for align_log2 in range(op.align_log2 if atomic else 0, op.align_log2 + 1):
        typed("unreachable", (op.name, (align_log2, 0xFFFF_FFFF, 0, *lane)), "unreachable", module=make_module())
    too_much = "alignment must not be larger than natural"
    refused(too_much, "unreachable", (op.name, (op.align_log2 + 1, 0, 0, *lane)), module=make_module())
    if atomic and op.align_log2:
        refused("atomic alignment must be natural", "unreachable", (op.name, (0, 0, 0)), module=make_module())
    refused("offset out of range", "unreachable", (op.name, (0, 1 << 32, 0, *lane)), module=make_module())
    refused("unknown memory 0", "unreachable", (op.name, (0, 0, 0, *lane)))


@pytest.mark.parametrize("op", [op for op in OPCODES.values() if op.imm == "lane"], ids=lambda op: op.name)
def test_lane(typed, refused, op):
    count = LANES[op.name.split(".")[0]]
    typed("unreachable", (op.name, count - 1), "unreachable")
    refused("invalid lane index", "unreachable", (op.name, count))
    refused("invalid lane index", "unreachable", (op.name, 255))


@pytest.mark.parametrize("op", [op for op in ACCESSES if op.imm == "memarg_lane"], ids=lambda op: op.name)
def test_access_lane(typed, refused, op):
    bits = "".join(filter(str.isdigit, op.name.split(".")[1]))
    count = WIDTHS[bits]
    typed("unreachable", (op.name, (0, 0, 0, count - 1)), "unreachable", module=make_module())
    refused("invalid lane index", "unreachable", (op.name, (0, 0, 0, count)), module=make_module())


def test_shuffle(typed, refused):
    typed("unreachable", ("i8x16.shuffle", bytes([31] * 16)), "unreachable")
    for place in (0, 7, 15):
        lanes = bytearray(16)
        lanes[place] = 32
        refused("invalid lane index", "unreachable", ("i8x16.shuffle", bytes(lanes)))


@pytest.mark.parametrize(
    ("code", "results"),
    [
        ([("memory.size", 0)], "i32"),
        ([ONE, ("memory.grow", 0)], "i32"),
        ([ONE, ONE, ONE, ("memory.fill", 0)], ""),
        ([ONE, ONE, ONE, ("memory.copy", (0, 0))], ""),
        ([ONE, ONE, ONE, ("memory.init", (1, 0))], ""),
        ([("data.drop", 1)], ""),
    ],
    ids=lambda value: str(value[-1]) if value else "",
)
def test_bulk_memory(typed, refused, code, results):
    typed(*code, results=results, module=make_module())
    refused("unknown", *code, results=results)
    *operands, instr = code
    if operands:
        refused("type mismatch", *operands[1:], instr, results=results, module=make_module())
        refused("type mismatch", *operands[1:], ("i64.const", 0), instr, results=results, module=make_module())


@pytest.mark.parametrize(
    ("instr", "message"),
    [
        (("memory.size", 1), "unknown memory 1"),
        (("memory.grow", 1), "unknown memory 1"),
        (("memory.fill", 1), "unknown memory 1"),
        (("memory.copy", (1, 0)), "unknown memory 1"),
        (("memory.copy", (0, 1)), "unknown memory 1"),
        (("memory.init", (0, 1)), "unknown memory 1"),
        (("memory.init", (2, 0)), "unknown data segment 2"),
        (("data.drop", 2), "unknown data segment 2"),
    ],
)
def test_indices(refused, instr, message):
    refused(message, "unreachable", instr, module=make_module())
