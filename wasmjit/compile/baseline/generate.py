"""Making stencils with LLVM."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from wasmjit.compile.baseline.extract import extract
from wasmjit.compile.baseline.families_control import call_in_registers, control, entry_ir
from wasmjit.compile.baseline.families_memory import accesses
from wasmjit.compile.baseline.families_move import moves
from wasmjit.compile.baseline.families_scalar import scalars
from wasmjit.compile.baseline.families_signature import (
    ENTRY_ATTRIBUTES,
    PROLOGUE,
    call_in_slots,
    signature_entry_ir,
)
from wasmjit.compile.baseline.families_state import state
from wasmjit.compile.baseline.families_vector import vectors
from wasmjit.compile.baseline.hole import declarations
from wasmjit.compile.baseline.library_parts import CORE, part_of
from wasmjit.compile.baseline.recipe import Recipe
from wasmjit.compile.baseline.signature_keys import SignatureKey, parse_key
from wasmjit.compile.baseline.stencil import Stencil
from wasmjit.compile.baseline.stencil_emitter import StencilEmitter, jump_declarations
from wasmjit.compile.baseline.stencil_unit import stencil_unit
from wasmjit.compile.llvm.object import CodegenSettings, compile_ir
from wasmjit.compile.llvm.target import host_target
from wasmjit.compile.lower.emitter import METADATA
from wasmjit.errors import InternalError

_ATTRIBUTES = 'attributes #0 = { nounwind optsize "frame-pointer"="reserved" }\n'
_FAR_CALLS = '!llvm.module.flags = !{!90}\n!90 = !{i32 7, !"RtLibUseGOT", i32 1}\n'


class _Unit:
    """Stencils that are compiled together."""

    def __init__(self, guard: bool) -> None:
        target = host_target()
        self.unit = stencil_unit(guard=guard, target_arch=target.arch, target_features=target.enabled)
        self.functions: list[str] = []

    def add(self, key: str, recipe: Recipe) -> None:
        """Add the stencil that a recipe makes."""
        emitter = StencilEmitter(self.unit)
        recipe(emitter)
        self.functions.append(emitter.function(key))

    def stencils(self) -> dict[str, Stencil]:
        """All stencils by key, but for those that cannot be made for this processor."""
        head = [declarations(), jump_declarations(), *[f"{line}\n" for line in self.unit.declarations]]
        tail = [_ATTRIBUTES, ENTRY_ATTRIBUTES, METADATA, _FAR_CALLS]
        text = "".join([*head, *self.functions, *tail])
        return dict(extract(compile_ir(text, CodegenSettings("1"))))


def recipes() -> Iterator[tuple[str, Recipe]]:
    """All keys that depend on no signature, with what makes their stencils; all but the entry's."""
    return chain(moves(), scalars(), accesses(vectors=False), control(), state(), vectors())


def fixed_stencils(part: str, *, guard: bool) -> dict[str, Stencil]:
    """Those of a part of the library but `SIGNATURES`."""
    unit = _Unit(guard)
    if part == CORE:
        unit.functions.append(entry_ir())
    for key, recipe in recipes():
        if part_of(key) == part:
            unit.add(key, recipe)
    return unit.stencils()


def signature_stencils(keys: Iterable[str], *, guard: bool) -> dict[str, Stencil]:
    """Those of keys that depend on signatures."""
    unit = _Unit(guard)
    for key in keys:
        parsed = parse_key(key)
        assert parsed is not None
        if parsed.kind == "entry":
            unit.functions.append(signature_entry_ir(StencilEmitter(unit.unit), key, parsed))
        elif parsed.slot:
            unit.add(key, _in_slots(parsed))
        else:
            unit.add(key, call_in_registers(parsed.kind, parsed.depth))
    made = unit.stencils()
    for key, stencil in made.items():
        if key.startswith("entry") and not stencil.code.startswith(PROLOGUE):
            raise InternalError(f"{key} saves registers in an unknown way")
    return made


def _in_slots(key: SignatureKey) -> Recipe:
    return lambda f: call_in_slots(f, key)
