"""The stencils of this process, by key: out of the cache, or made by LLVM where they are not there yet.

They come in parts, each an entry of the cache: what every module needs, what those with floats or vectors need besides,
and what single signatures need, which grows.
"""

from __future__ import annotations

import marshal
import threading
from collections.abc import Callable, Iterable
from functools import cache

from wasmjit.cache.digest import key_of
from wasmjit.cache.entries import read_entry, write_entry
from wasmjit.cache.identity import compiler_identity, cpu_identity
from wasmjit.compile.baseline.library_parts import SIGNATURES, part_of
from wasmjit.compile.baseline.signature_keys import parse_key
from wasmjit.compile.baseline.stencil import Parts, Stencil, join_parts
from wasmjit.compile.unwind import Saved

_KIND = "stencils"
_MARSHAL_VERSION = 4

ENTRY_SAVED = Saved(16, (7, 6, 5, 4, 3))
"""What entries save, and where (unwind.py): rbx, r12 to r15, by their words below the caller's frame."""


class StencilLibrary:
    """All stencils of a mode. `get` raises KeyError for a key that has none."""

    entry_saved = ENTRY_SAVED

    def __init__(self, guard: bool) -> None:
        self._guard = guard
        self._known = _Known(self)
        self._parts: dict[str, dict[str, Parts]] = {}
        self._lock = threading.RLock()
        self.get = self._known.__getitem__

    def find(self, key: str) -> Stencil | None:
        """The stencil of a key, if there is one."""
        try:
            return self.get(key)
        except KeyError:
            return None

    def has(self, key: str) -> bool:
        """Whether the stencil of a key for a signature is there."""
        if key in self._known:
            return True
        with self._lock:
            return key in self._part(SIGNATURES)

    def demand(self, keys: Iterable[str]) -> None:
        """See to it that those of some keys for signatures are there: that is cheaper than one after the other."""
        with self._lock:
            wanted = [key for key in dict.fromkeys(keys) if parse_key(key) and key not in self._part(SIGNATURES)]
            if wanted:
                self._add_signatures(wanted)

    def look_up(self, key: str) -> Stencil:
        """The stencil of a key that has not been asked for yet."""
        with self._lock:
            if parse_key(key) is not None:
                self.demand([key])
                part = SIGNATURES
            else:
                part = part_of(key)
            return join_parts(self._part(part)[key])

    # --- parts

    def _entry(self, name: str) -> str:
        return key_of(compiler_identity(), cpu_identity(), name, "guard" if self._guard else "explicit")

    def _part(self, name: str) -> dict[str, Parts]:
        part = self._parts.get(name)
        if part is None:
            part = self._read(name)
            if part is None:
                part = {} if name == SIGNATURES else self._generate(name)
            self._parts[name] = part
        return part

    def _read(self, name: str) -> dict[str, Parts] | None:
        found = read_entry(_KIND, self._entry(name))
        return None if found is None else marshal.loads(found)

    def _write(self, name: str, part: dict[str, Parts]) -> None:
        write_entry(_KIND, self._entry(name), marshal.dumps(part, _MARSHAL_VERSION))

    def _generate(self, name: str) -> dict[str, Parts]:
        from wasmjit.compile.baseline.generate import fixed_stencils

        part = _make(lambda: fixed_stencils(name, guard=self._guard))
        self._write(name, part)
        return part

    def _add_signatures(self, keys: list[str]) -> None:
        """Others may have added some meanwhile; what is lost where two write at once, is made again."""
        from wasmjit.compile.baseline.generate import signature_stencils

        part = self._part(SIGNATURES)
        part |= _make(lambda: signature_stencils(keys, guard=self._guard))
        self._write(SIGNATURES, (self._read(SIGNATURES) or {}) | part)


def _make(function: Callable[[], dict[str, Stencil]]) -> dict[str, Parts]:
    """What LLVM makes. It wants more stack than there may be: a first call can come from deep in wasm."""
    from wasmjit.compile.worker import run_in_worker

    made: dict[str, Stencil] = {}
    run_in_worker(lambda: made.update(function()))
    return {key: stencil.parts() for key, stencil in made.items()}


class _Known(dict[str, Stencil]):
    """Those that have been asked for; others are looked up."""

    def __init__(self, library: StencilLibrary) -> None:
        super().__init__()
        self._library = library

    def __missing__(self, key: str) -> Stencil:
        found = self[key] = self._library.look_up(key)
        return found


@cache
def stencil_library(guard: bool) -> StencilLibrary:
    """The library of this process for code that leaves bounds of memory to guard pages, or checks them (x86-64)."""
    return StencilLibrary(guard)
