"""Sources of random bytes for a guest."""

from __future__ import annotations

import os

from wasmjit.light import Callable

RandomBytes = Callable[[int], bytes]
"""`n -> n random bytes`."""


def random_source(seed: int | None) -> RandomBytes:
    """The host's, or, for reproducible runs, a generator started from `seed`: not for secrets."""
    if seed is None:
        return os.urandom
    from random import Random

    return Random(seed).randbytes
