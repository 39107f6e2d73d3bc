"""Where the cache is: a directory that belongs to the user, and that nobody else can write to."""

from __future__ import annotations

import os
import stat

ENVIRONMENT = "WASMJIT_CACHE_DIR"
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def cache_path() -> str | None:
    """The directory's path, whether or not it exists; None if there is to be no cache.

    `WASMJIT_CACHE_DIR` names it, and switches the cache off if it is empty; else it is `wasmjit` in `XDG_CACHE_HOME`
    or in `~/.cache`.
    """
    given = os.environ.get(ENVIRONMENT)
    if given is not None:
        return os.path.abspath(given) if given else None
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(base, "wasmjit") if os.path.isabs(base) else None


def usable_directory(path: str | None, *, create: bool = False) -> str | None:
    """`path` if it is a directory that only this user can write to; None if not. `create` makes it if need be."""
    if path is None:
        return None
    try:
        return path if _is_private(os.stat(path)) else None
    except OSError:
        if not create:
            return None
    try:
        os.makedirs(path, mode=0o700, exist_ok=True)
        return path if _is_private(os.stat(path)) else None
    except OSError:
        return None


def is_trusted(status: os.stat_result) -> bool:
    """Whether a file can only have been written by this user."""
    return stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & _OTHERS_WRITE


def _is_private(status: os.stat_result) -> bool:
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & _OTHERS_WRITE
