"""What the code of all functions of a module is made with."""

from __future__ import annotations

from functools import cache

from wasmjit.abi.layout import VMLayout
from wasmjit.compile.baseline.coder import NoStencilError
from wasmjit.compile.baseline.frame import module_has_vectors
from wasmjit.compile.baseline.handlers import Handlers
from wasmjit.compile.baseline.library import StencilLibrary, stencil_library
from wasmjit.compile.baseline.rows import Moves
from wasmjit.compile.plan import resolve_guard
from wasmjit.config import Config
from wasmjit.light import TYPE_CHECKING
from wasmjit.wasm.module import Module
from wasmjit.wasm.types import I32, PAGE_SIZE_LOG2, may_be_host

if TYPE_CHECKING:
    from wasmjit.compile.baseline.calls import Callee
    from wasmjit.compile.baseline.stencil import Stencil
    from wasmjit.compile.baseline.variable import Global


_MAX_OFFSET = (1 << 31) - 1
"""The largest offset of an access that fits into an instruction."""


class Tables:
    """A library, arranged for the compiler."""

    def __init__(self, library: StencilLibrary) -> None:
        self.library = library
        self.moves = Moves(library)
        self.handlers = Handlers(library)


@cache
def _tables(guard: bool) -> Tables:
    return Tables(stencil_library(guard))


class Context:
    """A module with the stencils for it. `counts`: functions and loops count how often they run (`tierup.py`)."""

    def __init__(self, module: Module, layout: VMLayout, *, config: Config, counts: bool) -> None:
        guard = resolve_guard(config)
        tables = _tables(guard)
        get = tables.library.get
        self.module = module
        self.layout = layout
        self.library = tables.library
        self.moves = tables.moves
        self.handlers = tables.handlers
        self.counts = counts
        self.fuel = config.fuel
        self.deterministic = config.relaxed_simd_deterministic
        self.has_vectors = module_has_vectors(module)
        memory = module.memories[0] if module.memories else None
        plain = (
            memory is not None
            and memory.address is I32
            and not memory.shared
            and memory.page_size_log2 == PAGE_SIZE_LOG2
        )
        self.max_memory_offset = _MAX_OFFSET if plain else -1
        """Accesses to memory 0 have stencils up to this offset: none, if it is of another kind than the usual one."""
        self.memory_base = layout.memory(0) if memory is not None else 0  # without one, whatever is there
        self.bounds = () if guard else (self.memory_base,)
        """What accesses need besides their offset."""
        self.host_globals = frozenset(x for x, g in enumerate(module.globals) if may_be_host(g.type.type))
        """Assignments to these are calls."""
        self.callees: dict[int, Callee] = {}
        """Functions that have been called so far."""
        self.globals: dict[int, Global] = {}
        """Globals that have been used so far."""
        self.entry: Stencil = get("entry")
        self.jmp: bytes = get("jmp").code
        self.ret: bytes = get("ret").code
        self.unreachable: Stencil = get("unreachable")
        self.br_table: Stencil = get("br_table A")
        self.jump_if_zero: tuple[bytes, bytes] = get("br A").code, get("bn A").code

    def stencil(self, key: str) -> Stencil:
        """A stencil by its key. Raises NoStencilError."""
        stencil = self.library.find(key)
        if stencil is None:
            raise NoStencilError(key)
        return stencil
