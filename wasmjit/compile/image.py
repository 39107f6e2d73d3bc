"""Objects linked to *images*, as they are kept in the cache: loading one is copying it, and adding addresses.

An image has three parts, as the loader's layout says: text, constants, data. What it refers to outside goes through
its table, so that all that depends on addresses are whole words, as in packs (pack.py).
"""

from __future__ import annotations

import marshal
import weakref
from struct import Struct

from wasmjit.compile.arena import Arena, process_arena
from wasmjit.compile.platform import mapping
from wasmjit.compile.platform.executable import make_executable
from wasmjit.compile.process_symbols import process_symbol
from wasmjit.compile.unwinder import process_unwinder, unwind_table
from wasmjit.compile.view import view_of
from wasmjit.light import Callable

_MARSHAL_VERSION = 4
_MASK = (1 << 64) - 1
_DISTANCE = Struct("<i")
_REACH = (1 << 31) - (64 << 20)


def link_image(data: bytes | memoryview) -> bytes:
    """The image of a relocatable object for this kind of machine. Raises InternalError for one that is damaged."""
    from wasmjit.compile.link import link_parts

    return marshal.dumps(link_parts(data), _MARSHAL_VERSION)


class LoadedImage:
    """An image in memory, ready to be called. Its pages are given back when this is collected.

    `start` and `end` bound it; `symbols` has the addresses of all global symbols that the object defines. What it does
    not define is asked of `resolve`, which returns an address or raises.
    """

    def __init__(
        self,
        saved: bytes | memoryview,
        resolve: Callable[[str], int] = process_symbol,
        *,
        arena: Arena | None = None,
    ) -> None:
        image, text_bytes, data_start, symbols, fixups, calls, self._functions, self._records = marshal.loads(saved)
        size = len(image)
        home = arena or process_arena()
        self.start: int = home.allocate(size) if size else home.start
        self.end = self.start + size
        self.symbols: dict[str, int] = {name: self.start + offset for name, offset in symbols.items()}
        if size:
            weakref.finalize(self, home.release, self.start, size).atexit = False
            if self.start in process_arena():
                unwinder = process_unwinder(process_arena)
                unwinder.add(self)  # of two finalisers the later one runs first
                weakref.finalize(self, unwinder.forget, self.start, size).atexit = False
            mapping.protect(self.start, size, mapping.READ_WRITE)
            view = view_of(self.start, size)
            view[:] = image
            for name, offsets in fixups.items():
                self._fix(view.cast("Q"), offsets, resolve(name) if name else self.start)
            for name, offsets in calls.items():
                self._call(view, offsets, resolve(name))
            self._protect(text_bytes, data_start)

    def _fix(self, words: memoryview, offsets: list[int], address: int) -> None:
        for offset in offsets:
            words[offset >> 3] = words[offset >> 3] + address & _MASK

    def _call(self, view: memoryview, offsets: list[int], address: int) -> None:
        """Let calls lead straight to an address if it is near, as other code of ours is; else through a stub."""
        if abs(address - self.start) < _REACH:
            for offset in offsets:
                _DISTANCE.pack_into(view, offset, address - (self.start + offset + _DISTANCE.size))

    def _protect(self, text_bytes: int, data_start: int) -> None:
        if text_bytes:
            make_executable(self.start, text_bytes)
        if data_start > text_bytes:
            mapping.protect(self.start + text_bytes, data_start - text_bytes, mapping.READ)

    @property
    def functions(self) -> list[tuple[int, int, str]]:
        """Address, size and name of each function, ascending."""
        return [(self.start + start, size, name) for start, size, name in self._functions]

    def unwind_table(self) -> bytes:
        """What unwind_ir.py needs to let exceptions pass."""
        return unwind_table(self.start, [(0, self._records)])
