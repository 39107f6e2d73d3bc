"""Lists of machine words. `array` has them too, and loads `collections`, which a program's start does without."""

from __future__ import annotations

from struct import pack

TYPE_CHECKING = False  # see light.py

if TYPE_CHECKING:
    from collections.abc import Sequence


def words(format: str, values: Sequence[int]) -> memoryview:
    """Numbers as words that can be written to, in a format of `struct`: "I", "i" and "Q". Raises `struct.error`."""
    return memoryview(bytearray(pack(f"{len(values)}{format}", *values))).cast(format)  # type: ignore[call-overload, no-any-return]


def repeated(format: str, value: int, count: int) -> memoryview:
    """A number as so many words, in a format as above or "q". Raises `struct.error`."""
    return memoryview(bytearray(pack(format, value) * count)).cast(format)  # type: ignore[call-overload, no-any-return]
