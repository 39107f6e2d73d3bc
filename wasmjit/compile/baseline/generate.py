"""Making stencils with LLVM."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from wasmjit.compile.baseline.extract import extract
from wasmjit.compile.baseline.families_control import control, entry_ir
from wasmjit.compile.baseline.families_memory import accesses
from wasmjit.compile.baseline.families_move import moves
from wasmjit.compile.baseline.families_scalar import scalars
from wasmjit.compile.baseline.hole import declarations
from wasmjit.compile.baseline.recipe import Recipe
from wasmjit.compile.baseline.stencil import Stencil
from wasmjit.compile.baseline.stencil_emitter import StencilEmitter, jump_declarations
from wasmjit.compile.baseline.stencil_unit import stencil_unit
from wasmjit.compile.llvm.object import CodegenSettings, compile_ir
from wasmjit.compile.llvm.target import host_target
from wasmjit.compile.lower.emitter import METADATA

Family = Callable[[], Iterator[tuple[str, Recipe]]]

_FAR_CALLS = '!llvm.module.flags = !{!91}\n!91 = !{i32 7, !"RtLibUseGOT", i32 1}\n'
_ATTRIBUTES = 'attributes #0 = { nounwind optsize "frame-pointer"="reserved" }\n'


def scalar_stencils(*, guard: bool) -> dict[str, Stencil]:
    """All that modules without vectors need."""
    recipes = chain(moves(), scalars(), accesses(vectors=False), control())
    entries = entry_ir("entry", memory=True) + entry_ir("entry nomem", memory=False)
    return dict(extract(_compile(recipes, guard=guard, more=entries)))


def _compile(recipes: Iterable[tuple[str, Recipe]], *, guard: bool, more: str) -> bytes:
    target = host_target()
    unit = stencil_unit(guard=guard, target_arch=target.arch, target_features=target.enabled)
    functions: list[str] = []
    for key, recipe in recipes:
        emitter = StencilEmitter(unit)
        recipe(emitter)
        functions.append(emitter.function(key))
    head = [declarations(), jump_declarations(), *[f"{line}\n" for line in unit.declarations]]
    tail = [more, _ATTRIBUTES, METADATA, _FAR_CALLS]
    return compile_ir("".join([*head, *functions, *tail]), CodegenSettings("1"))
