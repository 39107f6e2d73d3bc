"""Entries of the cache: files that are there complete or not at all, and that are checked when they are read.

::

    magic "wasmjit" and the format's number, 8 bytes
    sizes of head and tail, 8 bytes each; digest of these and the head, 20 bytes; digest of the tail, 20 bytes
    head, tail

The head is read with the entry, the tail only when it is asked for. A file's name is its kind, a dash and its key.
Writers make a file of their own and rename it, so readers and writers in any number of processes never meet. A file
that does not check out is removed.
"""

from __future__ import annotations

import os

from wasmjit.cache.digest import DIGEST_BYTES, digest
from wasmjit.cache.location import cache_path, is_trusted, usable_directory

MAGIC = b"wasmjit\2"
_SIZE_BYTES = 8
_SIZES_START = len(MAGIC)
_DIGESTS_START = _SIZES_START + 2 * _SIZE_BYTES
HEADER_BYTES = _DIGESTS_START + 2 * DIGEST_BYTES
TEMPORARY = ".tmp-"
_TOUCH_AFTER_S = 3600
_counter = 0


class Entry:
    """An entry that has been opened: its head, and a file that the tail can be read from, whatever happens to it."""

    __slots__ = ("_fd", "_tail_digest", "_tail_size", "head")

    def __init__(self, fd: int, head: memoryview, tail_size: int, tail_digest: bytes) -> None:
        self.head = head
        self._fd = fd
        self._tail_size = tail_size
        self._tail_digest = tail_digest

    def tail(self) -> bytes | None:
        """Contents of the tail; None if they are damaged."""
        start = HEADER_BYTES + len(self.head)
        try:
            data = _read_at(self._fd, self._tail_size, start)
        except OSError:
            return None
        return data if len(data) == self._tail_size and digest(data) == self._tail_digest else None

    def part(self, start: int, size: int) -> bytes:
        """Some bytes of the tail, for a reader who checks them; fewer if it ends before. Raises OSError."""
        return _read_at(self._fd, size, HEADER_BYTES + len(self.head) + start)

    def __del__(self, close: object = os.close) -> None:
        close(self._fd)  # type: ignore[operator]


def open_entry(kind: str, key: str) -> Entry | None:
    """Open an entry; None if it is not there or not to be trusted."""
    directory = usable_directory(cache_path())
    return None if directory is None else open_file(os.path.join(directory, f"{kind}-{key}"))


def read_entry(kind: str, key: str) -> memoryview | None:
    """The head of an entry; None if it is not there or not to be trusted."""
    entry = open_entry(kind, key)
    return None if entry is None else entry.head


def write_entry(kind: str, key: str, head: bytes | memoryview, tail: bytes | memoryview = b"") -> bool:
    """Write an entry, in place of what was there; whether that worked."""
    directory = usable_directory(cache_path(), create=True)
    if directory is None:
        return False
    sizes = len(head).to_bytes(_SIZE_BYTES, "little") + len(tail).to_bytes(_SIZE_BYTES, "little")
    header = MAGIC + sizes + digest(sizes, head) + digest(tail)
    return _replace(directory, f"{kind}-{key}", [header, head, tail])


def open_file(path: str) -> Entry | None:
    """Open a file of the cache. One that is damaged, or that somebody else may have written, is removed."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    entry = None
    try:
        status = os.fstat(fd)
        if is_trusted(status):
            entry = _check(fd, status.st_size)
            _touch(fd, status)
    except OSError:
        pass
    if entry is None:
        os.close(fd)
        _remove(path)
    return entry


def _check(fd: int, file_size: int) -> Entry | None:
    header = os.read(fd, HEADER_BYTES)
    if len(header) < HEADER_BYTES or header[:_SIZES_START] != MAGIC:
        return None
    sizes, digests = header[_SIZES_START:_DIGESTS_START], header[_DIGESTS_START:]
    head_size, tail_size = (int.from_bytes(sizes[i : i + _SIZE_BYTES], "little") for i in (0, _SIZE_BYTES))
    if HEADER_BYTES + head_size + tail_size != file_size:
        return None
    head = _read_at(fd, head_size, HEADER_BYTES)
    if digest(sizes, head) != digests[:DIGEST_BYTES]:
        return None
    return Entry(fd, memoryview(head), tail_size, digests[DIGEST_BYTES:])


def _read_at(fd: int, size: int, start: int) -> bytes:
    data = os.pread(fd, size, start)
    if len(data) < size:  # one call reads up to 2 GiB
        pieces = [data]
        while piece := os.pread(fd, size - len(data), start + sum(map(len, pieces))):
            pieces.append(piece)
        data = b"".join(pieces)
    return data


def _touch(fd: int, status: os.stat_result) -> None:
    """Note that a file is in use, for eviction; not more often than is of use."""
    from time import time

    if time() - status.st_mtime > _TOUCH_AFTER_S:
        try:
            os.utime(fd)
        except OSError:
            return


def _replace(directory: str, name: str, parts: list[bytes | memoryview]) -> bool:
    global _counter
    _counter += 1
    temporary = os.path.join(directory, f"{TEMPORARY}{os.getpid()}-{_counter}-{os.urandom(4).hex()}")
    try:
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError:
        return False
    try:
        try:
            for part in parts:
                _write_all(fd, part)
        finally:
            os.close(fd)
        os.rename(temporary, os.path.join(directory, name))
        return True
    except OSError:
        return False
    finally:
        _remove(temporary)


def _write_all(fd: int, data: bytes | memoryview) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return
