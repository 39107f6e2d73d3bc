"""What objects of the heap are to the rest of the runtime."""

from __future__ import annotations

from abc import ABC, abstractmethod

from wasmjit.light import TYPE_CHECKING
from wasmjit.wasm.rectypes import DefType

if TYPE_CHECKING:
    from wasmjit.runtime.store import Store


class HeapObject(ABC):
    """A structure or an array of a store, as Python has it."""

    __slots__ = ("__weakref__",)

    deftype: DefType

    @property
    @abstractmethod
    def _store(self) -> Store:
        """The store of the runtime."""

    @property
    @abstractmethod
    def address(self) -> int:
        """The reference. Raises ReferenceError while the object is being collected by Python."""
