"""Function bodies: locals, nesting, every shape of immediate, and each error with its offset."""

from __future__ import annotations

import leb128
import pytest

from wasmjit.binary import decode_body
from wasmjit.binary.code import decode_instrs
from wasmjit.errors import LimitError, MalformedError, UnsupportedError
from wasmjit.wasm.opcodes import CODE_BY_NAME, FEATURE_BY_CODE
from wasmjit.wasm.types import F32, FUNCREF, I32, I64, V128, FuncType

START = 23
"""Offset of the first instruction of `with_code`, if there is one short function."""


def names_of(instrs):
    by_code = {code: name for name, code in CODE_BY_NAME.items()}
    return [by_code[code] for code, _, _ in instrs]


@pytest.mark.parametrize(
    ("text", "name", "imm"),
    [
        ("01", "nop", None),
        ("20 7f", "local.get", 127),
        ("20 80 01", "local.get", 128),
        ("20 ff ff ff ff 0f", "local.get", 2**32 - 1),
        ("10 85 80 80 80 00", "call", 5),
        ("0e 00 07", "br_table", (7,)),
        ("0e 02 01 80 01 00", "br_table", (1, 128, 0)),
        ("11 03 04", "call_indirect", (3, 4)),
        ("1c 00", "select t", ()),
        ("1c 02 7f 70", "select t", (I32, FUNCREF)),
        ("25 01", "table.get", 1),
        ("28 02 7f", "i32.load", (2, 127, 0)),
        ("28 02 80 01", "i32.load", (2, 128, 0)),
        ("28 82 80 80 80 00 00", "i32.load", (2, 0, 0)),
        ("28 3f ff ff ff ff ff ff ff ff ff 01", "i32.load", (63, 2**64 - 1, 0)),
        ("28 42 00 05", "i32.load", (2, 5, 0)),
        ("3f 00", "memory.size", 0),
        ("40 81 00", "memory.grow", 1),
        ("41 3f", "i32.const", 63),
        ("41 40", "i32.const", -64),
        ("41 c0 00", "i32.const", 64),
        ("41 80 80 80 80 78", "i32.const", -(2**31)),
        ("42 7f", "i64.const", -1),
        ("42 80 80 80 80 80 80 80 80 80 7f", "i64.const", -(2**63)),
        ("43 01 02 a0 7f", "f32.const", 0x7FA00201),
        ("44 01 00 00 00 00 00 f4 ff", "f64.const", 0xFFF4000000000001),
        ("d0 70", "ref.null", FUNCREF),
        ("d2 05", "ref.func", 5),
        ("fc 00", "i32.trunc_sat_f32_s", None),
        ("fc 87 80 80 80 00", "i64.trunc_sat_f64_u", None),
        ("fc 0a 01 02", "memory.copy", (1, 2)),
        ("fc 0b 00", "memory.fill", 0),
        ("fc 0c 03 04", "table.init", (3, 4)),
        ("fc 0d 09", "elem.drop", 9),
        ("fc 0e 05 06", "table.copy", (5, 6)),
        ("fd 00 04 10", "v128.load", (4, 16, 0)),
        ("fd 0c 000102030405060708090a0b0c0d0e0f", "v128.const", bytes(range(16))),
        ("fd 0d 0f0e0d0c0b0a09080706050403020100", "i8x16.shuffle", bytes(reversed(range(16)))),
        ("fd 15 0f", "i8x16.extract_lane_s", 15),
        ("fd 54 00 81 01 03", "v128.load8_lane", (0, 129, 0, 3)),
        ("fd ae 01", "i32x4.add", None),
    ],
)
@pytest.mark.parametrize("view", [bytes, memoryview])
def test_immediates(with_code, text, name, imm, view):
    module = with_code(text + "01 0b")
    module.data = view(module.data)
    size = len(bytes.fromhex(text))
    assert decode_body(module, 0).instrs == [
        (CODE_BY_NAME[name], imm, START),
        (0x01, None, START + size),
        (0x0B, None, START + size + 1),
    ]


def test_segment_instructions_with_a_data_count(section, decoded):
    sections = [section(1, "60 00 00"), section(3, "00"), b"\x0c\x01\x00", section(10, "09 00 fc08 01 02 fc09 03 0b")]
    module = decoded(*sections)
    instrs = decode_body(module, 0).instrs
    assert [instr[:2] for instr in instrs[:2]] == [
        (CODE_BY_NAME["memory.init"], (1, 2)),
        (CODE_BY_NAME["data.drop"], 3),
    ]


@pytest.mark.parametrize("text", ["fc 08 00 00", "fc 09 00"])
def test_segment_instructions_without_a_data_count(with_code, text):
    refused(with_code("01" + text + "0b"), "data count section required", 1)


def refused(module, message, at):
    """The first body is refused, `at` bytes after its first instruction (where there are no locals)."""
    with pytest.raises(MalformedError) as caught:
        decode_body(module, 0)
    assert (caught.value.message, caught.value.offset) == (message, module.codes[0].start + 1 + at)


def test_blocks_nest(with_code):
    module = with_code("02 40 03 7f 04 00 01 05 0b 0b 0b 0b")
    instrs = decode_body(module, 0).instrs
    assert names_of(instrs) == ["block", "loop", "if", "nop", "else", "end", "end", "end", "end"]
    assert [imm for _, imm, _ in instrs[:3]] == [FuncType(), FuncType((), (I32,)), 0]
    assert [offset - START for _, _, offset in instrs] == [0, 2, 4, 6, 7, 8, 9, 10, 11]


@pytest.mark.parametrize(
    ("text", "at"), [("05 0b", 0), ("02 40 05 0b 0b", 2), ("04 40 05 05 0b 0b", 3), ("04 40 02 40 05 0b 0b 0b", 4)]
)
def test_else_belongs_to_an_if(with_code, text, at):
    refused(with_code(text), "END opcode expected", at)


@pytest.mark.parametrize(
    ("bodies", "message", "at"),
    [
        (["01"], "unexpected end of section or function", 1),
        (["02 40 0b"], "unexpected end of section or function", 3),
        (["41"], "unexpected end of section or function", 1),
        (["43 00 00 00"], "unexpected end of section or function", 4),
        (["fd 0c 00"], "unexpected end of section or function", 3),
        (["01", "0b"], "END opcode expected", 1),
        (["0b 0b"], "section size mismatch", 1),
        (["0b 01 0b"], "section size mismatch", 1),
    ],
)
def test_bodies_that_end_wrongly(with_code, bodies, message, at):
    refused(with_code(*bodies), message, at)


def test_body_whose_end_is_the_next_byte(with_code, decoded):
    module = with_code("01")
    module.data += b"\x0b\x03\x01\x01\x00"  # a data section, whose id happens to be that of `end`
    refused(module, "section size mismatch", 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ff 00", "illegal opcode ff"),
        ("27", "illegal opcode 27"),
        ("16", "illegal opcode 16"),
        ("fc 12", "illegal opcode fc 12"),
        ("fc ff ff ff ff 0f", "illegal opcode fc ffffffff"),
        ("fd 9a 01", "illegal opcode fd 9a"),
        ("fb 20", "illegal opcode fb 20"),
        ("fc 87 80 80 80 80 00", "integer representation too long"),
        ("28 80 01 00", "malformed memop flags"),
        ("28 80 02 00", "malformed memop flags"),
        ("28 82 80 80 80 10 00", "integer too large"),
        ("0e ff ff 03 00", "length out of bounds"),
        ("0e 03 00 00", "length out of bounds"),
        ("1c 01 40", "malformed value type"),
        ("02 41", "malformed block type"),
        ("d0 7f", "malformed heap type"),
    ],
)
def test_malformed_instructions(with_code, text, message):
    with pytest.raises(MalformedError) as caught:
        decode_body(with_code("01" + text + "0b"), 0)
    assert caught.value.message == message
    assert START + 1 <= caught.value.offset <= START + 3


@pytest.mark.parametrize("code", sorted(FEATURE_BY_CODE), ids=hex)
def test_opcodes_of_proposals(with_code, code):
    prefix, number = divmod(code, 1 << 12)
    opcode = bytes([prefix]) + leb128.u.encode(number) if prefix else bytes([number])
    with pytest.raises(UnsupportedError) as caught:
        decode_body(with_code(b"\x01" + opcode + b"\0\0\x0b"), 0)
    assert (caught.value.feature, caught.value.offset) == (FEATURE_BY_CODE[code], START + 1)


@pytest.mark.parametrize(("text", "imm"), [("28 42 01 05", (2, 5, 1)), ("fd 54 40 02 03 04", (0, 3, 2, 4))])
def test_access_to_another_memory(with_code, text, imm):
    body = decode_body(with_code(text + "0b"), 0)
    assert body.instrs[0][1] == imm


def with_locals(section, decoded, text):
    body = bytes.fromhex(text) + b"\x0b"
    sized = leb128.u.encode(len(body)) + body
    return decoded(section(1, "60 00 00"), section(3, "00"), section(10, sized))


def test_locals(section, decoded):
    module = with_locals(section, decoded, "04 02 7f 00 7e 01 7b 02 7d")
    assert decode_body(module, 0).local_types == [I32, I32, V128, F32, F32]


@pytest.mark.parametrize(
    ("text", "message", "at"),
    [
        ("02 ff ff ff ff 0f 7f 01 7e", "too many locals", 0),
        ("04 80 80 80 80 04 7f 80 80 80 80 04 7e 80 80 80 80 04 7d 80 80 80 80 04 7c", "too many locals", 0),
        ("01 80 80 80 80 10 7f", "integer too large", 1),
        ("01 01 40", "malformed value type", 2),
        ("05 01 7f", "length out of bounds", 0),
    ],
)
def test_malformed_locals(section, decoded, text, message, at):
    refused(with_locals(section, decoded, text), message, at - 1)


def test_locals_of_the_most_that_is_malformed(section, decoded):
    with pytest.raises(LimitError, match="locals is 4294967295"):
        decode_body(with_locals(section, decoded, "01 ff ff ff ff 0f 7f"), 0)


def test_locals_at_the_limit(section, decoded):
    assert decode_body(with_locals(section, decoded, "01 d0 86 03 7e"), 0).local_types == [I64] * 50_000
    with pytest.raises(LimitError, match="locals is 50001"):
        decode_body(with_locals(section, decoded, "02 d0 86 03 7e 01 7f"), 0)


def test_runs_of_locals_are_bounded_by_the_body(section, decoded):
    module = with_locals(section, decoded, "64 00 7f")
    module.data += b"\0\x7f" * 1000
    refused(module, "length out of bounds", -1)


def test_deep_nesting(with_code):
    depth = 50_000
    instrs = decode_body(with_code(b"\x02\x40" * depth + b"\x0b" * (depth + 1)), 0).instrs
    assert len(instrs) == 2 * depth + 1


def test_nesting_over_the_limit(with_code):
    with pytest.raises(LimitError, match="nesting of blocks is 100001"):
        decode_body(with_code(b"\x02\x40" * 100_001 + b"\x0b" * 100_002), 0)


def test_br_table_at_the_limit(with_code):
    limit = 65_520
    module = with_code(b"\x0e" + leb128.u.encode(limit) + b"\x01" * limit + b"\x02\x0b")
    assert decode_body(module, 0).instrs[0][1] == (1,) * limit + (2,)
    with pytest.raises(LimitError, match="targets of a br_table is 65521"):
        decode_body(with_code(b"\x0e" + leb128.u.encode(limit + 1) + bytes(limit + 2) + b"\x0b"), 0)


def test_functions_are_counted_from_the_imports(section, decoded):
    module = decoded(
        section(1, "60 00 00"), section(2, "01 61 01 62 00 00"), section(3, "00"), section(10, "03 00 01 0b")
    )
    assert names_of(decode_body(module, 1).instrs) == ["nop", "end"]


def test_instructions_outside_a_body():
    """What constant expressions use: a range, and no module."""
    instrs, pos = decode_instrs(b"\xff\x41\x07\x0b\xff", 1, 5)
    assert (instrs, pos) == ([(0x41, 7, 1), (0x0B, None, 3)], 4)


def test_ill_typed_code_is_well_formed(section, decoded):
    module = with_locals(section, decoded, "00 20 63 10 63 11 63 63 0c 63 28 1f 00 6a 23 63 d2 63 26 63")
    assert len(decode_body(module, 0).instrs) == 10
