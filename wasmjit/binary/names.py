"""The name section (spec appendix, Name Section): what the source called things. Only for people to read.

It is decoded when a name is first asked for. A part of it that is broken is ignored.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from wasmjit.binary.reader import Data, Reader, read_name, read_u32
from wasmjit.errors import LimitError, MalformedError
from wasmjit.light import TypeVar
from wasmjit.wasm.module import Module

_T = TypeVar("_T")

_SECTION = "name"
_MODULE_NAME, _FUNCTION_NAMES, _LOCAL_NAMES = range(3)


class Names:
    """The names of a module, its functions and their locals."""

    def __init__(self, data: Data, start: int, end: int) -> None:
        """`start`:`end` is the range of the name section's contents; an empty range has no names."""
        self._data = data
        self._range = start, end

    @cached_property
    def module(self) -> str | None:
        """The name of the module."""
        return self._decode(_MODULE_NAME, Reader.read_name, None)

    @cached_property
    def functions(self) -> dict[int, str]:
        """Names by function index."""
        return self._decode(_FUNCTION_NAMES, _decode_namemap, {})

    @cached_property
    def locals(self) -> dict[int, dict[int, str]]:
        """Names by function index and local index."""
        return self._decode(_LOCAL_NAMES, _decode_indirect_namemap, {})

    def function(self, funcidx: int) -> str | None:
        """The name of a function, or None."""
        return self.functions.get(funcidx)

    def local(self, funcidx: int, localidx: int) -> str | None:
        """The name of a parameter or local of a function, or None."""
        return self.locals.get(funcidx, {}).get(localidx)

    def _decode(self, id: int, decode: Callable[[Reader], _T], default: _T) -> _T:
        try:
            place = self._places.get(id)
            return default if place is None else decode(Reader(memoryview(self._data)[: place[1]], place[0]))
        except (IndexError, MalformedError, LimitError):
            return default

    @cached_property
    def _places(self) -> dict[int, tuple[int, int]]:
        """The range of each subsection's contents by its id, as far as they can be made out."""
        places: dict[int, tuple[int, int]] = {}
        start, end = self._range
        r = Reader(self._data, start)
        try:
            while r.pos < end:
                id = r.read_byte()
                size = r.read_length()
                places.setdefault(id, (r.pos, min(r.pos + size, end)))
                r.skip(size)
        except (IndexError, MalformedError):
            pass
        return places


def read_names(module: Module) -> Names:
    """The names of a module; without a name section they are all None."""
    for name, start, end in module.customs:
        if name == _SECTION:
            return Names(module.data, start, end)
    return Names(module.data, 0, 0)


def _decode_namemap(r: Reader) -> dict[int, str]:
    """A name map: a name for each of some indices. Large programs have hundreds of thousands."""
    count = r.read_length()
    data, pos = r.data, r.pos
    names: dict[int, str] = {}
    for _ in range(count):
        index, pos = read_u32(data, pos)
        names[index], pos = read_name(data, pos)
    r.pos = pos
    return names


def _decode_indirect_namemap(r: Reader) -> dict[int, dict[int, str]]:
    return {r.read_u32(): _decode_namemap(r) for _ in range(r.read_length())}
