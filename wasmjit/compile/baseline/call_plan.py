"""How functions are called by signature.

Most signatures need no code of their own: their arguments and results fit into registers, and one stencil calls any of
them. Others pass arguments and results through slots, to stencils made for the signature.
"""

from __future__ import annotations

from functools import cache

from wasmjit.compile.baseline.frame import in_vector_register
from wasmjit.compile.baseline.locations import CALL_INTEGERS, CALL_VECTORS, FA, A
from wasmjit.light import NamedTuple
from wasmjit.wasm.types import FuncType


class CallPlan(NamedTuple):
    """The registers of the arguments, or None if the signature needs code of its own; and of the result, or 0."""

    registers: tuple[int, ...] | None
    result: int


@cache
def call_plan(type: FuncType) -> CallPlan:
    """How functions of a type are called."""
    integers, vectors = list(CALL_INTEGERS), list(CALL_VECTORS)
    registers: list[int] = []
    for param in type.params:
        free = vectors if in_vector_register(param) else integers
        if not free:
            return CallPlan(None, 0)
        registers.append(free.pop(0))
    if len(type.results) > 1:
        return CallPlan(None, 0)
    result = 0 if not type.results else FA if in_vector_register(type.results[0]) else A
    return CallPlan(tuple(registers), result)
