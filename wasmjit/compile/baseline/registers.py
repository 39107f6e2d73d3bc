"""The registers of the baseline tier's machine model, which are the parameters of every stencil.

The calling convention is LLVM's `preserve_none`: twelve integers and eight vectors in registers, nothing on the stack,
and nothing to save. The order of the parameters decides which machine register is which (x86-64, LLVM 22).

    c      r12   the VMContext                          frame  r13   the function's frame slots
    base   r14   base of memory 0                       r0     r15   a value that calls preserve
    B      rdi   scratch; where calls want the VMContext
    r1..r5 rsi, rdx, rcx, r8, r9   values; where calls want their first five integers
    r6     r11   a value                                A      rax   scratch; where calls return an integer
    FA FB  xmm0, xmm1  scratch     x0..x5  xmm2..xmm7   values; FA FB x0..x5 are where calls want floats and vectors
"""

from __future__ import annotations

VECTOR = "<2 x i64>"
RESULT = f"{{i64, {VECTOR}}}"
"""What a body returns: A and FA."""

CONTEXT = ("c", "frame", "base")
CACHE = tuple(f"r{i}" for i in range(7))
"""Integer registers that hold values between stencils."""

VECTOR_CACHE = tuple(f"x{i}" for i in range(6))
INTEGERS = ("A", "B", *CACHE)
VECTORS = ("FA", "FB", *VECTOR_CACHE)

INTEGER_ARGUMENTS = CACHE[1:6]
"""Where calls want integers, behind the VMContext."""

_ORDER = (*CONTEXT, "r0", "B", *CACHE[1:], "A", *VECTORS)
_TYPES = {name: "ptr" if name in CONTEXT else VECTOR if name in VECTORS else "i64" for name in _ORDER}
PARAMETERS = ", ".join(f"{type} %{name}" for name, type in _TYPES.items())
PARAMETER_TYPES = ", ".join(_TYPES.values())

LOST_IN_CALLS = tuple(name for name in _ORDER if name not in (*CONTEXT, "r0"))


def argument_text(changed: dict[str, str]) -> str:
    """The arguments for the next stencil: all registers as they came, but for those that have new values."""
    return ", ".join([f"{type} {changed.get(name) or '%' + name}" for name, type in _TYPES.items()])
