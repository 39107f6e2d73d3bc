"""What a store grants its guests at most."""

from __future__ import annotations

from weakref import WeakSet

from wasmjit.errors import LimitError
from wasmjit.record import record


@record
class StoreLimits:
    """Limits of a store; None is no limit but the general ones. They hold for what is created or grows from then on.

    * `memory_bytes`: size of each memory. `memory.grow` gives -1 beyond it.
    * `table_elements`: size of each table. `table.grow` gives -1 beyond it.
    * `instances`, `memories`, `tables`: how many there may be at once, imported ones not counted again.

    Creating what is over a limit raises LimitError.
    """

    memory_bytes: int | None = None
    table_elements: int | None = None
    instances: int | None = None
    memories: int | None = None
    tables: int | None = None

    def __post_init__(self) -> None:
        for name in self.__annotations__:
            value = getattr(self, name)
            if value is not None and value < 0:
                raise ValueError(f"{name} must not be negative")


class Quota:
    """The limits of a store, and what they are counted for."""

    __slots__ = ("_members", "limits")

    def __init__(self, limits: StoreLimits) -> None:
        self.limits = limits
        self._members: dict[str, WeakSet[object]] = {kind: WeakSet() for kind in ("instances", "memories", "tables")}

    def add(self, kind: str, member: object) -> None:
        """Count an object of a kind (`instances`, `memories`, `tables`). Raises LimitError if it is one too many."""
        members = self._members[kind]
        maximum: int | None = getattr(self.limits, kind)
        if maximum is not None and len(members) >= maximum:
            raise LimitError(kind, len(members) + 1, maximum)
        members.add(member)

    def check(self, kind: str, size: int) -> None:
        """Raise LimitError if a size (`memory_bytes`, `table_elements`) is over its limit."""
        if not self.allows(kind, size):
            raise LimitError(kind, size, getattr(self.limits, kind))

    def allows(self, kind: str, size: int) -> bool:
        """Whether a size (`memory_bytes`, `table_elements`) is within its limit."""
        maximum: int | None = getattr(self.limits, kind)
        return maximum is None or size <= maximum
