"""Primitive values: LEB128 against another implementation, and each error with its offset."""

from __future__ import annotations

import leb128
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasmjit.binary import reader
from wasmjit.binary.reader import Reader
from wasmjit.errors import LimitError, MalformedError

UNSIGNED = {reader.read_u32: 32, reader.read_u64: 64}
SIGNED = {reader.read_s32: 32, reader.read_s33: 33, reader.read_s64: 64}


def padded(encoded: bytes, size: int, *, negative: bool = False) -> bytes:
    """The same integer in `size` bytes."""
    extra = size - len(encoded)
    if not extra:
        return encoded
    fill, last = (0xFF, 0x7F) if negative else (0x80, 0x00)
    return encoded[:-1] + bytes([encoded[-1] | 0x80]) + bytes([fill] * (extra - 1) + [last])


@given(st.data(), st.sampled_from(sorted(UNSIGNED, key=UNSIGNED.get)), st.integers(0, 9))
def test_unsigned_integers(data, read, padding):
    bits = UNSIGNED[read]
    value = data.draw(st.integers(0, 2**bits - 1) | st.integers(0, 300))
    shortest = leb128.u.encode(value)
    encoded = padded(shortest, min(len(shortest) + padding, -(-bits // 7)))
    assert read(b"\xff" + encoded + b"\xff", 1) == (value, 1 + len(encoded))


@given(st.data(), st.sampled_from(sorted(SIGNED, key=SIGNED.get)), st.integers(0, 9))
def test_signed_integers(data, read, padding):
    bits = SIGNED[read]
    value = data.draw(st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) | st.integers(-300, 300))
    shortest = leb128.i.encode(value)
    encoded = padded(shortest, min(len(shortest) + padding, -(-bits // 7)), negative=value < 0)
    assert read(b"\xff" + encoded + b"\xff", 1) == (value, 1 + len(encoded))


@pytest.mark.parametrize(
    ("read", "encoded", "message"),
    [
        (reader.read_u32, "80 80 80 80 80 00", "integer representation too long"),
        (reader.read_u32, "80 80 80 80 10", "integer too large"),
        (reader.read_u32, "ff ff ff ff 1f", "integer too large"),
        (reader.read_u32, "80 80 80 80 90 00", "integer too large"),
        (reader.read_u64, "80 80 80 80 80 80 80 80 80 80 00", "integer representation too long"),
        (reader.read_u64, "80 80 80 80 80 80 80 80 80 02", "integer too large"),
        (reader.read_s32, "80 80 80 80 80 00", "integer representation too long"),
        (reader.read_s32, "ff ff ff ff ff 7f", "integer representation too long"),
        (reader.read_s32, "80 80 80 80 70", "integer too large"),
        (reader.read_s32, "ff ff ff ff 0f", "integer too large"),
        (reader.read_s32, "80 80 80 80 08", "integer too large"),
        (reader.read_s33, "80 80 80 80 10", "integer too large"),
        (reader.read_s33, "80 80 80 80 80 00", "integer representation too long"),
        (reader.read_s64, "80 80 80 80 80 80 80 80 80 80 00", "integer representation too long"),
        (reader.read_s64, "ff ff ff ff ff ff ff ff ff 01", "integer too large"),
    ],
)
def test_bad_integers(read, encoded, message):
    with pytest.raises(MalformedError) as caught:
        read(b"\0\0\0" + bytes.fromhex(encoded), 3)
    assert (caught.value.message, caught.value.offset) == (message, 3)


@pytest.mark.parametrize("read", [*UNSIGNED, *SIGNED, reader.read_length])
@pytest.mark.parametrize("encoded", [b"", b"\x80", b"\x80\x80"])
def test_integers_that_stop_short(read, encoded):
    with pytest.raises(IndexError):
        read(encoded, 0)


def test_length_has_room_from_its_own_first_byte():
    assert reader.read_length(b"\xff\x03\0\0", 1) == (3, 2)
    with pytest.raises(MalformedError, match="length out of bounds") as caught:
        reader.read_length(b"\xff\x04\0\0", 1)
    assert caught.value.offset == 1


@given(st.lists(st.integers(0, 2**32 - 1) | st.integers(0, 127), max_size=40), st.booleans())
def test_many_integers(values, as_view):
    data = b"\xff" + b"".join(map(leb128.u.encode, values)) + b"\xff"
    assert reader.read_u32s(memoryview(data) if as_view else data, 1, len(values)) == (values, len(data) - 1)


def test_many_integers_that_stop_short():
    with pytest.raises(IndexError):
        reader.read_u32s(b"\1\2", 0, 3)


@given(st.text(), st.booleans())
def test_names(text, as_view):
    encoded = text.encode(errors="ignore")
    data = leb128.u.encode(len(encoded)) + encoded
    r = Reader(memoryview(data) if as_view else data)
    assert r.read_name() == encoded.decode()
    assert r.pos == len(data)


@pytest.mark.parametrize(
    ("name", "offset"),
    [("ff", 1), ("61 80", 2), ("c0 80", 1), ("ed a0 80", 1), ("f4 90 80 80", 1), ("61 62 e2 8c", 3)],
    ids=["byte", "continuation", "overlong", "surrogate", "above U+10FFFF", "cut off"],
)
def test_names_that_are_not_utf8(name, offset):
    encoded = bytes.fromhex(name)
    with pytest.raises(MalformedError) as caught:
        Reader(bytes([len(encoded)]) + encoded).read_name()
    assert (caught.value.message, caught.value.offset) == ("malformed UTF-8 encoding", offset)


def test_name_that_stops_short():
    with pytest.raises(MalformedError, match="unexpected end") as caught:
        Reader(b"\3ab").read_name()
    assert caught.value.offset == 3


def test_name_over_the_limit():
    name = b"a" * 100_001
    with pytest.raises(LimitError, match="bytes of a name is 100001"):
        Reader(leb128.u.encode(len(name)) + name).read_name()


def test_reader_moves_forward():
    r = Reader(b"\x07\x85\x01\x86\x01\x02\x03\x04")
    assert (r.read_byte(), r.read_u32(), r.read_u64(), r.read_length()) == (7, 133, 134, 2)
    assert (r.skip(1), r.pos, r.read_u32s(1), r.pos, r.end) == (6, 7, [4], 8, 8)


def test_skip_stops_at_the_end():
    r = Reader(b"abc", 1)
    with pytest.raises(MalformedError, match="unexpected end of section or function") as caught:
        r.skip(3)
    assert (caught.value.offset, r.pos) == (3, 1)


def test_counts_are_limited():
    r = Reader(b"\x03abc")
    with pytest.raises(LimitError) as caught:
        r.read_count("tables", 2)
    assert (caught.value.limit, caught.value.value, caught.value.maximum) == ("tables", 3, 2)
