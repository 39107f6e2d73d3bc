"""The module that stencils are lowered for: one of each kind of definition, at offsets that are holes."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from wasmjit.abi.layout import VMLayout
from wasmjit.compile.baseline.hole import Hole
from wasmjit.compile.lower.unit import Unit
from wasmjit.record import replace
from wasmjit.wasm.module import Global, Module
from wasmjit.wasm.rectypes import DefType, SubType, define_group
from wasmjit.wasm.types import FUNCREF, FuncType, GlobalType, Limits, MemType, TableType, ValType

if TYPE_CHECKING:
    from wasmjit.compile.baseline.stencil_emitter import StencilEmitter

_PLAIN = Module(b"", types=[FuncType((), ())], tables=[TableType(Limits(0), FUNCREF)], memories=[MemType(Limits(0))])


class _Holes(VMLayout):
    """Offsets in the VMContext of any module: M of memory 0, G of everything else."""

    def memory(self, memidx: int) -> int:
        return Hole("M")

    def table(self, tableidx: int) -> int:
        return Hole("G")

    def global_(self, globalidx: int) -> int:
        return Hole("G")

    def funcref(self, funcidx: int) -> int:
        return Hole("G")


def stencil_unit(*, guard: bool, target_arch: str, target_features: frozenset[str]) -> Unit:
    """What the stencils of one compilation share."""
    return Unit(
        _PLAIN,
        _Holes(_PLAIN),
        (),
        guard=guard,
        deterministic=True,
        inlines=False,
        target_arch=target_arch,
        target_features=target_features,
    )


def with_global(f: StencilEmitter, type: ValType, *, imported: bool) -> None:
    """Let global 0 be a mutable one of that type."""
    f.module = replace(_PLAIN, globals=[Global(GlobalType(type, True), None)], num_imported_globals=int(imported))


def with_table(f: StencilEmitter, element: ValType) -> None:
    """Let table 0 have elements of that type."""
    f.module = replace(_PLAIN, tables=[TableType(Limits(0), element)] * 2)


def with_function_type(f: StencilEmitter, depth: int | None) -> None:
    """Let all types be function types: final ones, or of that depth and not final."""
    deftype = _deftype(depth)
    f.module = replace(_PLAIN, types=[FuncType((), ())] * 2, deftypes=[deftype] * 2)


@cache
def _deftype(depth: int | None) -> DefType:
    if depth is None:
        return define_group((SubType(FuncType((), ())),), 0)[0]
    above = _deftype(depth - 1) if depth else None
    return define_group((SubType(FuncType((), ()), False, above),), 0)[0]
