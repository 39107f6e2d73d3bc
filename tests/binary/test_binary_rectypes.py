"""The type section: groups, subtypes, composite types; equal ones are one; nonsense with its message and offset."""

from __future__ import annotations

import pytest

from wasmjit.errors import LimitError, MalformedError, UnsupportedError
from wasmjit.wasm.types import (
    EQREF,
    F64,
    I8,
    I32,
    I64,
    V128,
    ArrayType,
    FieldType,
    FuncType,
    StructType,
    ref_type,
)

FIRST = 11
"""Offset of the first item of a section with one byte of size and one of count."""


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("60 02 7f 7b 01 7c", FuncType((I32, V128), (F64,))),
        ("60 80 00 81 00 7e", FuncType((), (I64,))),
        ("5f 00", StructType()),
        ("5f 02 78 01 6d 00", StructType((FieldType(I8, True), FieldType(EQREF)))),
        ("5e 7b 01", ArrayType(FieldType(V128, True))),
        ("50 00 5f 00", StructType()),
        ("4f 00 60 00 00", FuncType()),
    ],
)
def test_composite_types(section, decoded, item, expected):
    module = decoded(section(1, item))
    assert module.types == [expected] == [module.deftypes[0].composite]
    assert module.deftypes[0].final is not item.startswith("50")


def test_a_type_may_refer_to_itself(section, decoded):
    (type,) = decoded(section(1, "5f 01 63 00 01")).deftypes
    assert type.composite == StructType((FieldType(ref_type(type, True), True),))


def test_groups_of_equal_structure_are_one(section, decoded):
    first = decoded(section(1, "60 00 00", "4e 02 5f 01 64 02 00 5e 64 01 00"))
    second = decoded(section(1, "4e 02 5f 01 64 01 00 5e 64 00 00", "60 00 00", "4e 02 5f 01 64 04 00 5e 64 03 00"))
    pair = first.deftypes[1:]
    assert pair == second.deftypes[:2] == second.deftypes[3:]
    assert pair[0] is second.deftypes[3] and first.deftypes[0] is second.deftypes[2]
    apart = decoded(section(1, "4e 01 5f 01 64 00 00"))
    assert apart.deftypes[0] not in pair


def test_supertypes(section, decoded):
    base, middle, leaf = decoded(section(1, "50 00 5f 00", "50 01 00 5f 00", "4f 01 01 5f 01 7f 00")).deftypes
    assert leaf.supers == (base, middle, leaf)
    assert (base.depth, middle.depth, leaf.depth) == (0, 1, 2)
    assert leaf.final and not middle.final


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ("50 01 00 5f 00", "unknown type 0"),
        ("50 01 05 5f 00", "unknown type 5"),
        ("5f 01 63 09 00", "unknown type 9"),
        ("50 02 00 00 5f 00", "a type has at most one supertype"),
    ],
)
def test_faults_are_noted(section, decoded, item, message):
    assert decoded(section(1, item)).faults[0].message == message


@pytest.mark.parametrize(
    ("item", "message", "offset"),
    [
        ("61 00 00", "malformed type form", 0),
        ("e0 7f 00 00", "integer representation too long", 0),
        ("60 01 40 00", "malformed value type", 2),
        ("60 7f 7f", "length out of bounds", 1),
        ("5f 01 7f 02", "malformed mutability", 3),
        ("5f 01 79 00", "malformed value type", 2),
        ("50 00 4e 00", "malformed type form", 2),
    ],
)
def test_malformed_types(section, decoded, item, message, offset):
    with pytest.raises(MalformedError) as caught:
        decoded(section(1, item))
    assert (caught.value.message, caught.value.offset) == (message, FIRST + offset)


@pytest.mark.parametrize("item", ["5d 00", "4c 00 5f 00"])
def test_forms_of_proposals(section, decoded, item):
    with pytest.raises(UnsupportedError):
        decoded(section(1, item))


@pytest.mark.parametrize("text", ["60 e9 07" + "7f" * 1001 + "00", "60 00 e9 07" + "7f" * 1001])
def test_long_signatures_are_refused(section, decoded, text):
    with pytest.raises(LimitError, match="is 1001, at most 1000"):
        decoded(section(1, text))


def test_too_many_fields_are_refused(section, decoded):
    with pytest.raises(LimitError, match="fields is 10001"):
        decoded(section(1, "5f 91 4e" + "7f00" * 10001))
