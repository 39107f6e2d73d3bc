"""The parts of a library: stencils that are made, kept and read together."""

from __future__ import annotations

import re

CORE, FLOATS, VECTORS, SIGNATURES = "core", "floats", "vectors", "signatures"

_VECTOR_KEY = re.compile(r"(?:fast )?(?:v128|[if]\d+x\d+)\.")
_FLOAT_KEY = re.compile(r"(?:b[rn] )?(?:f(?:32|64)\.|i(?:32|64)\.\w*f(?:32|64))")


def part_of(key: str) -> str:
    """The part that a key without a signature belongs to: by its instruction, moves are in the core."""
    if _VECTOR_KEY.match(key):
        return VECTORS
    return FLOATS if _FLOAT_KEY.match(key) else CORE
