"""The stencils of one library as the compiler looks them up: by register numbers, by the kind of an operand."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from wasmjit.compile.baseline.locations import FA, FB, INTEGERS, REGISTER_NAMES, VECTORS, A, B

if TYPE_CHECKING:
    from wasmjit.compile.baseline.library import StencilLibrary
    from wasmjit.compile.baseline.stencil import Stencil

INTEGER_REGISTERS = (A, B, *INTEGERS)
VECTOR_REGISTERS = (FA, FB, *VECTORS)


class Binary(NamedTuple):
    """An instruction of two operands, the first in A or FA: stencils by where the second one is.

    `constant` is None where constants go through a register; of others the bits of `mask` are taken.
    """

    registers: dict[int, Stencil]
    slot: Stencil
    constant: Stencil | None
    mask: int
    commutes: bool


class Moves:
    """Stencils that move values between registers and slots, and those that need no more than a key."""

    def __init__(self, library: StencilLibrary) -> None:
        get, names = library.get, REGISTER_NAMES
        self.library = library
        self.move = {(to, frm): get(f"mov {names[to]},{names[frm]}") for to, frm in _pairs(INTEGER_REGISTERS)}
        self.move |= {(to, frm): get(f"movv {names[to]},{names[frm]}") for to, frm in _pairs(VECTOR_REGISTERS)}
        self.load = {r: get(f"ld {names[r]}") for r in INTEGER_REGISTERS}
        self.store = {r: get(f"st {names[r]}") for r in INTEGER_REGISTERS}
        self.narrow_constant = {r: get(f"const {names[r]}") for r in INTEGER_REGISTERS}
        self.wide_constant = {r: get(f"constw {names[r]}") for r in INTEGER_REGISTERS}
        self.float_constant = {r: get(f"constf {names[r]}") for r in VECTOR_REGISTERS}
        self.vector_constant = {r: get(f"constv {names[r]}") for r in VECTOR_REGISTERS}
        self.zero_vector = {r: get(f"zerov {names[r]}") for r in VECTOR_REGISTERS}
        self.store_constant, self.zero_slots = get("stk"), get("zero")

    def vector_slots(self, slot_bytes: int) -> tuple[dict[int, Stencil], dict[int, Stencil]]:
        """Stencils that load and store vector registers from and to slots of a size."""
        return self._wide_slots if slot_bytes == 16 else self._narrow_slots

    @cached_property
    def _narrow_slots(self) -> tuple[dict[int, Stencil], dict[int, Stencil]]:
        return self._slots("ldf", "stf")

    @cached_property
    def _wide_slots(self) -> tuple[dict[int, Stencil], dict[int, Stencil]]:
        return self._slots("ldv", "stv")

    def _slots(self, load: str, store: str) -> tuple[dict[int, Stencil], dict[int, Stencil]]:
        get, names = self.library.get, REGISTER_NAMES
        loads = {r: get(f"{load} {names[r]}") for r in VECTOR_REGISTERS}
        return loads, {r: get(f"{store} {names[r]}") for r in VECTOR_REGISTERS}


def _pairs(registers: tuple[int, ...]) -> list[tuple[int, int]]:
    return [(to, frm) for to in registers for frm in registers if to != frm]


def binary_row(library: StencilLibrary, prefix: str, in_vectors: bool, commutes: bool, mask: int) -> Binary:
    """The row of the instruction whose keys begin with `prefix`, a mnemonic or one with `br `."""
    first = "FA" if in_vectors else "A"
    others = (FB, *VECTORS) if in_vectors else (B, *INTEGERS)
    found = {r: library.find(f"{prefix} {first},{REGISTER_NAMES[r]}") for r in others}
    registers = {r: stencil for r, stencil in found.items() if stencil is not None}
    constant = None if in_vectors else library.find(f"{prefix} A,K")
    return Binary(registers, library.get(f"{prefix} {first},S"), constant, mask, commutes)
