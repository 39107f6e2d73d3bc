"""Primitive values of the binary format (spec 5.1.3, 5.2): bytes, LEB128 integers, lengths, names.

The functions take a position and return the value and the position behind it. They are what the hot loops use;
`Reader` keeps the position for everything else. Neither stops at the end of a section: a section's size is
compared afterwards, as in the specification's own decoder, whose messages the official suite asserts.

Indexing past the last byte raises IndexError, which costs nothing while all goes well; `decode_module` and
`decode_body` turn it into the error of `end_of_data`.
"""

from __future__ import annotations

from wasmjit.errors import LimitError, MalformedError
from wasmjit.light import NoReturn, TypeAlias
from wasmjit.limits import MAX_NAME_BYTES, check_limit

Data: TypeAlias = bytes | memoryview
"""A module's bytes. A view is one-dimensional, of unsigned bytes."""

UNEXPECTED_END = "unexpected end of section or function"


def end_of_data(data: Data) -> MalformedError:
    """The error for data that stops in the middle of something."""
    return MalformedError(UNEXPECTED_END, len(data))


def read_u32(data: Data, pos: int) -> tuple[int, int]:
    """An unsigned 32-bit integer of 1 to 5 bytes (spec 5.2.2)."""
    byte = data[pos]
    if byte < 0x80:
        return byte, pos + 1
    second = data[pos + 1]
    if second < 0x80:
        return byte & 0x7F | second << 7, pos + 2
    return _read_unsigned(data, pos, 32)


def read_u64(data: Data, pos: int) -> tuple[int, int]:
    """An unsigned 64-bit integer of 1 to 10 bytes."""
    return _read_unsigned(data, pos, 64)


def read_s32(data: Data, pos: int) -> tuple[int, int]:
    """A signed 32-bit integer."""
    return _read_signed(data, pos, 32)


def read_s33(data: Data, pos: int) -> tuple[int, int]:
    """A signed 33-bit integer: block and heap types (spec 5.4.1)."""
    return _read_signed(data, pos, 33)


def read_s64(data: Data, pos: int) -> tuple[int, int]:
    """A signed 64-bit integer."""
    return _read_signed(data, pos, 64)


def read_length(data: Data, pos: int) -> tuple[int, int]:
    """A length or count whose items, of a byte or more each, have room in the rest of the data.

    The room is counted from the length's own first byte: that is where the suite draws the line between "length
    out of bounds" and an unexpected end.
    """
    length, after = read_u32(data, pos)
    if length > len(data) - pos:
        raise MalformedError("length out of bounds", pos)
    return length, after


def read_u32s(data: Data, pos: int, count: int) -> tuple[list[int], int]:
    """`count` unsigned 32-bit integers."""
    chunk = bytes(data[pos : pos + count])
    if len(chunk) == count and chunk.isascii():  # all of one byte
        return list(chunk), pos + count
    values: list[int] = []
    append = values.append
    for _ in range(count):
        value = data[pos]
        pos += 1
        if value >= 0x80:
            value, pos = read_u32(data, pos - 1)
        append(value)
    return values, pos


def read_name(data: Data, pos: int) -> tuple[str, int]:
    """A name: a vector of bytes in UTF-8 (spec 5.2.4)."""
    size, pos = read_length(data, pos)
    end = pos + size
    if end > len(data):
        raise end_of_data(data)
    if size > MAX_NAME_BYTES:
        raise LimitError("bytes of a name", size, MAX_NAME_BYTES)
    try:
        return str(data[pos:end], "utf-8"), end
    except UnicodeDecodeError as error:
        raise MalformedError("malformed UTF-8 encoding", pos + error.start) from None


def _read_unsigned(data: Data, pos: int, bits: int) -> tuple[int, int]:
    start = pos
    value = shift = 0
    while True:
        byte = data[pos]
        pos += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80 or shift >= bits:
            break
    if value >> bits:
        raise MalformedError("integer too large", start)
    if byte >= 0x80:
        _too_long(start)
    return value, pos


def _read_signed(data: Data, pos: int, bits: int) -> tuple[int, int]:
    start = pos
    value = shift = 0
    while True:
        byte = data[pos]
        pos += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80 or shift >= bits:
            break
    if byte & 0x40:
        value -= 1 << shift
    half = 1 << (bits - 1)
    if not -half <= value < half:
        raise MalformedError("integer too large", start)
    if byte >= 0x80:
        _too_long(start)
    return value, pos


def _too_long(offset: int) -> NoReturn:
    raise MalformedError("integer representation too long", offset)


class Reader:
    """A position in a module's bytes that moves forward with every read.

    `end` is where the section ends; only those look at it who need to know.
    """

    __slots__ = ("data", "end", "pos")

    def __init__(self, data: Data, pos: int = 0) -> None:
        self.data = data
        self.pos = pos
        self.end = len(data)

    def read_byte(self) -> int:
        """One byte."""
        byte = self.data[self.pos]
        self.pos += 1
        return byte

    def read_u32(self) -> int:
        """An unsigned 32-bit integer."""
        value, self.pos = read_u32(self.data, self.pos)
        return value

    def read_u64(self) -> int:
        """An unsigned 64-bit integer."""
        value, self.pos = read_u64(self.data, self.pos)
        return value

    def read_length(self) -> int:
        """A length that fits into the rest of the data."""
        value, self.pos = read_length(self.data, self.pos)
        return value

    def read_count(self, limit: str, maximum: int) -> int:
        """The length of a vector (spec 5.1.3); LimitError, naming `limit`, if it is over `maximum`."""
        count = self.read_length()
        check_limit(limit, count, maximum)
        return count

    def read_u32s(self, count: int) -> list[int]:
        """`count` unsigned 32-bit integers."""
        values, self.pos = read_u32s(self.data, self.pos, count)
        return values

    def skip(self, size: int) -> int:
        """Move over `size` bytes without looking at them; return where they start."""
        start = self.pos
        if start + size > len(self.data):
            raise end_of_data(self.data)
        self.pos = start + size
        return start

    def read_name(self) -> str:
        """A name: a vector of bytes in UTF-8 (spec 5.2.4)."""
        name, self.pos = read_name(self.data, self.pos)
        return name
