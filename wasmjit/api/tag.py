"""Tags of exceptions as users see them."""

from __future__ import annotations

from wasmjit.api.extern import ExternBase
from wasmjit.api.store import Store, runtime_of
from wasmjit.api.tier import new_tag
from wasmjit.api.types import FuncType, ValTypeLike, unwrap_functype
from wasmjit.light import Iterable
from wasmjit.runtime.tag import TagInstance
from wasmjit.wasm.types import TagType


class Tag(ExternBase[TagInstance]):
    """A tag that tells exceptions apart, with the types of the values that they carry: `Tag(store, ["i32"])`.

    Each `Tag` that is made differs from all others. A host function throws with `raise WasmException(tag, values)`.
    """

    __slots__ = ()

    def __init__(self, store: Store, params: Iterable[ValTypeLike] = ()) -> None:
        self._instance = new_tag(runtime_of(store), unwrap_functype(FuncType(params)))

    def __repr__(self) -> str:
        return f"<Tag ({' '.join(type.name for type in self.type.type.params)})>"

    @property
    def type(self) -> TagType:
        """Types of the values."""
        return self._instance.type

    @property
    def _address(self) -> int:
        return self._instance.address


def wrap_tag(instance: TagInstance) -> Tag:
    """The public object for a tag of the runtime."""
    wrapped = Tag.__new__(Tag)
    wrapped._instance = instance
    return wrapped


def unwrap_tag(value: object) -> TagInstance | None:
    """The runtime's tag, None if `value` is no tag."""
    return value._instance if isinstance(value, Tag) else None
