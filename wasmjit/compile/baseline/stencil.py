"""A stencil: machine code with holes. No LLVM is needed to use one."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import NamedTuple

_FORMAT = {1: "B", 4: "I", 8: "Q"}
_MASK = {1: 0xFF, 4: 0xFFFF_FFFF, 8: 0xFFFF_FFFF_FFFF_FFFF}


class Field(NamedTuple):
    """A hole in the code: where it is, its width in bytes, the hole's name, and what is added to its value."""

    offset: int
    width: int
    name: str
    addend: int


class Jump(NamedTuple):
    """Four bytes that get the distance to a target from their end."""

    offset: int
    name: str


class Constant(NamedTuple):
    """Four bytes that get the distance to a constant from their end, with `addend` added.

    The constant comes behind the function's code. `data` are its bytes, or the name of a symbol of the process, whose
    address of 8 bytes the constant is.
    """

    offset: int
    data: bytes | str
    align: int
    addend: int


class Stencil:
    """Machine code that does one thing; execution goes on behind its last byte.

    `pack` returns the code for values of `names`, the distinct holes in alphabetical order; they are unsigned and fit.
    Code without holes is `code`. `jumps` and `constants` are left to patch.
    """

    __slots__ = ("code", "constants", "fields", "jumps", "names", "pack", "size")

    def __init__(
        self, code: bytes, fields: tuple[Field, ...], jumps: tuple[Jump, ...], constants: tuple[Constant, ...]
    ) -> None:
        self.code, self.size = code, len(code)
        self.fields, self.jumps, self.constants = fields, jumps, constants
        self.names = tuple(sorted({field.name for field in fields}))
        self.pack: Callable[..., bytes] = _packer(code, fields, self.names) if fields else lambda: code

    def parts(self) -> tuple[bytes, tuple[Field, ...], tuple[Jump, ...], tuple[Constant, ...]]:
        """What `Stencil` is made of."""
        return self.code, self.fields, self.jumps, self.constants


def _packer(code: bytes, fields: tuple[Field, ...], names: tuple[str, ...]) -> Callable[..., bytes]:
    pieces, layout, end = [], "<", 0
    for field in fields:
        pieces.append(code[end : field.offset])
        layout += f"{field.offset - end}s{_FORMAT[field.width]}"
        end = field.offset + field.width
    pieces.append(code[end:])
    pack = struct.Struct(f"{layout}{len(code) - end}s").pack
    return _specialised(pack, pieces, fields, names)


def _specialised(
    pack: Callable[..., bytes], pieces: list[bytes], fields: tuple[Field, ...], names: tuple[str, ...]
) -> Callable[..., bytes]:
    """A function of the holes' values that is one call of `pack`."""
    arguments: list[str] = []
    for i, field in enumerate(fields):
        sum = f"{field.name} + {field.addend} & {_MASK[field.width]}"
        arguments += [f"p{i}", sum if field.addend else field.name]
    text = f"lambda {', '.join(names)}: pack({', '.join(arguments)}, p{len(fields)})"
    packer: Callable[..., bytes] = eval(text, {"pack": pack} | {f"p{i}": piece for i, piece in enumerate(pieces)})
    return packer
