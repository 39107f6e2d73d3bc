"""The stencils of this process, by key."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from wasmjit.compile.unwind import Saved

ENTRY_SAVED = Saved(16, (7, 6, 5, 4, 3))
"""What entries save, and where (unwind.py): rbx, r12 to r15, by their words below the caller's frame."""


class StencilLibrary:
    """All stencils of a mode."""

    entry_saved = ENTRY_SAVED

    def __init__(self, guard: bool) -> None:
        from wasmjit.compile.baseline.generate import scalar_stencils

        self._guard = guard
        self._stencils = scalar_stencils(guard=guard)
        self.get = self._stencils.__getitem__

    def demand(self, keys: Iterable[str]) -> None:
        """Make the stencils of these keys, where they are not there yet."""


@cache
def stencil_library(guard: bool) -> StencilLibrary:
    """The library of this process for code that leaves bounds of memory to guard pages, or checks them."""
    return StencilLibrary(guard)
