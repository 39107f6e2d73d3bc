"""Sections that define things, each with what may be wrong in it."""

from __future__ import annotations

import leb128
import pytest

from wasmjit.errors import LimitError, MalformedError
from wasmjit.wasm.module import Code, Global, Instr
from wasmjit.wasm.types import EXTERNREF, FUNCREF, I32, I64, FuncType, GlobalType, Limits, MemType, TableType

FIRST = 11
"""Offset of the first item of the first section."""


def test_types(section, decoded):
    module = decoded(section(1, "60 00 00", "60 01 7f 01 7e"))
    assert module.types == [FuncType(), FuncType((I32,), (I64,))]


@pytest.mark.parametrize("typeidxs", [[], [1, 2, 127], [0, 128, 5, 2**32 - 1]])
def test_functions_and_code(section, decoded, typeidxs):
    bodies = [b"\x02\x00\x0b" for _ in typeidxs]
    module = decoded(section(3, *map(leb128.u.encode, typeidxs)), section(10, *bodies))
    assert module.func_typeidxs == typeidxs
    assert [bytes(module.data[start:end]) for start, end in module.codes] == [b"\x00\x0b"] * len(typeidxs)
    assert all(type(code) is Code for code in module.codes)


def test_bodies_are_not_looked_at(section, decoded):
    module = decoded(section(3, "00", "00"), section(10, b"\xac\x02" + b"\xff" * 300, b"\x00"))
    assert [code.end - code.start for code in module.codes] == [300, 0]


def test_tables_and_memories(section, decoded):
    module = decoded(section(4, "70 00 01", "6f 01 00 05"), section(5, "01 01 02"))
    assert module.tables == [TableType(Limits(1), FUNCREF), TableType(Limits(0, 5), EXTERNREF)]
    assert module.memories == [MemType(Limits(1, 2))]


def test_globals(section, decoded):
    module = decoded(section(6, "7f 00 41 05 0b", "7e 01 42 06 0b"))
    assert module.globals == [
        Global(GlobalType(I32), (Instr(0x41, 5, FIRST + 2),), FIRST),
        Global(GlobalType(I64, mutable=True), (Instr(0x42, 6, FIRST + 7),), FIRST + 5),
    ]


def test_start_and_data_count(decoded):
    module = decoded(b"\x08\x02\x85\x00", b"\x0c\x01\x00")
    assert (module.start, module.start_offset, module.data_count) == (5, 10, 0)
    empty = decoded()
    assert (empty.start, empty.data_count) == (None, None)


@pytest.mark.parametrize(
    ("id", "item", "message", "offset"),
    [
        (1, "5c", "malformed type form", FIRST),
        (3, "80 80 80 80 10", "integer too large", FIRST),
        (4, "7f 00 00", "malformed reference type", FIRST),
        (4, "70 02 00", "malformed limits flags", FIRST + 1),
        (5, "10", "malformed limits flags", FIRST),
        (6, "7f 02 41 00 0b", "malformed mutability", FIRST + 1),
        (6, "7f 00 41 00", "unexpected end of section or function", FIRST + 4),
        (10, "7f 00", "length out of bounds", FIRST + 1),
    ],
)
def test_malformed_items(section, decoded, id, item, message, offset):
    with pytest.raises(MalformedError) as caught:
        decoded(section(id, item))
    assert (caught.value.message, caught.value.offset) == (message, offset)


@pytest.mark.parametrize("id", [1, 2, 3, 4, 5, 6, 7, 9, 10, 11])
def test_counts_of_more_than_the_file_holds(section, decoded, id):
    with pytest.raises(MalformedError, match="length out of bounds") as caught:
        decoded(section(id, count=2**32 - 1))
    assert caught.value.offset == 10


@pytest.mark.parametrize("id", [1, 2, 3, 4, 5, 6, 7, 9, 10, 11])
def test_counts_of_one_item_too_many(section, decoded, id):
    with pytest.raises(MalformedError, match="unexpected end of section or function") as caught:
        decoded(section(id, count=1))
    assert caught.value.offset == 11


@pytest.mark.parametrize(
    ("id", "limit", "maximum"),
    [
        (1, "types", 1_000_000),
        (2, "imports", 1_000_000),
        (3, "functions", 1_000_000),
        (4, "tables", 100_000),
        (5, "memories", 100),
        (6, "globals", 1_000_000),
        (7, "exports", 1_000_000),
        (10, "functions", 1_000_000),
        (11, "data segments", 100_000),
    ],
)
def test_counts_over_the_limit(section, decoded, id, limit, maximum):
    with pytest.raises(LimitError) as caught:
        decoded(section(id, bytes(maximum + 1), count=maximum + 1))
    assert (caught.value.limit, caught.value.value, caught.value.maximum) == (limit, maximum + 1, maximum)


def test_bodies_over_the_limit(section, decoded):
    size = 7_654_322
    with pytest.raises(LimitError, match="bytes of a function body is 7654322"):
        decoded(section(3, "00"), section(10, leb128.u.encode(size) + bytes(size)))


def test_several_memories(section, decoded):
    module = decoded(section(2, "00 00 02 00 01"), section(5, "00 02", "05 03 04"))
    assert [str(memory) for memory in module.memories] == ["memory 1", "memory 2", "memory i64 3 4"]


def test_malformed_second_memories_are_malformed(section, decoded):
    with pytest.raises(MalformedError, match="malformed limits flags"):
        decoded(section(5, "00 01", "10 01"))


def test_tables_with_an_initial_value(section, decoded):
    module = decoded(section(4, "70 00 02", "40 00 70 00 01 d0 70 0b"))
    assert module.tables == [TableType(Limits(2), FUNCREF), TableType(Limits(1), FUNCREF)]
    assert [instr.imm for instr in module.table_inits[1]] == [FUNCREF] and 0 not in module.table_inits
    with pytest.raises(MalformedError, match="zero byte expected"):
        decoded(section(4, "40 01 70 00 01 d0 70 0b"))
