"""Types: all valid ones, proposals by name, nonsense with its message and offset."""

from __future__ import annotations

import pytest

from wasmjit.binary import types
from wasmjit.binary.reader import Reader
from wasmjit.errors import MalformedError, UnsupportedError
from wasmjit.wasm.module import Module
from wasmjit.wasm.rectypes import defined_func
from wasmjit.wasm.types import (
    ANYREF,
    ARRAY,
    EXTERNREF,
    FUNC,
    FUNCREF,
    I64,
    NULLREF,
    V128,
    VAL_TYPE_BY_CODE,
    VAL_TYPES,
    FuncType,
    GlobalType,
    Limits,
    MemType,
    TableType,
    ref_type,
)


def at_1(text: str) -> Reader:
    return Reader(b"\0" + bytes.fromhex(text), 1)


def in_module(decode):
    """The decoder of a module whose type 0 is `[] -> []`."""
    return lambda r: decode(r, Module(b"", types=[FuncType()]))


decode_valtype = in_module(types.decode_valtype)
decode_reftype = in_module(types.decode_reftype)
decode_tabletype = in_module(types.decode_tabletype)
decode_globaltype = in_module(types.decode_globaltype)
TYPE_0 = defined_func(FuncType())


@pytest.mark.parametrize("type", VAL_TYPES, ids=str)
def test_value_types(type):
    assert decode_valtype(Reader(bytes([type.code]))) is type


@pytest.mark.parametrize(
    ("decode", "text", "expected"),
    [
        (decode_reftype, "70", FUNCREF),
        (decode_reftype, "6f", EXTERNREF),
        (decode_valtype, "63 70", FUNCREF),
        (decode_valtype, "64 70", ref_type(FUNC, False)),
        (decode_valtype, "64 00", ref_type(TYPE_0, False)),
        (decode_reftype, "63 00", ref_type(TYPE_0, True)),
        (decode_reftype, "6e", ANYREF),
        (decode_reftype, "71", NULLREF),
        (decode_tabletype, "70 00 05", TableType(Limits(5), FUNCREF)),
        (decode_tabletype, "6f 01 05 06", TableType(Limits(5, 6), EXTERNREF)),
        (types.decode_memtype, "00 82 80 80 80 00", MemType(Limits(2))),
        (types.decode_memtype, "01 02 80 80 80 80 80 01", MemType(Limits(2, 2**35))),
        (decode_globaltype, "7e 00", GlobalType(I64)),
        (decode_globaltype, "70 01", GlobalType(FUNCREF, mutable=True)),
    ],
)
def test_types(decode, text, expected):
    r = at_1(text)
    assert decode(r) == expected
    assert r.pos == len(r.data)


@pytest.mark.parametrize(
    ("decode", "text", "message", "offset"),
    [
        (decode_valtype, "7a", "malformed value type", 1),
        (decode_valtype, "78", "malformed value type", 1),
        (decode_reftype, "7f", "malformed reference type", 1),
        (decode_tabletype, "70 02 00", "malformed limits flags", 2),
        (decode_tabletype, "70 08 00", "malformed limits flags", 2),
        (decode_tabletype, "70 81 00 00", "malformed limits flags", 2),
        (types.decode_memtype, "08", "malformed limits flags", 1),
        (types.decode_memtype, "10 00", "malformed limits flags", 1),
        (types.decode_memtype, "18 00 10", "malformed limits flags", 1),
        (types.decode_memtype, "81 01 00", "malformed limits flags", 1),
        (types.decode_memtype, "00 82 80 80 80 80 80 80 80 80 70", "integer too large", 2),
        (decode_globaltype, "7f 02", "malformed mutability", 2),
    ],
)
def test_malformed_types(decode, text, message, offset):
    with pytest.raises(MalformedError) as caught:
        decode(at_1(text))
    assert (caught.value.message, caught.value.offset) == (message, offset)


@pytest.mark.parametrize(
    ("decode", "text", "feature", "offset"),
    [
        (decode_reftype, "68", "stack-switching", 1),
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


def test_block_type_with_a_type_of_the_module():
    assert types.read_blocktype(b"\x64\x05", 0) == (FuncType((), (ref_type(5, False),)), 2)
    assert types.read_blocktype(b"\x6e", 0) == (FuncType((), (ANYREF,)), 1)


def test_heap_types():
    assert types.read_heaptype(b"\0\x70", 1) == (FUNC, 2)
    assert types.read_heaptype(b"\0\x6a", 1) == (ARRAY, 2)
    assert types.read_heaptype(b"\x80\x01", 0) == (128, 2)
    assert types.read_null(b"\x6f", 0) == (EXTERNREF, 1)
    with pytest.raises(UnsupportedError, match="stack-switching"):
        types.read_heaptype(b"\x68", 0)
    with pytest.raises(MalformedError, match="malformed heap type"):
        types.read_heaptype(b"\x7f", 0)


def test_types_that_do_not_exist_are_noted():
    module = Module(b"")
    types.decode_valtype(at_1("63 07"), module)
    assert [(fault.message, fault.offset) for fault in module.faults] == [("unknown type 7", 1)]


def test_every_type_byte_has_one_meaning():
    assert not VAL_TYPE_BY_CODE.keys() & types.TYPE_FEATURE_BY_CODE.keys()
