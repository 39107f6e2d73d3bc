"""Relocatable objects in the arena, with what their debug information tells: to look at generated code."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from functools import cached_property
from operator import itemgetter

from wasmjit.compile.arena import Arena
from wasmjit.compile.elf import ElfObject
from wasmjit.compile.image import LoadedImage, link_image
from wasmjit.compile.layout import Layout, relocations_for
from wasmjit.compile.process_symbols import process_symbol
from wasmjit.light import TYPE_CHECKING

if TYPE_CHECKING:
    from wasmjit.compile.debug import DebugInformation
    from wasmjit.compile.inlines import InlinedCall


class LoadedObject(LoadedImage):
    """An object, linked and loaded; see LoadedImage."""

    def __init__(
        self,
        data: bytes | memoryview,
        resolve: Callable[[str], int] = process_symbol,
        *,
        arena: Arena | None = None,
    ) -> None:
        super().__init__(link_image(data), resolve, arena=arena)
        elf = ElfObject(data)
        self._sections = elf, Layout(elf, relocations_for(elf.machine)).places

    def function_at(self, pc: int) -> str | None:
        """Name of the function whose code holds address `pc`."""
        functions = self.functions
        index = bisect_right(functions, pc, key=itemgetter(0)) - 1
        if index < 0:
            return None
        start, size, name = functions[index]
        return name if pc < start + size else None

    def line_at(self, pc: int) -> int | None:
        """Line of the instruction that holds address `pc`, None where it has none."""
        return self._debug.line_at(pc - self.start)

    def inlined_at(self, pc: int) -> list[InlinedCall]:
        """The inlined calls that the instruction that holds address `pc` is part of, innermost first."""
        return self._debug.inlined_at(pc - self.start)

    @cached_property
    def _debug(self) -> DebugInformation:
        from wasmjit.compile.debug import DebugInformation
        from wasmjit.compile.debug_section import debug_sections

        return DebugInformation(debug_sections(*self._sections))
