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
        size = GATE_BYTES + STUB_BYTES * count
        start = home.allocate(size)
        weakref.finalize(self, home.release, start, size).atexit = False
        mapping.protect(start, mapping.round_to_pages(size), mapping.READ_WRITE)
        view = view_of(start, size)
        last = words("Q", [slots, lazy]).tobytes()
        view[:GATE_BYTES] = gate[: GATE_BYTES - len(last)] + last
        current_platform().write_stubs(view[GATE_BYTES:].cast("I"), count)
        make_executable(start, size)
        self.first = start + GATE_BYTES
        self.count = count

    def addresses(self) -> memoryview:
        """The address of every stub: what the slots begin with."""
        return words("Q", range(self.first, self.first + STUB_BYTES * self.count, STUB_BYTES))

    def stub(self, index: int) -> int:
        """Address of the stub of the module's defined function number `index`."""
        return self.first + STUB_BYTES * index
