"""Tags of exceptions."""

from __future__ import annotations

from typing import cast

from wasmjit.api.tag import Tag as ApiTag
from wasmjit.compat.wasmtime._error import WasmtimeError
from wasmjit.compat.wasmtime._extern import ExternBase
from wasmjit.compat.wasmtime._store import Storelike
from wasmjit.compat.wasmtime._types import TagType, wrap_extern_type


class Tag(ExternBase):
    """A tag that tells exceptions apart. Each one that is made differs from all others."""

    __slots__ = ()

    _core: ApiTag

    def __init__(self, store: Storelike, ty: TagType) -> None:
        if not isinstance(ty, TagType):
            raise TypeError("expected a TagType")
        home = store._context()
        type = ty.ptr().functype._core
        if type.results:
            raise WasmtimeError("the type of a tag has no results")
        self._core = ApiTag(home._core, type.params)
        self._home = home

    def type(self, store: Storelike) -> TagType:
        """What exceptions with it carry."""
        return cast(TagType, wrap_extern_type(self._in(store).type))

    def eq(self, store: Storelike, other: Tag) -> bool:
        """Whether two stand for the same tag."""
        return bool(self._in(store) == other._in(store))
