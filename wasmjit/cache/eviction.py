"""The size of the cache is bounded: what has not been used for longest goes first."""

from __future__ import annotations

import os
import time

from wasmjit.cache.entries import TEMPORARY
from wasmjit.cache.location import cache_path, usable_directory

SIZE_ENVIRONMENT = "WASMJIT_CACHE_BYTES"
DEFAULT_BYTES = 2 << 30
_KEPT_SHARE = 0.8
_TEMPORARY_LIFE_S = 3600


def size_limit() -> int:
    """Bytes that the cache may have: `WASMJIT_CACHE_BYTES`, or 2 GiB."""
    text = os.environ.get(SIZE_ENVIRONMENT, "")
    return int(text) if text.isdecimal() else DEFAULT_BYTES


def evict() -> None:
    """Remove the entries used longest ago if there are too many bytes, and what writers that died have left."""
    directory = usable_directory(cache_path())
    if directory is None:
        return
    files = _files(directory)
    total, limit = sum(size for _, size, _ in files), size_limit()
    if total <= limit:
        return
    for _, size, path in sorted(files):
        if total <= limit * _KEPT_SHARE:
            return
        try:
            os.unlink(path)
        except OSError:
            continue
        total -= size


def _files(directory: str) -> list[tuple[float, int, str]]:
    """Time of last use, size and path of every entry. Abandoned files of writers are removed on the way."""
    found: list[tuple[float, int, str]] = []
    oldest = time.time() - _TEMPORARY_LIFE_S
    try:
        with os.scandir(directory) as entries:
            for entry in entries:
                status = entry.stat(follow_symlinks=False)
                if entry.name.startswith(TEMPORARY) and status.st_mtime < oldest:
                    os.unlink(entry.path)
                else:
                    found.append((status.st_mtime, status.st_size, entry.path))
    except OSError:  # somebody else is at it
        return found
    return found
