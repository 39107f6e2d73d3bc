"""Stencils of vector instructions: operands in FA, FB and x5, and in A; results in FA or A."""

from __future__ import annotations

from collections.abc import Iterator

from wasmjit.compile.baseline.families_memory import accesses, lane_accesses
from wasmjit.compile.baseline.recipe import Recipe, llvm_types, operation, plain_mnemonics, usual_places
from wasmjit.compile.baseline.registers import VECTOR
from wasmjit.compile.baseline.stencil_emitter import StencilEmitter
from wasmjit.wasm.opcodes import OPCODES


def vectors() -> Iterator[tuple[str, Recipe]]:
    """Keys with what makes their stencils. Relaxed instructions have a second one, with `fast` in front."""
    for mnemonic in plain_mnemonics():
        params, results = llvm_types(mnemonic)
        if VECTOR in params + results:
            places = usual_places(params)
            key, recipe = f"{mnemonic} {','.join(places)}", operation(mnemonic, places)
            yield key, recipe
            if ".relaxed_" in mnemonic:
                yield f"fast {key}", _relaxed(recipe)
    for row in OPCODES.values():
        if row.imm == "lane":
            yield from _lanes(row.name)
    yield from accesses(vectors=True)
    yield from lane_accesses()


def _lanes(mnemonic: str) -> Iterator[tuple[str, Recipe]]:
    places = usual_places(llvm_types(mnemonic)[0])
    for lane in range(int(mnemonic.partition(".")[0].partition("x")[2])):
        yield f"{mnemonic} {lane} {','.join(places)}", operation(mnemonic, places, lane)


def _relaxed(recipe: Recipe) -> Recipe:
    """The form that need not give the same results on every machine."""

    def make(f: StencilEmitter) -> None:
        f.unit.deterministic = False
        recipe(f)
        f.unit.deterministic = True

    return make
