"""The global variables of an instance's translated code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wasmjit.interp.memory import MemoryInstance


class Namespace:
    """`names` are the variables; the views of memories among them are replaced when those grow."""

    __slots__ = ("__weakref__", "_memories", "names")

    def __init__(self, names: dict[str, Any]) -> None:
        self.names = names
        self._memories: Sequence[MemoryInstance] = ()

    def set_memories(self, memories: Sequence[MemoryInstance]) -> None:
        """The memories of the index space, once they are all there."""
        self._memories = memories
        for memory in memories:
            memory.use(self)
            self.refresh(memory)

    def refresh(self, grown: MemoryInstance) -> None:
        """Take the view of a memory as it is now."""
        for memidx, memory in enumerate(self._memories):
            if memory is grown:
                self.names[f"m{memidx}"] = memory.buffer
