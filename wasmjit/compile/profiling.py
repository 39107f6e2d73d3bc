"""Names of machine code for profilers and debuggers: every piece is reported when it is loaded (`Config.perf`)."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from wasmjit.binary.names import read_names
from wasmjit.compile.debugger import Debugger, Function, code_file
from wasmjit.compile.frame_info import Frame
from wasmjit.compile.pack import BASELINE, OPTIMIZED
from wasmjit.compile.perf_map import PerfMap
from wasmjit.compile.platform import current_platform
from wasmjit.compile.unwind import Saved, table_frames
from wasmjit.compile.view import view_of
from wasmjit.wasm.module import Module

if TYPE_CHECKING:
    from wasmjit.compile.image import LoadedImage
    from wasmjit.compile.loaded_pack import LoadedPack

_MAX_NAME = 400
_CACHED = {BASELINE: "cache.baseline", OPTIMIZED: "cache"}
_PROLOGUE_BYTES = 4
_SAVES_NOTHING = Saved(16, ())


class _Code(Protocol):
    start: int
    end: int

    def unwind_table(self) -> bytes: ...


class Profiler:
    """Tells `perf` and debuggers of the code of this process, that of modules and that which all modules share."""

    def __init__(self) -> None:
        self._perf = PerfMap()
        self._debugger = Debugger()
        self._lock = threading.RLock()

    @property
    def problems(self) -> list[str]:
        """What does not work, for people."""
        return [problem for problem in (self._perf.problem, self._debugger.problem) if problem]

    def add_object(self, loaded: LoadedImage) -> None:
        """Report code that all modules share."""
        self._add(loaded, [(start, size, f"wasmjit:{name}") for start, size, name in loaded.functions])

    def add_pack(self, loaded: LoadedPack, names: FunctionNames, source: str | None) -> None:
        """Report code of a module. `source` is what made it."""
        pack, base = loaded.pack, loaded.start
        sizes = dict(zip(pack.starts, pack.sizes, strict=True))
        functions = [
            (base + start, sizes[start], names.name(funcidx, _CACHED[rank] if source == "cache" else source))
            for funcidx, start, rank in pack.functions()
        ]
        self._add(loaded, functions)

    def _add(self, code: _Code, functions: list[Function]) -> None:
        if not functions:
            return
        with self._lock:
            self._perf.add(functions)
            platform = current_platform()
            frames = list(_frames(code, functions))
            self._debugger.add(code, code_file(code.start, code.end - code.start, functions, frames, platform))


def _frames(code: _Code, functions: Iterable[Function]) -> Iterable[Frame]:
    saved = table_frames(code.unwind_table())
    for start, size, _ in functions:
        first = bytes(view_of(start, min(size, _PROLOGUE_BYTES)))
        yield Frame(start, size, first, saved.get(start, _SAVES_NOTHING))


class FunctionNames:
    """What profilers are to call the functions of a module: `wasm:module!name[12]:O2`."""

    def __init__(self, module: Module) -> None:
        self._module = module

    @cached_property
    def _prefix(self) -> str:
        name = read_names(self._module).module
        return f"wasm:{name}!" if name else "wasm:"

    @cached_property
    def _names(self) -> dict[int, str]:
        exported = {export.index: export.name for export in self._module.exports if export.kind == "func"}
        return exported | read_names(self._module).functions

    def name(self, funcidx: int, source: str | None) -> str:
        """A function's name, on one line: that of the name section, or of an export, its index, what made its code."""
        name = f"{self._prefix}{self._names.get(funcidx, '')}"[:_MAX_NAME]
        line = "".join(c if c.isprintable() else "?" for c in name)
        return f"{line}[{funcidx}]" + (f":{source}" if source else "")


_profiler: Profiler | None = None
_lock = threading.Lock()


def process_profiler() -> Profiler:
    """The profiler of this process. Made at the first call, it begins with what all modules share."""
    global _profiler
    with _lock:
        if _profiler is None:
            from wasmjit.compile.support import native_support

            _profiler = Profiler()
            native_support().observe(_profiler.add_object)
        return _profiler
