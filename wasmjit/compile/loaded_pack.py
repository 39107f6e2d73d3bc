"""A pack in the arena, ready to be called."""

from __future__ import annotations

import weakref
from bisect import bisect_right

from wasmjit.compile.arena import Arena, process_arena
from wasmjit.compile.pack import CodePack
from wasmjit.compile.platform import mapping
from wasmjit.compile.platform.executable import make_executable
from wasmjit.compile.process_symbols import process_symbol
from wasmjit.compile.unwinder import attached_records, process_unwinder, unwind_table
from wasmjit.compile.view import view_of
from wasmjit.light import TYPE_CHECKING

if TYPE_CHECKING:
    from wasmjit.compile.debug import DebugInformation, Places
    from wasmjit.compile.inlines import InlinedCall
    from wasmjit.compile.unwinder import Unwinder

_MASK = (1 << 64) - 1


def _give_back(home: Arena, unwinder: Unwinder | None, start: int, size: int) -> None:
    if unwinder is not None:
        unwinder.forget(start, size)
    home.release(start, size)


class LoadedPack:
    """The code of a pack, mapped as long as this object lives; `start` and `end` bound it.

    Text and constants share pages, which can be read and executed, and never be written to again.
    """

    def __init__(self, pack: CodePack, *, arena: Arena | None = None) -> None:
        home = arena or process_arena()
        size = len(pack.code)
        self.pack = pack
        self.start = home.allocate(size) if size else home.start
        self.end = self.start + size
        self._debug: dict[int, DebugInformation | Places] = {}
        self.resumed: int | None = None
        """The function for whose calls the code goes on, if it does."""
        if size:
            unwinder = process_unwinder(process_arena) if self.start in process_arena() else None
            weakref.finalize(self, _give_back, home, unwinder, self.start, size).atexit = False
            if unwinder is not None:
                unwinder.add(self)
            pages = mapping.round_to_pages(size)
            mapping.protect(self.start, pages, mapping.READ_WRITE)
            view = view_of(self.start, pages)
            view[:size] = pack.code
            self._fix(view.cast("Q"))
            make_executable(self.start, size)

    def _fix(self, words: memoryview) -> None:
        for name, offsets in self.pack.fixups.items():
            target = process_symbol(name) if name else self.start
            for offset in offsets:
                words[offset >> 3] = words[offset >> 3] + target & _MASK

    def unwind_table(self) -> bytes:
        """What unwind_ir.py needs to let exceptions pass."""
        code = self.pack.code
        pieces = ((start, attached_records(code, start, end)) for start, end, _, _ in self.pack.debug_ranges)
        return unwind_table(self.start, pieces)

    def function_at(self, pc: int) -> int | None:
        """Index of the function whose code holds address `pc`."""
        pack, offset = self.pack, pc - self.start
        rank = bisect_right(pack.starts, offset) - 1
        if rank < 0 or offset >= pack.starts[rank] + pack.sizes[rank]:
            return None
        return pack.funcidxs[rank]

    def place_of(self, pc: int) -> tuple[int | None, list[InlinedCall]]:
        """Line of the instruction at `pc`, None if unknown, and the inlined calls it is part of, innermost first."""
        offset = pc - self.start
        from wasmjit.compile.debug import load_debug_information

        found = self.pack.debug_at(offset)
        if found is None:
            return None, []
        start, data = found
        debug = self._debug.get(start)
        if debug is None:
            debug = self._debug[start] = load_debug_information(data)
        return debug.line_at(offset - start), debug.inlined_at(offset - start)
