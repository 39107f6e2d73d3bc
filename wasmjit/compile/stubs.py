"""The stubs of a module's functions (lazy_ir.py says what they do), and its gate before them."""

from __future__ import annotations

import weakref

from wasmjit.compile.arena import Arena, process_arena
from wasmjit.compile.platform import current_platform, mapping
from wasmjit.compile.platform.description import GATE_BYTES, STUB_BYTES
from wasmjit.compile.platform.executable import make_executable
from wasmjit.compile.view import view_of
from wasmjit.words import words


class StubTable:
    """Stubs of `count` functions, in the arena as long as this object lives.

    `gate` is the template, `slots` the address of the function slots, `lazy` that of `wj_lazy`.
    """

    def __init__(self, gate: bytes, slots: int, lazy: int, count: int, *, arena: Arena | None = None) -> None:
        home = arena or process_arena()
        size = mapping.round_to_pages(GATE_BYTES + STUB_BYTES * count)
        data = mapping.round_to_pages(8 * max(count, 1))
        start = home.allocate(size + data)
        weakref.finalize(self, home.release, start, size + data).atexit = False
        mapping.protect(start, size + data, mapping.READ_WRITE)
        view = view_of(start, size)
        ends = words("Q", (slots, lazy)).tobytes()
        view[:GATE_BYTES] = gate[: GATE_BYTES - len(ends)] + ends
        platform = current_platform()
        end = GATE_BYTES + STUB_BYTES * count
        platform.write_stubs(view[GATE_BYTES:end].cast("I"), count, size - GATE_BYTES)
        make_executable(start, size)
        self.first = start + GATE_BYTES
        self.count = count
        unled = self.first + platform.unled_offset
        self._jumps = view_of(start + size, 8 * count).cast("Q")
        self._jumps[:] = words("Q", range(unled, unled + STUB_BYTES * count, STUB_BYTES))

    def lead(self, index: int, code: int) -> None:
        """Let a stub go straight to code, which is faster than by the gate, whose one jump is hard to predict."""
        self._jumps[index] = code

    def addresses(self) -> memoryview:
        """The address of every stub: what the slots begin with."""
        return words("Q", range(self.first, self.first + STUB_BYTES * self.count, STUB_BYTES))

    def stub(self, index: int) -> int:
        """Address of the stub of the module's defined function number `index`."""
        return self.first + STUB_BYTES * index
