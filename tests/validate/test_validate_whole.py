from __future__ import annotations

import pytest

from wasmjit.binary import decode_module
from wasmjit.errors import InvalidError
from wasmjit.validate import validate_all

# Import "" "" (func), then two functions of type [] -> [] whose bodies are given.
HEADER = bytes.fromhex("00 61 73 6d 01 00 00 00  01 04 01 60 00 00  02 05 01 00 00 00 00  03 03 02 00 00")


def make(first: str, second: str) -> bytes:
    bodies = [b"\0" + bytes.fromhex(code) for code in (first, second)]
    contents = b"\2" + b"".join(bytes([len(body)]) + body for body in bodies)
    return HEADER + bytes([10, len(contents)]) + contents


def test_every_body_is_validated():
    seen = []
    validate_all(decode_module(make("10 00 0b", "10 02 0b")), lambda done, total: seen.append((done, total)))
    assert seen == [(1, 2), (2, 2)]


def test_the_second_body_is_wrong():
    binary = make("0b", "41 00 0b")
    with pytest.raises(InvalidError, match="type mismatch") as caught:
        validate_all(decode_module(binary))
    assert (caught.value.funcidx, caught.value.offset) == (2, len(binary) - 1)


def test_the_module_itself_comes_first():
    with pytest.raises(InvalidError, match="unknown type 0"):
        validate_all(decode_module(bytes.fromhex("00 61 73 6d 01 00 00 00  02 05 01 00 00 00 00")))
