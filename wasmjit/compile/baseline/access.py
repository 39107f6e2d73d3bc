"""Loads and stores, and what else deals with memory 0."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from wasmjit.compile.baseline.coder import Coder, NoStencilError
from wasmjit.compile.baseline.locations import FA, TEMPORARY, A, B, Location

if TYPE_CHECKING:
    from wasmjit.compile.baseline.stencil import Stencil

MAX_OFFSET = (1 << 31) - 1
"""The largest offset of an access that fits into an instruction."""


class Access(NamedTuple):
    """A load or store: stencils by the register of the address, and whether the value is in FA."""

    addresses: dict[int, Stencil]
    in_vector: bool


def _offset(imm: tuple[int, ...], c: Coder) -> int:
    if imm[2] or not c.context.memory_is_plain:
        raise NoStencilError("another memory")
    if imm[1] > MAX_OFFSET:
        raise NoStencilError("a large offset")
    return imm[1]


def load(c: Coder, row: Access, imm: tuple[int, ...]) -> None:
    """A load into A or FA; the address may be in any register."""
    offset = _offset(imm, c)
    x = c.stack.pop()
    if A in c.stack:
        c.free_a()
    if row.in_vector and FA in c.stack:
        c.free_fa()
    c.asm.locate(c.offset)
    if isinstance(x, tuple) or x >= 0:
        c.to_integer(A, x)
        x = A
    elif x < TEMPORARY:
        x = c.release(x)
    c.asm.put(row.addresses[x], *c.context.bounds, offset)
    c.stack.append(FA if row.in_vector else A)


def store(c: Coder, row: Access, imm: tuple[int, ...]) -> None:
    """A store from A or FA; the address is brought into B unless it is in a register."""
    offset = _offset(imm, c)
    y = c.stack.pop()
    address = _store_address(c, c.stack.pop())
    if row.in_vector:
        c.take_fa(y)
    else:
        c.take_a(y)
    c.asm.locate(c.offset)
    c.asm.put(row.addresses[address], *c.context.bounds, offset)


def _store_address(c: Coder, x: Location) -> int:
    if isinstance(x, tuple) or x >= 0 or x == A:
        c.to_integer(B, x)
        return B
    return c.release(x) if x < TEMPORARY else x


def memory_size(c: Coder, memidx: int) -> None:
    """`memory.size`."""
    refuse_others(c, memidx)
    c.free_a()
    c.asm.put(c.context.stencil("memory.size"), c.context.memory_base)
    c.stack.append(A)


def refuse_others(c: Coder, imm: int | tuple[int, int]) -> None:
    """Raise NoStencilError unless memory 0 is meant, once or twice, and is of the usual kind."""
    if imm not in (0, (0, 0)) or not c.context.memory_is_plain:
        raise NoStencilError("another memory")
