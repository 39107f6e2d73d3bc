"""Whole modules: the header, the order of sections, agreement between sections, and the kinds of input."""

from __future__ import annotations

import mmap
import tracemalloc

import pytest

from wasmjit.binary import decode_body, decode_module
from wasmjit.errors import MalformedError, UnsupportedError
from wasmjit.wasm.module import CustomSection

HEADER = b"\0asm\1\0\0\0"


@pytest.mark.parametrize(
    ("data", "message", "offset"),
    [
        (b"", "unexpected end", 0),
        (b"\0as", "unexpected end", 3),
        (b"\0asm", "unexpected end", 4),
        (b"\0asm\1\0\0", "unexpected end", 7),
        (b"msa\0", "magic header not detected", 0),
        (b"(module)", "magic header not detected", 0),
        (b"\0asm\2\0\0\0", "unknown binary version", 4),
        (HEADER + b"\x0e\x00", "malformed section id", 8),
        (HEADER + b"\x80\x00", "malformed section id", 8),
        (HEADER + b"\x01", "unexpected end of section or function", 9),
        (HEADER + b"\x01\x05\x00", "length out of bounds", 9),
        (HEADER + b"\x01\x80\x80\x80\x80\x80\x00", "integer representation too long", 9),
        (HEADER + b"\x01\x01\x00\x01\x01\x00", "unexpected content after last section", 11),
        (HEADER + b"\x03\x01\x00\x01\x01\x00", "unexpected content after last section", 11),
        (HEADER + b"\x01\x02\x00\x00", "section size mismatch", 10),
        (HEADER + b"\x08\x01\x80\x00", "section size mismatch", 10),
        (HEADER + b"\x00\x00", "unexpected end of section or function", 10),
        (HEADER + b"\x00\x01\x01ab", "unexpected end", 11),
        (HEADER + b"\x00\x02\x01\xff", "malformed UTF-8 encoding", 11),
        (HEADER + b"\x00\x02\x01", "unexpected end of section or function", 11),
        (HEADER + b"\x03\x02\x01\x00", "function and code section have inconsistent lengths", 12),
        (HEADER + b"\x0a\x04\x01\x02\x00\x0b", "function and code section have inconsistent lengths", 14),
        (HEADER + b"\x0c\x01\x01", "data count and data section have inconsistent lengths", 11),
        (HEADER + b"\x0c\x01\x01\x0b\x01\x00", "data count and data section have inconsistent lengths", 14),
    ],
)
@pytest.mark.parametrize("view", [bytes, memoryview])
def test_malformed_modules(data, message, offset, view):
    with pytest.raises(MalformedError) as caught:
        decode_module(view(data))
    assert (caught.value.message, caught.value.offset) == (message, offset)


def test_components():
    with pytest.raises(UnsupportedError) as caught:
        decode_module(b"\0asm\x0d\0\1\0")
    assert (caught.value.feature, caught.value.offset) == ("component-model", 4)


def test_tag_section_is_between_memories_and_globals(section):
    assert decode_module(HEADER + section(5) + section(13, "00 00") + section(6)).tag_typeidxs == [0]
    with pytest.raises(MalformedError, match="unexpected content"):
        decode_module(HEADER + section(13) + section(5))


def test_sections_in_order(section):
    code = section(10, "02 00 0b")
    known = [section(1), section(2), section(3, "00"), *[section(id) for id in (4, 5, 6, 7)]]
    known += [b"\x08\x01\x00", section(9), b"\x0c\x01\x00", code, section(11)]
    custom = b"\x00\x03\x01ax"
    module = decode_module(HEADER + custom + custom.join(known) + custom)
    assert len(module.codes) == 1
    assert [name for name, _, _ in module.customs] == ["a"] * 13


def test_custom_sections_are_not_read():
    data = HEADER + b"\x00\x06\x03abc\xff\xff" + b"\x00\x01\x00"
    module = decode_module(data)
    assert module.customs == [CustomSection("abc", 14, 16), CustomSection("", 19, 19)]


def test_error_in_the_last_body_explains_what_follows(section):
    """The code section ends, by its size, in the middle of an immediate."""
    code = b"\x0a\x09\x01\x07\x00\x41\x80\x80\x80\x80\x80\x00\x0b"
    with pytest.raises(MalformedError, match="integer representation too long") as caught:
        decode_module(HEADER + section(1, "60 00 00") + section(3, "00") + code)
    assert caught.value.offset == 24


BODY = HEADER + b"\x01\x04\x01\x60\x00\x00\x03\x02\x01\x00\x0a\x05\x01\x03\x00\x01\x0b"


@pytest.mark.parametrize(
    "make",
    [
        lambda data: data,
        bytearray,
        memoryview,
        lambda data: memoryview(bytearray(data)),
        lambda data: memoryview(data).cast("b"),
        lambda data: memoryview(b"".join(bytes([byte, 0]) for byte in data))[::2],
    ],
    ids=["bytes", "bytearray", "memoryview", "writable view", "signed view", "strided view"],
)
def test_kinds_of_input(make):
    module = decode_module(make(BODY))
    assert bytes(module.data) == BODY
    assert [code for code, _, _ in decode_body(module, 0).instrs] == [0x01, 0x0B]


def test_mapped_files(tmp_path):
    path = tmp_path / "module.wasm"
    path.write_bytes(BODY)
    with path.open("rb") as file:
        mapping = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    module = decode_module(mapping)
    assert len(decode_body(module, 0).instrs) == 2
    del module
    mapping.close()


def test_changing_a_bytearray_afterwards_changes_nothing():
    data = bytearray(BODY)
    module = decode_module(data)
    data[-2] = 0xFF
    assert len(decode_body(module, 0).instrs) == 2


def test_contents_are_not_copied(section):
    """A large module costs no memory but for its items: data, code and custom sections stay where they are."""
    blob = bytes(1 << 20)
    size = b"\x80\x80\x40"
    data = HEADER + section(1, "60 00 00") + section(3, "00")
    data += section(10, size + blob) + section(11, b"\x01" + size + blob) + b"\x00\x82\x80\x40\x01x" + blob
    tracemalloc.start()
    try:
        module = decode_module(memoryview(data))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert module.datas[0].end - module.datas[0].start == len(blob)
    assert peak < 100_000


@pytest.mark.parametrize("id", [1, 2, 3, 4, 5, 6, 7, 9, 10, 11])
def test_counts_allocate_nothing(id):
    tracemalloc.start()
    try:
        with pytest.raises(MalformedError):
            decode_module(HEADER + bytes([id]) + b"\x05\xff\xff\xff\xff\x0f" + bytes(2))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 100_000
