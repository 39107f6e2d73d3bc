"""The name section: read lazily, and never a reason to fail."""

from __future__ import annotations

import leb128
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasmjit.binary import decode_module, read_names
from wasmjit.binary.names import Names

HEADER = b"\0asm\1\0\0\0"

MODULE = b"\x00\x04\x03mod"
FUNCTIONS = b"\x01\x09\x02\x00\x01f\x05\x03\xe2\x82\xac"
LOCALS = b"\x02\x0b\x01\x05\x02\x00\x01x\x02\x03yyy"
LABELS = b"\x03\x01\x00"


def names_of(*subsections: bytes) -> Names:
    content = b"\x04name" + b"".join(subsections)
    return read_names(decode_module(HEADER + b"\x00" + leb128.u.encode(len(content)) + content))


def test_names():
    names = names_of(MODULE, FUNCTIONS, LOCALS, LABELS)
    assert names.module == "mod"
    assert names.functions == {0: "f", 5: "€"}
    assert [names.function(i) for i in (0, 1, 5)] == ["f", None, "€"]
    assert [names.local(5, i) for i in (0, 1, 2)] == ["x", None, "yyy"]
    assert names.local(4, 0) is None


@pytest.mark.parametrize("data", [HEADER, HEADER + b"\x00\x06\x05other", HEADER + b"\x00\x05\x04name"])
def test_no_names(data):
    names = read_names(decode_module(data))
    assert (names.module, names.function(0), names.local(0, 0)) == (None, None, None)


def test_only_what_is_broken_is_ignored():
    names = names_of(b"\x00\x04\x03m\xffd", FUNCTIONS, b"\x02\x02\x05\x00")
    assert (names.module, names.function(0), names.local(5, 0)) == (None, "f", None)


def test_names_do_not_reach_into_the_next_subsection():
    names = names_of(b"\x01\x02\x01\x00", b"\x01f")
    assert names.functions == {}


@pytest.mark.parametrize("cut", range(len(FUNCTIONS)))
def test_cut_off(cut):
    names = names_of(MODULE, FUNCTIONS[:cut])
    assert names.module == "mod"
    assert names.functions == {}


@given(st.binary(max_size=60), st.integers(0, 60))
def test_nonsense_is_ignored(nonsense, cut):
    names = names_of((MODULE + FUNCTIONS + LOCALS)[:cut], nonsense)
    assert isinstance(names.module, str | None)
    assert all(isinstance(name, str) for name in names.functions.values())
    assert all(isinstance(name, str) for locals in names.locals.values() for name in locals.values())


def test_long_names_are_ignored():
    name = b"a" * 100_001
    content = leb128.u.encode(len(name)) + name
    assert names_of(b"\x00" + leb128.u.encode(len(content)) + content).module is None
