"""Loads and stores, and what else deals with memory 0."""

from __future__ import annotations

from wasmjit.compile.baseline.coder import Coder, NoStencilError
from wasmjit.compile.baseline.locations import FA, A, B
from wasmjit.compile.debug import PLACE_SHIFT
from wasmjit.light import TYPE_CHECKING

if TYPE_CHECKING:
    from wasmjit.compile.baseline.coder import Handler
    from wasmjit.compile.baseline.stencil import Stencil


def load(addresses: dict[int, Stencil], in_vector: bool) -> Handler:
    """Loads into A, or FA; `addresses` are their stencils by the register of the address."""
    result = FA if in_vector else A

    def handle(c: Coder, imm: tuple[int, ...]) -> None:
        _, offset, memidx = imm
        if memidx or offset > c.max_memory_offset:
            raise NoStencilError("another memory, or a large offset")
        stack, out = c.stack, c.out
        x = stack.pop()
        if A in stack:
            c.free_a()
        if in_vector and FA in stack:
            c.free_fa()
        c.places.append(len(out) << PLACE_SHIFT | c.offset)
        stencil = addresses.get(x) or addresses[c.any_integer(x, A)]
        if c.bounds or stencil.constants:
            c.asm.put(stencil, *c.bounds, offset)
        else:
            out.append(stencil.small[offset])
        stack.append(result)

    return handle


def store(addresses: dict[int, Stencil], in_vector: bool) -> Handler:
    """Stores from A, or FA; the address is brought into B unless it is in a register."""

    def handle(c: Coder, imm: tuple[int, ...]) -> None:
        _, offset, memidx = imm
        if memidx or offset > c.max_memory_offset:
            raise NoStencilError("another memory, or a large offset")
        stack, out = c.stack, c.out
        y = stack.pop()
        x = stack.pop()
        stencil = addresses.get(x) or addresses[c.any_integer(x, B)]
        if in_vector:
            c.take_fa(y)
        elif y != A:
            if A in stack:
                c.free_a()
            c.to_integer(A, y)
        c.places.append(len(out) << PLACE_SHIFT | c.offset)
        if c.bounds or stencil.constants:
            c.asm.put(stencil, *c.bounds, offset)
        else:
            out.append(stencil.small[offset])

    return handle


def memory_size(c: Coder, memidx: int) -> None:
    """`memory.size`."""
    refuse_others(c, memidx)
    c.free_a()
    c.asm.put(c.context.stencil("memory.size"), c.context.memory_base)
    c.stack.append(A)


def refuse_others(c: Coder, imm: int | tuple[int, int]) -> None:
    """Raise NoStencilError unless memory 0 is meant, once or twice, and is of the usual kind."""
    if imm not in (0, (0, 0)) or c.max_memory_offset < 0:
        raise NoStencilError("another memory")
