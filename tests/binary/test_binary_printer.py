"""Instructions as text: exactly, for each shape; and read back by another tool, for each opcode."""

from __future__ import annotations

import subprocess

import pytest

from wasmjit.binary import decode_body, decode_module
from wasmjit.binary.printer import print_functype, print_instr
from wasmjit.wasm.opcodes import CODE_BY_NAME, OPCODES
from wasmjit.wasm.types import (
    ANYREF,
    EQ,
    EXTERNREF,
    F64,
    FUNCREF,
    I31,
    I32,
    I64,
    NULLREF,
    STRUCT,
    V128,
    FuncType,
    ref_type,
)


@pytest.mark.parametrize(
    ("name", "imm", "text"),
    [
        ("nop", None, "nop"),
        ("block", FuncType(), "block"),
        ("loop", FuncType((), (I32,)), "loop (result i32)"),
        ("if", 7, "if (type 7)"),
        ("br_table", (1, 2, 0), "br_table 1 2 0"),
        ("call_indirect", (3, 0), "call_indirect (type 3)"),
        ("call_indirect", (3, 4), "call_indirect 4 (type 3)"),
        ("local.get", 300, "local.get 300"),
        ("table.get", 0, "table.get 0"),
        ("select", None, "select"),
        ("select t", (V128,), "select (result v128)"),
        ("ref.null", FUNCREF, "ref.null func"),
        ("ref.null", EXTERNREF, "ref.null extern"),
        ("i32.load", (2, 0, 0), "i32.load"),
        ("i32.load", (0, 8, 3), "i32.load 3 offset=8 align=1"),
        ("v128.load8_lane", (0, 0, 0, 3), "v128.load8_lane 3"),
        ("v128.load16_lane", (0, 5, 0, 3), "v128.load16_lane offset=5 align=1 3"),
        ("i32.const", -5, "i32.const -5"),
        ("f32.const", 0x3FC00000, "f32.const 0x1.8000000000000p+0"),
        ("f32.const", 0x80000000, "f32.const -0x0.0p+0"),
        ("f32.const", 0x7F800000, "f32.const inf"),
        ("f32.const", 0xFFA00001, "f32.const -nan:0x200001"),
        ("f64.const", 1, "f64.const 0x0.0000000000001p-1022"),
        ("f64.const", 0x7FF8000000000000, "f64.const nan:0x8000000000000"),
        ("v128.const", bytes(range(16)), "v128.const i32x4 0x03020100 0x07060504 0x0b0a0908 0x0f0e0d0c"),
        ("i8x16.shuffle", bytes(range(16)), "i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15"),
        ("memory.size", 0, "memory.size"),
        ("memory.fill", 1, "memory.fill 1"),
        ("memory.init", (5, 0), "memory.init 5"),
        ("table.init", (5, 1), "table.init 1 5"),
        ("memory.copy", (0, 0), "memory.copy"),
        ("table.copy", (1, 0), "table.copy 1 0"),
    ],
)
def test_instructions(name, imm, text):
    assert print_instr(CODE_BY_NAME[name], imm) == text


def test_function_types():
    assert print_functype(FuncType((I32, I64), (F64,))) == "(param i32 i64) (result f64)"
    assert print_functype(FuncType()) == ""


IMMEDIATES = {
    "": [None],
    "block": [FuncType(), FuncType((), (V128,)), 5],
    **dict.fromkeys(("label", "func", "local", "global", "table", "data", "elem", "tag", "type"), (0, 3, 200)),
    "memory": [0],
    "labels": [(0,), (3, 200, 1)],
    "try_table": [
        (FuncType(), ()),
        (5, (("catch", 0, 1), ("catch_all_ref", None, 0))),
        (FuncType(), (("catch_ref", 3, 0), ("catch_all", None, 1))),
    ],
    "type_table": [(5, 0), (5, 2)],
    "types": [(I32,), (FUNCREF,)],
    "ref": [FUNCREF, EXTERNREF, ref_type(5, True), NULLREF],
    "heap": [EQ, I31, 5],
    "cast": [(0, ANYREF, ref_type(STRUCT, False)), (3, ref_type(5, True), ref_type(5, False))],
    **{key: [(5, 0), (5, 2)] for key in ("type_field", "type_count", "type_data", "type_elem", "type_type")},
    "memarg": [(0, 0, 0), (0, 300, 0), (0, 300, 2)],
    "memarg_lane": [(0, 0, 0, 1), (0, 300, 2, 0)],
    "lane": [1],
    "zero": [None],
    "lanes": [bytes(range(16))],
    "i32": [0, -1, 63, 64, -64, -65, 2**31 - 1, -(2**31)],
    "i64": [0, -1, 2**63 - 1, -(2**63)],
    "f32": [0, 0x80000000, 1, 0x7F7FFFFF, 0x40490FDB, 0x7F800000, 0xFF800000, 0x7FC00000, 0xFFA12345],
    "f64": [
        0,
        1 << 63,
        1,
        0x7FEFFFFFFFFFFFFF,
        0x400921FB54442D18,
        0x7FF << 52,
        0xFFF << 52,
        0x7FF8 << 48,
        0xFFF123456789ABCD,
    ],
    "v128": [bytes(16), bytes(range(16))],
    "data_memory": [(0, 0), (3, 0)],
    "elem_table": [(0, 0), (3, 2)],
    "memory_memory": [(0, 0)],
    "table_table": [(0, 0), (1, 2)],
}


def plain_instrs():
    """Every opcode that may stand anywhere in a body, with some immediates of its shape."""
    blocks = ("block", "loop", "if", "else", "end", "try_table", "try", "catch", "catch_all", "delegate")
    return [(code, imm) for code, row in OPCODES.items() if row.name not in blocks for imm in IMMEDIATES[row.imm]]


def assemble(wasm_tools, tmp_path, instrs):
    """The instructions of a function whose body another tool has read from our text."""
    text = "\n".join(print_instr(code, imm) for code, imm in instrs)
    types = "(type (func))" * 6
    (tmp_path / "text.wat").write_text(f"(module {types} (memory 1) (data) (data) (data) (data) (func {text}\n))")
    subprocess.run([wasm_tools, "parse", "text.wat", "-o", "binary.wasm"], check=True, cwd=tmp_path)
    module = decode_module((tmp_path / "binary.wasm").read_bytes())
    return [(code, imm) for code, imm, _ in decode_body(module, 0).instrs]


def test_every_instruction_survives_the_text_format(wasm_tools, tmp_path):
    instrs = plain_instrs()
    assert assemble(wasm_tools, tmp_path, instrs) == [*instrs, (CODE_BY_NAME["end"], None)]


def test_legacy_tries_survive_the_text_format(wasm_tools, tmp_path):
    code = CODE_BY_NAME
    instrs = [(code["try"], FuncType()), (code["catch"], 3), (code["catch_all"], None), (code["end"], None)]
    instrs += [(code["try"], 5), (code["delegate"], 0)]
    assert assemble(wasm_tools, tmp_path, instrs) == [*instrs, (code["end"], None)]


def test_blocks_survive_the_text_format(wasm_tools, tmp_path):
    code = CODE_BY_NAME
    instrs = [(code[name], imm) for name in ("block", "loop", "if") for imm in IMMEDIATES["block"]]
    instrs += [(code["else"], None)]
    instrs += [(code["try_table"], imm) for imm in IMMEDIATES["try_table"]]
    instrs += [(code["end"], None)] * 12
    assert assemble(wasm_tools, tmp_path, instrs) == [*instrs, (code["end"], None)]
