"""Loads and stores, and what else deals with memory 0."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from wasmjit.compile.baseline.coder import Coder, NoStencilError
from wasmjit.compile.baseline.locations import FA, TEMPORARY, A, B
from wasmjit.compile.debug import PLACE_SHIFT

if TYPE_CHECKING:
    from wasmjit.compile.baseline.stencil import Stencil

MAX_OFFSET = (1 << 31) - 1
"""The largest offset of an access that fits into an instruction."""


class Access(NamedTuple):
    """A load or store: stencils by the register of the address, and whether the value is in FA."""

    addresses: dict[int, Stencil]
    in_vector: bool


def load(c: Coder, row: Access, imm: tuple[int, ...]) -> None:
    """A load into A or FA; the address may be in any register."""
    _, offset, memidx = imm
    if memidx or offset > MAX_OFFSET or not c.memory_is_plain:
        raise NoStencilError("another memory, or a large offset")
    addresses, in_vector = row
    stack, asm = c.stack, c.asm
    x = stack.pop()
    if A in stack:
        c.free_a()
    if in_vector and FA in stack:
        c.free_fa()
    asm.places.append(asm.pos << PLACE_SHIFT | c.offset)
    if isinstance(x, tuple) or x >= 0:
        c.to_integer(A, x)
        x = A
    elif x < TEMPORARY:
        x = c.release(x)
    if c.bounds:
        asm.put(addresses[x], *c.bounds, offset)
    else:
        asm.put_small(addresses[x], offset)
    stack.append(FA if in_vector else A)


def store(c: Coder, row: Access, imm: tuple[int, ...]) -> None:
    """A store from A or FA; the address is brought into B unless it is in a register."""
    _, offset, memidx = imm
    if memidx or offset > MAX_OFFSET or not c.memory_is_plain:
        raise NoStencilError("another memory, or a large offset")
    addresses, in_vector = row
    stack, asm = c.stack, c.asm
    y = stack.pop()
    x = stack.pop()
    if isinstance(x, tuple) or x >= 0 or x == A:
        c.to_integer(B, x)
        x = B
    elif x < TEMPORARY:
        x = c.release(x)
    if in_vector:
        c.take_fa(y)
    elif y != A:
        c.take_a(y)
    asm.places.append(asm.pos << PLACE_SHIFT | c.offset)
    if c.bounds:
        asm.put(addresses[x], *c.bounds, offset)
    else:
        asm.put_small(addresses[x], offset)


def memory_size(c: Coder, memidx: int) -> None:
    """`memory.size`."""
    refuse_others(c, memidx)
    c.free_a()
    c.asm.put(c.context.stencil("memory.size"), c.context.memory_base)
    c.stack.append(A)


def refuse_others(c: Coder, imm: int | tuple[int, int]) -> None:
    """Raise NoStencilError unless memory 0 is meant, once or twice, and is of the usual kind."""
    if imm not in (0, (0, 0)) or not c.memory_is_plain:
        raise NoStencilError("another memory")
