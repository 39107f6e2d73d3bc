"""Tag and exception instances (spec 4.2.8, 4.2.12). A thrown exception is a Python exception."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from wasmjit.abi.traps import TrapCode
from wasmjit.errors import WasmException
from wasmjit.interp.scalars import trap
from wasmjit.wasm.rectypes import DefType, defined_func
from wasmjit.wasm.types import FuncType, TagType

if TYPE_CHECKING:
    from wasmjit.interp.store import Store


class TagInstance:
    """A tag. Exceptions refer to it."""

    __slots__ = ("__weakref__", "deftype", "store", "type")

    kind = "tag"

    def __init__(self, store: Store, type: FuncType, deftype: DefType | None = None) -> None:
        self.store = store
        self.type = TagType(type)
        self.deftype = deftype or defined_func(type)

    @property
    def address(self) -> int:
        """A number that identifies the tag."""
        return id(self)

    def __repr__(self) -> str:
        return f"<TagInstance {self.type}>"


class Thrown(Exception):
    """An exception on its way, and the value of a reference to it. `values` are as translated code has them.

    `target` is the label that a `delegate` has passed it to, which handlers further in let through; -1 for none.
    `error` is the same exception as Python has it, once it has been there.
    """

    def __init__(self, tag: TagInstance, values: Sequence[Any], error: WasmException | None = None) -> None:
        self.tag = tag
        self.values = values
        self.target = -1
        self.error = error


def throw(tag: TagInstance, values: tuple[Any, ...]) -> NoReturn:
    """For `throw`."""
    raise Thrown(tag, values)


def delegate(exception: Thrown, label: int) -> NoReturn:
    """For `delegate`."""
    exception.target = label
    raise exception


def throw_ref(exception: Thrown | None) -> NoReturn:
    """For `throw_ref`. Traps for null."""
    if exception is None:
        raise trap(TrapCode.NULL_EXCEPTION)
    exception.target = -1
    raise exception.with_traceback(None)
