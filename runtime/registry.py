"""From an address in native hands back to the Python object that it belongs to."""

from __future__ import annotations

import ctypes
from weakref import ref

from wasmjit.light import Callable, Generic, TypeVar

_T = TypeVar("_T")


class _Entry(ref[_T]):
    __slots__ = ("address", "gone")

    address: int
    gone: Callable[[], None] | None


class AddressMap(Generic[_T]):
    """Objects by an address that is theirs as long as they live. The map does not keep them alive.

    The map itself is never given up: while the interpreter ends, finalisers may still call wasm, and who looks for an
    object that is gone has to learn of it. References that are garbage with their objects say nothing.
    """

    __slots__ = ("_forget", "refs")

    def __init__(self) -> None:
        refs: dict[int, _Entry[_T]] = {}
        self.refs = refs
        """Weak references by address, to look up without a call."""

        def forget(entry: ref[_T]) -> None:
            if isinstance(entry, _Entry) and refs.get(entry.address) is entry:
                del refs[entry.address]
                if entry.gone is not None:
                    entry.gone()

        self._forget = forget
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self))

    def add(self, address: int, value: _T, gone: Callable[[], None] | None = None) -> ref[_T]:
        """Enter an object, in place of what was there.

        The reference dies when the object is garbage, and `gone` is called.
        """
        entry = _Entry(value, self._forget)
        entry.address = address
        entry.gone = gone
        self.refs[address] = entry
        return entry

    def find(self, address: int) -> _T | None:
        """The object at an address, None if there is none any more."""
        entry = self.refs.get(address)
        return None if entry is None else entry()
