"""What `typing`, `enum`, `collections` and others offer, without importing them: for a program's start.

Type checkers see the originals. At run time the names of `typing` are there and mean nothing, except that `NamedTuple`,
`IntEnum` and `TypedDict` make what the originals make, as far as this package needs it.
"""

from __future__ import annotations

TYPE_CHECKING = False  # what type checkers take for true

__all__ = [
    "ABC", "TYPE_CHECKING", "Any", "Callable", "Generic", "Hashable", "IntEnum", "Iterable", "Iterator", "Literal",
    "Mapping", "MutableSequence", "NamedTuple", "NoReturn", "Protocol", "Sequence", "SupportsIndex", "TypeAlias",
    "TypeGuard", "TypeVar", "TypedDict", "Union", "Unpack", "cache", "cached_property", "cast",
    "dataclass_transform", "deque", "overload", "partial", "reduce",
]  # fmt: skip

if TYPE_CHECKING:
    from abc import ABC
    from collections import deque
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, MutableSequence, Sequence
    from enum import IntEnum
    from functools import cache, cached_property, partial, reduce
    from typing import (
        Any,
        Generic,
        Literal,
        NamedTuple,
        NoReturn,
        Protocol,
        SupportsIndex,
        TypeAlias,
        TypedDict,
        TypeGuard,
        TypeVar,
        Union,
        Unpack,
        cast,
        dataclass_transform,
        overload,
    )
else:
    from _collections import deque
    from _collections_abc import Callable, Hashable, Iterable, Iterator, Mapping, MutableSequence, Sequence
    from _functools import partial, reduce

    from wasmjit.lightclasses import IntEnum, NamedTuple, cache, cached_property

    class Any:
        """Stands for everything that can be subscripted, inherited from, or joined by `|`."""

        __slots__ = ()

        def __class_getitem__(cls, item):
            return cls

        def __init_subclass__(cls, **options):
            pass

    ABC = Generic = Literal = NoReturn = Protocol = SupportsIndex = TypeAlias = TypeGuard = Union = Unpack = Any

    class TypedDict(dict):
        """The base of dictionaries with certain keys."""

        def __init_subclass__(cls, **options):
            pass

    def TypeVar(name, *bounds, **options):
        """Something that can stand in brackets."""
        return Any

    def cast(type, value):
        """The value as it is."""
        return value

    def overload(function):
        """The last definition replaces it."""
        return function

    def dataclass_transform(**options):
        """A decorator that says something to type checkers."""
        return overload
