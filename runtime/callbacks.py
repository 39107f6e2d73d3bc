"""Python functions that generated code calls, made so that no exception escapes them.

ctypes prints an exception that leaves a callback and goes on with an undefined result. A `try` round the whole body is
not enough: CPython handles pending signals when a function is entered, before its first statement, so Ctrl-C during
a long run of machine code is raised exactly there. Measured: without the step below, every KeyboardInterrupt was lost.
"""

from __future__ import annotations

from types import FunctionType

from wasmjit.light import Callable, TypeVar, cast

_F = TypeVar("_F", bound=Callable[..., object])

_FIRST_OF_ENTRY, _MORE, _BITS = 0x80, 0x40, 0x3F


def _read_varint(table: bytes, pos: int) -> tuple[int, int]:
    value = table[pos] & _BITS
    while table[pos] & _MORE:
        pos += 1
        value = value << 6 | table[pos] & _BITS
    return value, pos + 1


def _varint(value: int) -> bytes:
    digits = [value & _BITS]
    while value := value >> 6:
        digits.append(value & _BITS | _MORE)
    return bytes(reversed(digits))


def cover_entry(function: _F) -> _F:
    """Let the `try` statement that a function begins with cover its entry too; returns the same function, changed.

    It must be the function's first statement, catch BaseException, and have a body that can raise. The entries of the
    exception table are start, length, target, depth as big-endian numbers of six-bit digits (CPython,
    Objects/exception_handling_notes.txt); the first entry's start moves to 0. A function whose first entry is not one
    of such a statement stays as it is.
    """
    code = cast(FunctionType, function).__code__
    table = code.co_exceptiontable
    if table:
        start, pos = _read_varint(table, 0)
        length, rest = _read_varint(table, pos)
        _, pos = _read_varint(table, rest)
        depth_and_lasti, _ = _read_varint(table, pos)
        if depth_and_lasti == 0:
            first = bytes([_FIRST_OF_ENTRY]) + _varint(start + length)
            cast(FunctionType, function).__code__ = code.replace(co_exceptiontable=first + table[rest:])
    return function
