"""Digests of files that have been seen before: a large file that has not changed need not be read to know its digest.

A file counts as unchanged if it is the same inode with the same size and times, and has been so for a while: a change
right after its digest was taken could leave the same times.
"""

from __future__ import annotations

import os
import time

from wasmjit.cache.digest import DIGEST_BYTES, digest, key_of
from wasmjit.cache.entries import read_entry, write_entry

_KIND = "digest"
_SETTLED_S = 2.0

WORTH_BYTES = 1 << 20
"""Smaller files are read faster than they are looked up."""


def digest_of_file(status: os.stat_result, data: bytes | memoryview) -> bytes:
    """Digest of an open file's contents; `status` is its state, `data` what it has."""
    if len(data) < WORTH_BYTES:
        return digest(data)
    key = key_of(f"{status.st_dev} {status.st_ino} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}")
    known = read_entry(_KIND, key)
    if known is not None and len(known) == DIGEST_BYTES:
        return bytes(known)
    found = digest(data)
    if time.time() - max(status.st_mtime, status.st_ctime) > _SETTLED_S:
        write_entry(_KIND, key, found)
    return found
