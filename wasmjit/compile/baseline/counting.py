"""Counting how often functions and loops run, and what happens when the count is over.

The counter of a function is a word of its module, behind the slots. The way to the tier manager (`tierup.py`) lies
behind the code, so that nothing but a decrement and a jump that is not taken stays in a loop.
"""

from __future__ import annotations

from wasmjit.compile.baseline.coder import Coder
from wasmjit.compile.baseline.locations import PRESERVED
from wasmjit.light import NamedTuple


class Late(NamedTuple):
    """A way to the tier manager that is still to be made: its label, where it goes back to, and the loop's number."""

    label: int
    back: int
    loop: int


def count(c: Coder, loop: int) -> None:
    """Count, where operands and parameters are in their places."""
    if not c.context.counts:
        return
    late = Late(c.asm.label(), c.asm.label(), loop)
    counter = 8 * (len(c.context.module.codes) + c.function)
    c.asm.jump(c.context.stencil("count"), late.label, counter)
    c.asm.place(late.back)
    c.late.append(late)


def finish_counts(c: Coder) -> None:
    """Make the ways to the tier manager: locals go to their slots, where optimised code looks for them."""
    hot = c.context.stencil("hot") if c.late else None
    for late in c.late:
        assert hot is not None
        c.asm.place(late.label)
        for x, register in c.pinned.items():
            if not c.through or register in PRESERVED:
                c.save(x)
        c.asm.put(hot, c.function, late.loop)
        for x in c.pinned:
            c.reload(x)
        c.asm.jump_by(c.context.jmp, late.back)
