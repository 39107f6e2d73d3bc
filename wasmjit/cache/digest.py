"""Digests: what entries are named by and checked with. `hashlib` would load OpenSSL, which takes milliseconds."""

from __future__ import annotations

try:
    from _blake2 import blake2b
except ImportError:  # an interpreter built without it
    from hashlib import blake2b

DIGEST_BYTES = 20


def digest(*parts: bytes | memoryview) -> bytes:
    """Digest of some parts and of where one ends and the next begins."""
    state = blake2b(digest_size=DIGEST_BYTES)
    for part in parts:
        state.update(len(part).to_bytes(8, "little"))
        state.update(part)
    result: bytes = state.digest()
    return result


def key_of(*parts: str | bytes | memoryview) -> str:
    """A name for what `parts` determine, in hexadecimal."""
    return digest(*[part.encode() if isinstance(part, str) else part for part in parts]).hex()
