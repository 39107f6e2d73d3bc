"""The guest's descriptor table: numbers to descriptors, the lowest free number first."""

from __future__ import annotations

from wasmjit.runtime.wasi.descriptor import Descriptor, Directory
from wasmjit.runtime.wasi.errno import Errno, WasiError


def default_limit() -> int:
    """Half of the descriptors this process may have: a guest can't leave its host without any."""
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 1 << 16 if soft == resource.RLIM_INFINITY else max(16, min(soft // 2, 1 << 16))


class FdTable:
    """Owns the descriptors in it. Numbers are the guest's and have nothing to do with the host's."""

    __slots__ = ("_entries", "_free", "_limit", "_next")

    def __init__(self, limit: int | None = None) -> None:
        self._entries: dict[int, Descriptor] = {}
        self._free: list[int] = []  # heap of numbers below _next
        self._next = 0
        self._limit = limit

    @property
    def limit(self) -> int:
        """How many descriptors there may be."""
        if self._limit is None:
            self._limit = default_limit()
        return self._limit

    def get(self, fd: int, needed: int = 0) -> Descriptor:
        """The descriptor with that number. EBADF if there is none; without the rights, what its kind answers."""
        entry = self._entries.get(fd)
        if entry is None:
            raise WasiError(Errno.BADF)
        missing = needed & ~entry.base
        if missing:
            entry.refuse(missing)
        return entry

    def directory(self, fd: int, needed: int) -> Directory:
        """The directory with that number. EBADF, ENOTDIR, ENOTCAPABLE, EPERM if it is read-only."""
        entry = self.get(fd, needed)
        if not isinstance(entry, Directory):
            raise WasiError(Errno.NOTDIR)
        return entry

    def reserve(self) -> None:
        """EMFILE if no number is left: asked before something is opened or created for it."""
        if len(self._entries) >= self.limit:
            raise WasiError(Errno.MFILE)

    def add(self, entry: Descriptor) -> int:
        """Give it the lowest free number."""
        if self._free:
            from heapq import heappop

            fd = heappop(self._free)
        else:
            fd = self._next
            self._next += 1
        self._entries[fd] = entry
        return fd

    def _remove(self, fd: int) -> Descriptor:
        entry = self._entries.pop(fd, None)
        if entry is None:
            raise WasiError(Errno.BADF)
        from heapq import heappush

        heappush(self._free, fd)
        return entry

    def close(self, fd: int) -> None:
        """Close one. EBADF, or the host's error; the number is free in any case."""
        self._remove(fd).close()

    def renumber(self, fd: int, to: int) -> None:
        """Move `fd` to the number `to`, closing what was there. EBADF unless both are open."""
        target = self.get(to)
        if self.get(fd) is not target:
            self._entries[to] = self._remove(fd)
            target.close()

    def close_all(self) -> None:
        """Close everything; errors of closing are of no use to anybody any more."""
        while self._entries:
            _, entry = self._entries.popitem()
            try:
                entry.close()
            except OSError:
                continue
        self._free.clear()
        self._next = 0
