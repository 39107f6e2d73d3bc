from __future__ import annotations

import pytest

from wasmjit.errors import InvalidError, LimitError
from wasmjit.validate.module import validate_module
from wasmjit.wasm.module import DataSegment, ElementSegment, Export, Global, Instr, Module
from wasmjit.wasm.types import EXTERNREF, FUNCREF, I32, I64, FuncType, GlobalType, Limits, MemType, TableType

ZERO, WIDE, NOP = (Instr(0x41, 0, 21),), (Instr(0x42, 0, 21),), (Instr(0x01, None, 21),)
NULL = (Instr(0xD0, FUNCREF, 21),)


def get(globalidx):
    return (Instr(0x23, globalidx, 21),)


def make(**fields):
    base = {
        "types": [FuncType(), FuncType((I32,), ())],
        "func_typeidxs": [0, 1],
        "tables": [TableType(Limits(1), FUNCREF), TableType(Limits(1), EXTERNREF)],
        "memories": [MemType(Limits(1, 2))],
        "globals": [Global(GlobalType(I32), None, 3)],
    }
    return Module(b"", **(base | fields))


def active(table, type=FUNCREF, at=ZERO, funcs=(0,), exprs=None):
    return ElementSegment("active", type, table, at, funcs, exprs, 33)


VALID = [
    {"start": 0},
    {"exports": [Export("a", "func", 1), Export("", "table", 1), Export("b", "memory", 0), Export("c", "global", 0)]},
    {"memories": [MemType(Limits(0, 65536))]},
    {"memories": [MemType(Limits(65536))]},
    {"tables": [TableType(Limits(0xFFFFFFFF, 0xFFFFFFFF), EXTERNREF)]},
    {"globals": [Global(GlobalType(I32), None), Global(GlobalType(I32), get(0)), Global(GlobalType(I32), get(1))]},
    {"elements": [active(0), active(1, EXTERNREF, funcs=None, exprs=((Instr(0xD0, EXTERNREF, 0),),))]},
    {"elements": [active(0, at=get(0), funcs=None, exprs=(NULL,))]},
    {"elements": [ElementSegment("passive", EXTERNREF, 9, None, None, ())]},
    {"datas": [DataSegment("active", 0, get(0), 0, 0), DataSegment("passive", 0, None, 0, 0)]},
    {"datas": [DataSegment("passive", 0, None, 0, 0)], "memories": []},
    {"types": [FuncType((I32,) * 1000, (I64,) * 1000)], "func_typeidxs": []},
]


@pytest.mark.parametrize("fields", VALID, ids=str)
def test_valid(fields):
    validate_module(make(**fields))


INVALID = [
    ({"func_typeidxs": [0, 2]}, "unknown type 2", None),
    ({"start": 2, "start_offset": 77}, "unknown function 2", 77),
    ({"start": 1, "start_offset": 77}, "start function", 77),
    ({"exports": [Export("a", "func", 2, 11)]}, "unknown function 2", 11),
    ({"exports": [Export("a", "table", 2, 11)]}, "unknown table 2", 11),
    ({"exports": [Export("a", "memory", 1, 11)]}, "unknown memory 1", 11),
    ({"exports": [Export("a", "global", 1, 11)]}, "unknown global 1", 11),
    ({"exports": [Export("a", "func", 0, 11), Export("a", "memory", 0, 12)]}, "duplicate export name", 12),
    ({"memories": [MemType(Limits(2, 1))]}, "size minimum must not be greater than maximum", None),
    ({"memories": [MemType(Limits(65537))]}, "memory size must be at most 65536 pages (4GiB)", None),
    ({"memories": [MemType(Limits(0, 65537))]}, "memory size must be at most 65536 pages (4GiB)", None),
    ({"tables": [TableType(Limits(2, 1), FUNCREF)]}, "size minimum must not be greater than maximum", None),
    ({"tables": [TableType(Limits(1 << 32), FUNCREF)]}, "table size", None),
    ({"tables": [TableType(Limits(0, 1 << 32), FUNCREF)]}, "table size", None),
    ({"globals": [Global(GlobalType(I32), get(0), 14)]}, "unknown global 0", 21),
    ({"globals": [Global(GlobalType(I32), get(1)), Global(GlobalType(I32), ZERO)]}, "unknown global 1", 21),
    ({"globals": [Global(GlobalType(I64), ZERO, 14)]}, "type mismatch", 14),
    ({"globals": [Global(GlobalType(I32), NOP, 14)]}, "constant expression required", 21),
    ({"globals": [Global(GlobalType(I32, True), None), Global(GlobalType(I32), get(0))]}, "constant expression", 21),
    ({"elements": [active(0, funcs=(0, 2))]}, "unknown function 2", 33),
    ({"elements": [active(2)]}, "unknown table 2", 33),
    ({"elements": [active(1)]}, "type mismatch", 33),
    ({"elements": [active(0, at=WIDE)]}, "type mismatch", 33),
    ({"elements": [active(0, at=NOP)]}, "constant expression required", 21),
    ({"elements": [active(0, funcs=None, exprs=(ZERO,))]}, "type mismatch", 33),
    ({"elements": [active(0, funcs=None, exprs=(NULL, get(0)))]}, "type mismatch", 33),
    ({"elements": [active(0, funcs=None, exprs=(NOP,))]}, "constant expression required", 21),
    ({"datas": [DataSegment("active", 1, ZERO, 0, 0, 44)]}, "unknown memory 1", 44),
    ({"datas": [DataSegment("active", 0, ZERO, 0, 0, 44)], "memories": []}, "unknown memory 0", 44),
    ({"datas": [DataSegment("active", 0, WIDE, 0, 0, 44)]}, "type mismatch", 44),
    ({"datas": [DataSegment("active", 0, NOP, 0, 0, 44)]}, "constant expression required", 21),
    ({"datas": [DataSegment("active", 0, get(1), 0, 0, 44)]}, "unknown global 1", 21),
]


@pytest.mark.parametrize(("fields", "message", "offset"), INVALID, ids=str)
def test_invalid(fields, message, offset):
    with pytest.raises(InvalidError) as caught:
        validate_module(make(**fields))
    assert caught.value.message.startswith(message)
    assert caught.value.offset == offset


def test_limits_of_types():
    with pytest.raises(LimitError, match="parameters is 1001"):
        validate_module(make(types=[FuncType((I32,) * 1001)], func_typeidxs=[]))
    with pytest.raises(LimitError, match="results is 1001"):
        validate_module(make(types=[FuncType((), (I32,) * 1001)], func_typeidxs=[]))


def test_refs_are_worked_out_only_when_needed():
    module = make(elements=[active(0, funcs=(1,))])
    validate_module(module)
    assert module.refs is None
    module = make(globals=[Global(GlobalType(FUNCREF), (Instr(0xD2, 1, 21),))])
    validate_module(module)
    assert module.refs == {1}
