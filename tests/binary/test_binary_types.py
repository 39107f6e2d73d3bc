"""Types: all valid ones, proposals by name, nonsense with its message and offset."""

from __future__ import annotations

import pytest

from wasmjit.binary import types
from wasmjit.binary.reader import Reader
from wasmjit.errors import LimitError, MalformedError, UnsupportedError
from wasmjit.wasm.types import (
    EXTERNREF,
    F64,
    FUNCREF,
    I32,
    I64,
    V128,
    VAL_TYPES,
    FuncType,
    GlobalType,
    Limits,
    MemType,
    TableType,
)


def at_1(text: str) -> Reader:
    return Reader(b"\0" + bytes.fromhex(text), 1)


@pytest.mark.parametrize("type", VAL_TYPES, ids=str)
def test_value_types(type):
    assert types.decode_valtype(Reader(bytes([type.code]))) is type


@pytest.mark.parametrize(
    ("decode", "text", "expected"),
    [
        (types.decode_reftype, "70", FUNCREF),
        (types.decode_reftype, "6f", EXTERNREF),
        (types.decode_functype, "60 02 7f 7b 01 7c", FuncType((I32, V128), (F64,))),
        (types.decode_functype, "60 80 00 81 00 7e", FuncType((), (I64,))),
        (types.decode_tabletype, "70 00 05", TableType(Limits(5), FUNCREF)),
        (types.decode_tabletype, "6f 01 05 06", TableType(Limits(5, 6), EXTERNREF)),
        (types.decode_memtype, "00 82 80 80 80 00", MemType(Limits(2))),
        (types.decode_memtype, "01 02 80 80 80 80 80 01", MemType(Limits(2, 2**35))),
        (types.decode_globaltype, "7e 00", GlobalType(I64)),
        (types.decode_globaltype, "70 01", GlobalType(FUNCREF, mutable=True)),
    ],
)
def test_types(decode, text, expected):
    r = at_1(text)
    assert decode(r) == expected
    assert r.pos == len(r.data)


@pytest.mark.parametrize(
    ("decode", "text", "message", "offset"),
    [
        (types.decode_valtype, "7a", "malformed value type", 1),
        (types.decode_valtype, "78", "malformed value type", 1),
        (types.decode_reftype, "7f", "malformed reference type", 1),
        (types.decode_functype, "61 00 00", "malformed type form", 1),
        (types.decode_functype, "e0 7f 00 00", "integer representation too long", 1),
        (types.decode_functype, "60 01 40 00", "malformed value type", 3),
        (types.decode_functype, "60 03 7f 7f", "unexpected end of section or function", 5),
        (types.decode_functype, "60 7f 7f", "length out of bounds", 2),
        (types.decode_tabletype, "70 02 00", "malformed limits flags", 2),
        (types.decode_tabletype, "70 08 00", "malformed limits flags", 2),
        (types.decode_tabletype, "70 81 00 00", "malformed limits flags", 2),
        (types.decode_memtype, "08", "malformed limits flags", 1),
        (types.decode_memtype, "10 00", "malformed limits flags", 1),
        (types.decode_memtype, "18 00 10", "malformed limits flags", 1),
        (types.decode_memtype, "81 01 00", "malformed limits flags", 1),
        (types.decode_memtype, "00 82 80 80 80 80 80 80 80 80 70", "integer too large", 2),
        (types.decode_globaltype, "7f 02", "malformed mutability", 2),
    ],
)
def test_malformed_types(decode, text, message, offset):
    with pytest.raises(MalformedError) as caught:
        decode(at_1(text))
    assert (caught.value.message, caught.value.offset) == (message, offset)


@pytest.mark.parametrize(
    ("decode", "text", "feature", "offset"),
    [
        (types.decode_valtype, "63 70", "function-references", 1),
        (types.decode_valtype, "64 00", "function-references", 1),
        (types.decode_valtype, "69", "exception-handling", 1),
        (types.decode_reftype, "6e", "gc", 1),
        (types.decode_reftype, "71", "gc", 1),
        (types.decode_reftype, "68", "stack-switching", 1),
        (types.decode_functype, "5e 7f 00", "gc", 1),
        (types.decode_functype, "5f 00", "gc", 1),
        (types.decode_functype, "50 00 60 00 00", "gc", 1),
        (types.decode_functype, "4f 00 60 00 00", "gc", 1),
        (types.decode_functype, "4e 00", "gc", 1),
        (types.decode_functype, "60 02 7f 6d 00", "gc", 4),
        (types.decode_memtype, "03 00 01", "threads", 1),
        (types.decode_memtype, "08 00 00", "custom-page-sizes", 1),
        (types.decode_memtype, "09 00 01 10", "custom-page-sizes", 1),
    ],
)
def test_types_of_proposals(decode, text, feature, offset):
    with pytest.raises(UnsupportedError) as caught:
        decode(at_1(text))
    assert (caught.value.feature, caught.value.offset) == (feature, offset)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("40", FuncType()), ("7b", FuncType((), (V128,))), ("05", 5), ("c0 00", 64), ("ff ff ff ff 0f", 2**32 - 1)],
)
def test_block_types(text, expected):
    data = bytes.fromhex(text)
    assert types.read_blocktype(data, 0) == (expected, len(data))


@pytest.mark.parametrize(("text", "message"), [("41", "malformed block type"), ("ff 7f", "malformed block type")])
def test_malformed_block_types(text, message):
    with pytest.raises(MalformedError) as caught:
        types.read_blocktype(bytes.fromhex(text), 0)
    assert (caught.value.message, caught.value.offset) == (message, 0)


def test_block_type_of_a_proposal():
    with pytest.raises(UnsupportedError, match="exception-handling"):
        types.read_blocktype(b"\x69", 0)


def test_heap_types():
    assert types.read_heaptype(b"\0\x70", 1) == (FUNCREF, 2)
    assert types.read_heaptype(b"\0\x6f", 1) == (EXTERNREF, 2)
    for text, feature in (("00", "function-references"), ("80 01", "function-references"), ("6d", "gc")):
        with pytest.raises(UnsupportedError, match=feature):
            types.read_heaptype(bytes.fromhex(text), 0)
    with pytest.raises(MalformedError, match="malformed reference type"):
        types.read_heaptype(b"\x7f", 0)


@pytest.mark.parametrize("text", ["60 e9 07" + "7f" * 1001 + "00", "60 00 e9 07" + "7f" * 1001])
def test_long_signatures_are_refused(text):
    with pytest.raises(LimitError, match="is 1001, at most 1000"):
        types.decode_functype(at_1(text))


def test_every_type_byte_has_one_meaning():
    known = {type.code for type in VAL_TYPES}
    assert not known & types.TYPE_FEATURE_BY_CODE.keys()
    assert 0x60 not in types.FORM_FEATURE_BY_CODE
