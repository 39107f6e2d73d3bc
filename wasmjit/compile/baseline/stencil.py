"""A stencil: machine code with holes. No LLVM is needed to use one."""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import cache

from wasmjit.compile.baseline.short import short_code
from wasmjit.light import NamedTuple, TypeAlias

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


Parts: TypeAlias = tuple[
    bytes,
    tuple[tuple[int, int, str, int], ...],
    tuple[tuple[int, str], ...],
    tuple[tuple[int, bytes | str, int, int], ...],
]
"""Code, fields, jumps and constants of a stencil, as they are kept in files."""


_MAX_KEPT = 1 << 12
"""Code with smaller values than this is kept."""


class _Small(dict[int, bytes]):
    """Code of a stencil by the value of its only hole, made by `Stencil.pack_small` when it is asked for."""

    def __init__(self, pack_small: Callable[[int], bytes]) -> None:
        super().__init__()
        self._pack_small = pack_small

    def __missing__(self, value: int) -> bytes:
        code = self._pack_small(value)
        if value < _MAX_KEPT:
            self[value] = code
        return code


class Stencil:
    """Machine code that does one thing; execution goes on behind its last byte.

    `pack` returns the code for values of `names`, the distinct holes in alphabetical order; they are unsigned and fit.
    Code without holes is `code`. `jumps` and `constants` are left to patch.
    """

    __slots__ = ("code", "constants", "fields", "jumps", "names", "pack", "size", "small")

    def __init__(
        self, code: bytes, fields: tuple[Field, ...], jumps: tuple[Jump, ...], constants: tuple[Constant, ...]
    ) -> None:
        self.code, self.size = code, len(code)
        self.fields, self.jumps, self.constants = fields, jumps, constants
        self.names = tuple(sorted({field.name for field in fields}))
        self.pack: Callable[..., bytes] = _packer(code, fields, self.names) if fields else lambda: code
        self.small = _Small(self.pack_small)

    def pack_small(self, value: int) -> bytes:
        """The code with a value for its only hole, where that is small in a shorter form than `pack` returns.

        A jump is at the end of it nevertheless.
        """
        field = self.fields[0]
        if len(self.fields) == 1 and field.width == 4 and not (field.addend or self.constants):
            short = short_code(self.code, field.offset, value)
            if short is not None:
                return short
        return self.pack(value)

    def parts(self) -> Parts:
        """What the stencil is made of, as it is kept."""
        return (
            self.code,
            tuple([(f.offset, f.width, f.name, f.addend) for f in self.fields]),
            tuple([(j.offset, j.name) for j in self.jumps]),
            tuple([(c.offset, c.data, c.align, c.addend) for c in self.constants]),
        )


def join_parts(parts: Parts) -> Stencil:
    """The stencil that parts are of."""
    code, fields, jumps, constants = parts
    return Stencil(
        code,
        tuple([Field(*field) for field in fields]),
        tuple([Jump(*jump) for jump in jumps]),
        tuple([Constant(*constant) for constant in constants]),
    )


def _packer(code: bytes, fields: tuple[Field, ...], names: tuple[str, ...]) -> Callable[..., bytes]:
    pieces, layout, end = [], "<", 0
    for field in fields:
        pieces.append(code[end : field.offset])
        layout += f"{field.offset - end}s{_FORMAT[field.width]}"
        end = field.offset + field.width
    pieces.append(code[end:])
    pack = struct.Struct(f"{layout}{len(code) - end}s").pack
    return _maker(names, tuple([(field.name, field.addend, field.width) for field in fields]))(pack, *pieces)


@cache
def _maker(names: tuple[str, ...], values: tuple[tuple[str, int, int], ...]) -> Callable[..., Callable[..., bytes]]:
    """Makes, of `pack` and the code's pieces, a function of the holes' values that is one call of `pack`.

    `values` are what comes between the pieces: name, addend and width.
    """
    arguments: list[str] = []
    for i, (name, addend, width) in enumerate(values):
        arguments += [f"p{i}", f"{name} + {addend} & {_MASK[width]}" if addend else name]
    pieces = ", ".join([f"p{i}" for i in range(len(values) + 1)])
    text = f"lambda pack, {pieces}: lambda {', '.join(names)}: pack({', '.join(arguments)}, p{len(values)})"
    maker: Callable[..., Callable[..., bytes]] = eval(text)
    return maker
