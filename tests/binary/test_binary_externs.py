"""Imports and exports of every kind."""

from __future__ import annotations

import pytest

from wasmjit.errors import LimitError, MalformedError
from wasmjit.wasm.module import Export, Global, Import
from wasmjit.wasm.rectypes import defined_func
from wasmjit.wasm.types import FUNCREF, I32, I64, FuncType, GlobalType, Limits, MemType, TableType, TagType

FIRST = 11
"""Offset of the first item of the first section."""


def test_imports_come_first_in_their_index_spaces(section, decoded):
    module = decoded(
        section(1, "60 00 00", "60 01 7f 00"),
        section(2, "01 61 01 66 00 01", "00 00 01 70 00 05", "01 62 00 02 00 06", "01 63 01 67 03 7e 01"),
        section(3, "00"),
        section(4, "70 00 07"),
        section(6, "7f 00 41 00 0b"),
        section(10, "02 00 0b"),
    )
    table, memory, cell = TableType(Limits(5), FUNCREF), MemType(Limits(6)), GlobalType(I64, mutable=True)
    assert module.imports == [
        Import("a", "f", FuncType((I32,)), 1, defined_func(FuncType((I32,)))),
        Import("", "", table),
        Import("b", "", memory),
        Import("c", "g", cell),
    ]
    assert module.func_typeidxs == [1, 0]
    assert module.tables == [table, TableType(Limits(7), FUNCREF)]
    assert module.memories == [memory]
    assert [g.type for g in module.globals] == [cell, GlobalType(I32)]
    assert isinstance(module.globals[0], Global) and module.globals[0].init is None
    assert (module.num_imported_funcs, module.num_imported_tables) == (1, 1)
    assert (module.num_imported_memories, module.num_imported_globals) == (1, 1)


def test_import_of_an_unknown_type_is_well_formed(section, decoded):
    module = decoded(section(2, "00 00 00 09"))
    assert module.imports == [Import("", "", FuncType(), 9)]


def test_exports(section, decoded):
    module = decoded(section(7, "03 e2 82 ac 00 07", "00 01 80 01", "01 6d 02 00", "01 6d 03 63"))
    assert module.exports == [
        Export("€", "func", 7, FIRST),
        Export("", "table", 128, FIRST + 6),
        Export("m", "memory", 0, FIRST + 10),
        Export("m", "global", 99, FIRST + 14),
    ]


@pytest.mark.parametrize(
    ("id", "item", "message", "at"),
    [
        (2, "00 00 05", "malformed import kind", 2),
        (2, "00 00 80 00", "malformed import kind", 2),
        (2, "00 00 01 7f 00 00", "malformed reference type", 3),
        (2, "00 00 02 20", "malformed limits flags", 3),
        (2, "00 00 03 7f 04", "malformed mutability", 4),
        (2, "01 ff 00 00 00", "malformed UTF-8 encoding", 1),
        (2, "00 01 ff 00 00", "malformed UTF-8 encoding", 2),
        (7, "01 ff 00 00", "malformed UTF-8 encoding", 1),
        (7, "00 05 00", "malformed export kind", 1),
        (2, "00 00 04 01 00", "malformed tag attribute", 3),
        (7, "7f 00 00", "length out of bounds", 0),
    ],
)
def test_malformed(section, decoded, id, item, message, at):
    with pytest.raises(MalformedError) as caught:
        decoded(section(id, item))
    assert (caught.value.message, caught.value.offset) == (message, FIRST + at)


def test_tags(section, decoded):
    module = decoded(section(1, "60 01 7f 00") + section(2, "00 00 04 00 00") + section(13, "00 00", "00 00"))
    assert module.imports[0].type == TagType(FuncType((I32,)))
    assert (module.tag_typeidxs, module.num_imported_tags) == ([0, 0, 0], 1)
    assert decoded(section(7, "00 04 02")).exports == [Export("", "tag", 2, FIRST)]


def test_long_names(section, decoded):
    with pytest.raises(LimitError, match="bytes of a name"):
        decoded(section(7, b"\xa1\x8d\x06" + b"a" * 100_001 + b"\0\0"))
