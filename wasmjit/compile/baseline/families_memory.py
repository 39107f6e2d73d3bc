"""Stencils of loads and stores, of memory 0 with 32-bit addresses."""

from __future__ import annotations

from collections.abc import Iterator

from wasmjit.compile.baseline.hole import Hole
from wasmjit.compile.baseline.recipe import Recipe, llvm_types, result_place
from wasmjit.compile.baseline.registers import CACHE, VECTOR
from wasmjit.compile.baseline.stencil_emitter import StencilEmitter
from wasmjit.wasm.opcodes import OPCODES


def accesses(*, vectors: bool) -> Iterator[tuple[str, Recipe]]:
    """Keys with what makes their stencils: of scalars, or of vectors."""
    for row in OPCODES.values():
        if row.imm != "memarg" or row.type is None or ".atomic." in row.name:
            continue
        params, results = llvm_types(row.name)
        if (VECTOR in params + results) is vectors:
            yield from _accesses(row.name, params[1:])


def _accesses(mnemonic: str, value_types: list[str]) -> Iterator[tuple[str, Recipe]]:
    if not value_types:
        for place in ("A", *CACHE):
            yield f"{mnemonic} {place}", access(mnemonic, (place,))
        return
    value = result_place(value_types[0])
    for place in ("B", *CACHE):
        yield f"{mnemonic} {place},{value}", access(mnemonic, (place, value))


def lane_accesses() -> Iterator[tuple[str, Recipe]]:
    """Those of one lane; the address is in B."""
    for row in OPCODES.values():
        if row.imm == "memarg_lane":
            for lane in range(16 >> row.align_log2):
                yield f"{row.name} {lane} B,FA", access(row.name, ("B", "FA"), lane)


def access(mnemonic: str, places: tuple[str, ...], *imm: int) -> Recipe:
    """An access whose address, and value, are in those places; `imm` is what follows the memory's index."""
    params, results = llvm_types(mnemonic)

    def make(f: StencilEmitter) -> None:
        for place, type in zip(places, params, strict=True):
            f.take(place, type)
        f.lower(mnemonic, (0, Hole("O"), 0, *imm))
        for type in results:
            f.give(result_place(type), type, signed=mnemonic.endswith("_s"))
        f.registers["B"] = "poison"  # checks need a register
        f.go_on()

    return make
