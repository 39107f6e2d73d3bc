"""Entries of the cache: files that are there complete or not at all, and that are checked when they are read.

::

    magic "wasmjit" and the format's number, 8 bytes    digest of the contents, 20 bytes    4 bytes spare    contents

A file's name is its kind, a dash and its key. Writers make a file of their own and rename it, so readers and writers
in any number of processes never meet. A file that does not check out is removed.
"""

from __future__ import annotations

import os

from wasmjit.cache.digest import DIGEST_BYTES, digest
from wasmjit.cache.location import cache_path, is_trusted, usable_directory

MAGIC = b"wasmjit\1"
HEADER_BYTES = len(MAGIC) + DIGEST_BYTES + 4
TEMPORARY = ".tmp-"
_TOUCH_AFTER_S = 3600
_counter = 0


def read_entry(kind: str, key: str) -> memoryview | None:
    """Contents of an entry; None if it is not there or not to be trusted."""
    directory = usable_directory(cache_path())
    if directory is None:
        return None
    path = os.path.join(directory, f"{kind}-{key}")
    data = _read(path)
    if data is None:
        return None
    contents = check(data)
    if contents is None:
        _remove(path)
    return contents


def write_entry(kind: str, key: str, *parts: bytes | memoryview) -> bool:
    """Write an entry, in place of what was there; whether that worked."""
    directory = usable_directory(cache_path(), create=True)
    if directory is None:
        return False
    contents = b"".join(parts)
    header = MAGIC + digest(contents) + bytes(4)
    return _replace(directory, f"{kind}-{key}", header + contents)


def check(data: bytes) -> memoryview | None:
    """The contents of a file's bytes; None if they are damaged or of another format."""
    contents = memoryview(data)[HEADER_BYTES:]
    if data[: len(MAGIC)] != MAGIC or digest(contents) != data[len(MAGIC) : len(MAGIC) + DIGEST_BYTES]:
        return None
    return contents


def _read(path: str) -> bytes | None:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        status = os.fstat(fd)
        if not is_trusted(status):
            _remove(path)
            return None
        data = _read_all(fd, status.st_size)
        _touch(fd, status)
        return data
    except OSError:
        return None
    finally:
        os.close(fd)


def _read_all(fd: int, size: int) -> bytes:
    data = os.read(fd, size)
    if len(data) < size:  # more than one call reads
        pieces = [data]
        while piece := os.read(fd, size):
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


def _replace(directory: str, name: str, data: bytes) -> bool:
    global _counter
    _counter += 1
    temporary = os.path.join(directory, f"{TEMPORARY}{os.getpid()}-{_counter}-{os.urandom(4).hex()}")
    try:
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError:
        return False
    try:
        try:
            _write_all(fd, data)
        finally:
            os.close(fd)
        os.rename(temporary, os.path.join(directory, name))
        return True
    except OSError:
        return False
    finally:
        _remove(temporary)


def _write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return
