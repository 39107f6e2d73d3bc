"""Where an operand is while baseline code is made: a number or a tuple, for speed.

* `n >= 0`: the frame slot at byte offset n: a local's home, or an operand's place.
* `n < 0`: a register: `A`, `B`, r0 to r6, `FA`, `FB`, x0 to x5. A register that a local lives in is its home; one that
  holds an operand for a while is a *temporary*, and its number is `TEMPORARY` less.
* `(value,)`: an integer constant, signed; `(bits, 0)`: the bits of an f32 or f64; `(low, high, 0)`: those of a v128.
* `PENDING`: the result of a comparison that the next instruction branches on, made together with the branch.
"""

from __future__ import annotations

from wasmjit.light import TypeAlias

Location: TypeAlias = "int | tuple[int, ...]"

A, B = -1, -2
INTEGERS = tuple(range(-3, -10, -1))
"""r0 to r6."""

FA, FB = -11, -12
VECTORS = tuple(range(-13, -19, -1))
"""x0 to x5."""

LEAST_NARROW, MOST_NARROW = -(1 << 31), (1 << 31) - 1
"""Integer constants that instructions can hold, with the sign extended."""

MASK_32, MASK_64 = (1 << 32) - 1, (1 << 64) - 1

TEMPORARY = -30
PENDING = -99

CALL_INTEGERS = INTEGERS[1:6]
"""The registers of the native arguments 1 to 5, in order; argument 0 is the VMContext."""

CALL_VECTORS = (FA, FB, *VECTORS)
"""The registers of the native vector arguments, in order."""

PRESERVED = frozenset(INTEGERS[:1])
"""What survives native calls."""

REGISTER_NAMES = {
    A: "A",
    B: "B",
    **{number: f"r{i}" for i, number in enumerate(INTEGERS)},
    FA: "FA",
    FB: "FB",
    **{number: f"x{i}" for i, number in enumerate(VECTORS)},
}
"""As they stand in the keys of stencils."""
