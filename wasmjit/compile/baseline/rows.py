"""The stencils of one library as the compiler looks them up: by register numbers, by the kind of an operand."""

from __future__ import annotations

from functools import cached_property

from wasmjit.compile.baseline.locations import FA, FB, INTEGERS, REGISTER_NAMES, VECTORS, A, B
from wasmjit.light import TYPE_CHECKING, NamedTuple, TypeAlias

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


Codes: TypeAlias = "dict[int, dict[int, bytes]]"
"""Code by a register, then by a value: a slot, or a constant. It needs no constants behind it."""


class Moves:
    """Code that moves values between registers and slots. `move` is by destination and source."""

    def __init__(self, library: StencilLibrary) -> None:
        get, names = library.get, REGISTER_NAMES
        self.library = library
        self.move = {(to, frm): get(f"mov {names[to]},{names[frm]}").code for to, frm in _pairs(INTEGER_REGISTERS)}
        self.move |= {(to, frm): get(f"movv {names[to]},{names[frm]}").code for to, frm in _pairs(VECTOR_REGISTERS)}
        self.load = self._codes("ld", INTEGER_REGISTERS)
        self.store = self._codes("st", INTEGER_REGISTERS)
        self.narrow_constant = self._codes("const", INTEGER_REGISTERS)
        self.wide_constant = self._codes("constw", INTEGER_REGISTERS)
        self.float_constant = self._codes("constf", VECTOR_REGISTERS)
        self.vector_constant = {r: get(f"constv {names[r]}") for r in VECTOR_REGISTERS}
        self.zero_vector = {r: get(f"zerov {names[r]}").code for r in VECTOR_REGISTERS}
        self.store_constant, self.zero_slots = get("stk"), get("zero")

    def vector_slots(self, slot_bytes: int) -> tuple[Codes, Codes]:
        """Code that loads and stores vector registers from and to slots of a size."""
        return self._wide_slots if slot_bytes == 16 else self._narrow_slots

    @cached_property
    def _narrow_slots(self) -> tuple[Codes, Codes]:
        return self._codes("ldf", VECTOR_REGISTERS), self._codes("stf", VECTOR_REGISTERS)

    @cached_property
    def _wide_slots(self) -> tuple[Codes, Codes]:
        return self._codes("ldv", VECTOR_REGISTERS), self._codes("stv", VECTOR_REGISTERS)

    def _codes(self, name: str, registers: tuple[int, ...]) -> Codes:
        return {r: self.library.get(f"{name} {REGISTER_NAMES[r]}").small for r in registers}


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
