"""Looking at the cache as a whole, for people."""

from __future__ import annotations

import os
from typing import NamedTuple

from wasmjit.cache.entries import TEMPORARY, open_file
from wasmjit.cache.location import cache_path, usable_directory

KINDS = {
    "code": "code of a module",
    "module": "sections of a module",
    "object": "code that modules share",
    "digest": "digest of a large file",
    "start": "modules of the command",
}


class Listed(NamedTuple):
    """A file of the cache: its kind and key, size in bytes, and time of last use in seconds since 1970."""

    kind: str
    key: str
    size_bytes: int
    used: float
    path: str


def list_entries() -> list[Listed]:
    """All files of the cache, those used last first; what writers are at or have left is of kind `temporary`."""
    directory = usable_directory(cache_path())
    found: list[Listed] = []
    for name in [] if directory is None else os.listdir(directory):
        path = os.path.join(directory or "", name)
        try:
            status = os.stat(path, follow_symlinks=False)
        except OSError:
            continue
        kind, _, key = ("temporary", "", name) if name.startswith(TEMPORARY) else name.partition("-")
        found.append(Listed(kind, key, status.st_size, status.st_mtime, path))
    return sorted(found, key=lambda entry: -entry.used)


def verify_entries() -> tuple[int, list[Listed]]:
    """Check every entry completely: how many are whole, and those that were not and are now gone."""
    whole, damaged = 0, []
    for entry in list_entries():
        if entry.kind == "temporary":
            continue
        opened = open_file(entry.path)
        if opened is not None and opened.tail() is not None:
            whole += 1
            continue
        damaged.append(entry)
        remove_entry(entry)
    return whole, damaged


def remove_entry(entry: Listed) -> bool:
    """Remove a file; whether it is gone."""
    try:
        os.unlink(entry.path)
    except OSError:
        return not os.path.lexists(entry.path)
    return True
