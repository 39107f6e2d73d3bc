"""Tag instances (spec 4.2.8): what tells exceptions apart, with the type of their payload."""

from __future__ import annotations

from wasmjit.abi.layout import TAG_BYTES
from wasmjit.light import TYPE_CHECKING
from wasmjit.runtime.raw import Block
from wasmjit.runtime.values import signature_of
from wasmjit.wasm.rectypes import DefType, defined_func
from wasmjit.wasm.types import FuncType, TagType, is_func_ref

if TYPE_CHECKING:
    from wasmjit.runtime.func import FuncInstance
    from wasmjit.runtime.store import Store


class TagInstance:
    """A tag; exceptions refer to it by its `address`.

    Functions in payloads may be of any instance that has the tag: all of them are kept alive with it.
    """

    __slots__ = ("__weakref__", "_block", "_links", "deftype", "exceptions", "signature", "store", "type")

    kind = "tag"

    def __init__(self, store: Store, type: FuncType, deftype: DefType | None = None) -> None:
        self.store = store
        self.type = TagType(type)
        self.deftype = deftype or defined_func(type)
        self.signature = signature_of(type)
        self.exceptions = store.exceptions
        self._block = Block(TAG_BYTES)
        self._links: set[object] = set()
        self.exceptions.tags[self.address] = self

    @property
    def address(self) -> int:
        """What stands for the tag in exceptions and in VMContexts."""
        return self._block.address

    def link(self, user: object) -> None:
        """Keep an instance alive that may throw functions of its own."""
        if any(map(is_func_ref, self.type.type.params)):
            self._links.add(user)

    def keep(self, func: FuncInstance) -> None:
        """Keep a function alive that Python puts into a payload."""
        self._links.add(func.keeper)

    def __del__(self) -> None:
        exceptions = getattr(self, "exceptions", None)
        if exceptions is not None:
            exceptions.outlive(self)

    def __repr__(self) -> str:
        return f"<TagInstance {self.type}>"
