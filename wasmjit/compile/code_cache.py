"""The code of one module and configuration on disk: what has been compiled so far, by all processes that used it."""

from __future__ import annotations

import time
from _thread import allocate_lock

from wasmjit.cache.digest import key_of
from wasmjit.cache.entries import open_entry, write_entry
from wasmjit.cache.identity import compiler_identity, cpu_identity
from wasmjit.compile.pack import CodePack, join_packs, load_pack
from wasmjit.compile.statistics import Statistics
from wasmjit.light import Callable

_KIND = "code"
_INTERVAL_S = 1.0
_SHARE = 20
"""A file is written again after so many times as long as writing it has taken."""


class CodeCache:
    """An entry of the cache, to which packs are added; writing is put off until it is worth it, or `flush`."""

    def __init__(
        self, digest: bytes, target_cpu: str | None, settings: str, statistics: Statistics | None = None
    ) -> None:
        """`digest` is the module's; the rest says how it is compiled (plan.py)."""
        self._statistics = statistics or Statistics()
        self._key = key_of(compiler_identity(), target_cpu or cpu_identity(), digest, settings)
        self._pending: list[CodePack] = []
        self._lock = allocate_lock()
        self._evict: Callable[[], None] | None = None
        self._next_flush = time.monotonic() + _INTERVAL_S

    def load(self) -> CodePack | None:
        """What is there; None if that is nothing."""
        watch = self._statistics.watch()
        pack = self._read()
        watch.lap("cache_read")
        self._statistics.count("cache_misses" if pack is None else "cache_hits")
        return pack

    def _read(self) -> CodePack | None:
        entry = open_entry(_KIND, self._key)
        return None if entry is None else load_pack(entry.head, entry.tail)

    def add(self, pack: CodePack) -> None:
        """Note a pack, and write if it is time."""
        self._evict = self._evict or _find_eviction()
        self._pending.append(pack)
        if time.monotonic() >= self._next_flush:
            self.flush()

    def flush(self) -> None:
        """Write what is new to disk, with what other processes have written meanwhile. For finalisers too."""
        if not self._pending or not self._lock.acquire(blocking=False):
            return
        try:
            start = time.monotonic()
            watch = self._statistics.watch()
            packs, self._pending = self._pending, []
            known = self._read()
            pack = join_packs(packs if known is None else [known, *packs])
            if write_entry(_KIND, self._key, *pack.save()) and self._evict is not None:
                self._evict()
            watch.lap("cache_write")
            end = time.monotonic()
            self._next_flush = end + max(_INTERVAL_S, _SHARE * (end - start))
        finally:
            self._lock.release()


def _find_eviction() -> Callable[[], None]:
    """Kept once it is found: at the interpreter's end nothing can be imported any more."""
    from wasmjit.cache.eviction import evict

    return evict
