"""Constant expressions: any instructions, between the bounds of their section."""

from __future__ import annotations

import pytest

from wasmjit.binary.constexpr import decode_constexpr
from wasmjit.binary.reader import Reader
from wasmjit.errors import LimitError, MalformedError, UnsupportedError
from wasmjit.wasm.module import Instr
from wasmjit.wasm.types import EXTERNREF


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0b", ()),
        ("41 07 0b", (Instr(0x41, 7, 1),)),
        ("41 40 0b", (Instr(0x41, -64, 1),)),
        ("41 80 88 04 0b", (Instr(0x41, 66560, 1),)),
        ("23 80 01 0b", (Instr(0x23, 128, 1),)),
        ("d2 03 0b", (Instr(0xD2, 3, 1),)),
        ("d0 6f 0b", (Instr(0xD0, EXTERNREF, 1),)),
        ("44 00 00 00 00 00 00 f0 3f 0b", (Instr(0x44, 0x3FF0000000000000, 1),)),
        ("41 01 23 02 6a 0b", (Instr(0x41, 1, 1), Instr(0x23, 2, 3), Instr(0x6A, None, 5))),
        ("02 40 0b 0b", (Instr(0x02, None, 1), Instr(0x0B, None, 3))),
    ],
)
def test_expressions(text, expected):
    r = Reader(b"\0" + bytes.fromhex(text) + b"\0", 1)
    expr = decode_constexpr(r)
    assert [(i.code, i.offset) for i in expr] == [(i.code, i.offset) for i in expected]
    assert [i.imm for i in expr if i.code != 0x02] == [i.imm for i in expected if i.code != 0x02]
    assert r.pos == len(r.data) - 1


@pytest.mark.parametrize(("text", "end"), [("41 00", 2), ("41 00 0b", 2), ("01 01 01 0b", 3), ("", 0)])
def test_expressions_without_an_end(text, end):
    r = Reader(bytes.fromhex(text) + b"\x0a")
    r.end = end
    with pytest.raises(MalformedError) as caught:
        decode_constexpr(r)
    assert caught.value.message == "unexpected end of section or function"


def test_expressions_at_the_end_of_the_data():
    with pytest.raises(IndexError):
        decode_constexpr(Reader(b"\x41"))


@pytest.mark.parametrize(("text", "message"), [("f3 00 0b", "illegal opcode f3"), ("05 0b", "END opcode expected")])
def test_malformed_expressions(text, message):
    with pytest.raises(MalformedError) as caught:
        decode_constexpr(Reader(b"\0" + bytes.fromhex(text), 1))
    assert (caught.value.message, caught.value.offset) == (message, 1)


def test_expressions_of_proposals():
    with pytest.raises(UnsupportedError, match="stack-switching"):
        decode_constexpr(Reader(b"\xe0\x00\x0b"))


def test_expressions_have_a_largest_size(monkeypatch):
    monkeypatch.setattr("wasmjit.binary.constexpr.MAX_BODY_BYTES", 10)
    assert len(decode_constexpr(Reader(b"\x01" * 9 + b"\x0b"))) == 9
    with pytest.raises(LimitError, match="bytes of a constant expression"):
        decode_constexpr(Reader(b"\x01" * 10 + b"\x0b"))
