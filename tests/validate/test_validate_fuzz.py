"""Whatever is validated, the outcome is acceptance or a WasmError: no other exception, no recursion."""

from __future__ import annotations

from types import SimpleNamespace

from hypothesis import given, settings
from hypothesis import strategies as st

from wasmjit.binary import decode_body
from wasmjit.errors import WasmError
from wasmjit.validate import validate_body, validate_module
from wasmjit.wasm.module import Code, DataSegment, ElementSegment, Export, Global, Module
from wasmjit.wasm.opcodes import CODE_BY_NAME, OPCODES
from wasmjit.wasm.types import (
    ANY,
    EXTERNREF,
    F64,
    FUNCREF,
    HEAP_TYPES,
    I8,
    I32,
    I64,
    V128,
    VAL_TYPES,
    ArrayType,
    FieldType,
    FuncType,
    GlobalType,
    Limits,
    MemType,
    StructType,
    TableType,
    ref_type,
)

TYPES = [
    FuncType(),
    FuncType((), (I32,)),
    FuncType((I32,), (I32,)),
    FuncType((I32, I64), (I64, I32)),
    FuncType((FUNCREF, V128), (EXTERNREF, F64)),
]

index = st.integers(0, 7)
lane = st.integers(0, 33)
align = st.integers(0, 5)
offset = st.sampled_from([0, 1, (1 << 32) - 1, 1 << 32, (1 << 64) - 1])
REFERENCES = [FUNCREF, EXTERNREF, ref_type(1, False), ref_type(7, True), ref_type(8, False), ref_type(ANY, True)]
IMMEDIATES = {
    "": st.none(),
    "block": st.one_of(index, st.sampled_from(TYPES)),
    "try_table": st.tuples(
        st.one_of(index, st.sampled_from(TYPES)),
        st.lists(
            st.one_of(
                st.tuples(st.sampled_from(["catch", "catch_ref"]), index, index),
                st.tuples(st.sampled_from(["catch_all", "catch_all_ref"]), st.none(), index),
            ),
            max_size=3,
        ).map(tuple),
    ),
    "labels": st.lists(index, min_size=1, max_size=5).map(tuple),
    "type_table": st.tuples(index, index),
    "types": st.lists(st.sampled_from(VAL_TYPES), max_size=2).map(tuple),
    "ref": st.sampled_from(REFERENCES),
    "heap": st.one_of(index, st.sampled_from(HEAP_TYPES)),
    "cast": st.tuples(index, st.sampled_from(REFERENCES), st.sampled_from(REFERENCES)),
    "memarg": st.tuples(align, offset, index),
    "memarg_lane": st.tuples(align, offset, index, lane),
    "lane": lane,
    "zero": st.none(),
    "lanes": st.lists(lane, min_size=16, max_size=16).map(bytes),
    "v128": st.binary(min_size=16, max_size=16),
    **dict.fromkeys(("label", "func", "local", "global", "table", "memory", "data", "elem", "tag", "type"), index),
    **dict.fromkeys(("i32", "i64", "f32", "f64"), st.integers(0, 63)),
    **dict.fromkeys(("data_memory", "elem_table", "memory_memory", "table_table"), st.tuples(index, index)),
    **dict.fromkeys(("type_field", "type_count", "type_data", "type_elem", "type_type"), st.tuples(index, index)),
}
# Control and the instructions whose typing depends on context are a small part of the table: choose them as often.
special = [code for code, op in OPCODES.items() if op.type is None]
codes = st.one_of(st.sampled_from(special), st.sampled_from(sorted(OPCODES)), st.just(CODE_BY_NAME["end"]))
instr = codes.flatmap(lambda code: st.tuples(st.just(code), IMMEDIATES[OPCODES[code].imm]))
local_types = st.lists(st.sampled_from(VAL_TYPES), max_size=3)


def make_module(funcidx_type: int = 0) -> Module:
    return Module(
        b"",
        types=[*TYPES, StructType((FieldType(I32, True), FieldType(I8))), ArrayType(FieldType(EXTERNREF, True))],
        func_typeidxs=[funcidx_type, 1, 2, 3, 4],
        tables=[TableType(Limits(1), FUNCREF), TableType(Limits(1), EXTERNREF)],
        memories=[MemType(Limits(1))],
        globals=[Global(GlobalType(I32), None), Global(GlobalType(I64, True), None)],
        exports=[Export("f", "func", 0)],
        elements=[ElementSegment("passive", FUNCREF, 0, None, (1,), None)],
        datas=[DataSegment("passive", 0, None, 0, 0)],
        data_count=1,
    )


def is_valid(module: Module, body) -> bool:
    try:
        validate_body(module, 0, body)
    except WasmError as error:
        assert error.args
        return False
    return True


@settings(max_examples=400, deadline=None)
@given(st.lists(instr, max_size=12), local_types, st.integers(0, len(TYPES) - 1), st.booleans())
def test_any_instructions(code, local_types, typeidx, dead):
    pairs = [(CODE_BY_NAME["unreachable"], None)] if dead else []
    pairs += [*code, (CODE_BY_NAME["end"], None)]
    body = SimpleNamespace(local_types=local_types, instrs=[(*pair, at) for at, pair in enumerate(pairs)])
    before = list(body.instrs)
    valid = is_valid(make_module(typeidx), body)
    changed = [(old, new) for old, new in zip(before, body.instrs, strict=True) if old != new]
    assert all(OPCODES[old[0]].name == "select" and OPCODES[new[0]].name == "select t" for old, new in changed)
    # What was accepted is accepted again, in the form that it now has.
    assert not valid or is_valid(make_module(typeidx), body)


BASE = bytes.fromhex(
    "01 02 7f"  # two locals
    "02 40 03 7f 20 00 04 7f 41 01 05 41 02 0b 22 01 0d 01 20 00 20 01 20 00 1b 0b"
    "28 02 04 41 00 41 10 10 02 11 02 00 0e 02 00 01 00 0b"
    "23 01 24 01 d2 00 d1 1a 41 00 25 01 1a fc 10 00 1a fd 0c" + "00" * 16 + "fd 15 03 1a 0f 0b"
)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(BASE) - 1), st.integers(0, 255)), max_size=4),
    st.integers(0, len(TYPES) - 1),
)
def test_any_bytes(changes, typeidx):
    data = bytearray(BASE)
    for place, byte in changes:
        data[place] = byte
    module = make_module(typeidx)
    module.data = bytes(data)
    module.codes = [Code(0, len(data))]
    try:
        body = decode_body(module, 0)
    except WasmError:
        return
    is_valid(module, body)


def test_the_unchanged_bytes_are_valid():
    module = make_module()
    module.data = BASE
    module.codes = [Code(0, len(BASE))]
    validate_module(module)
    validate_body(module, 0, decode_body(module, 0))
