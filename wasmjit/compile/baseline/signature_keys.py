"""Keys of stencils that depend on a signature: they are made when a module has functions of it."""

from __future__ import annotations

import re

from wasmjit.light import NamedTuple

_KEY = re.compile(r"(entry|call|import|indirect|ref)(8|16)(?: sub (\d+))? ([iIfFvr]*:[iIfFvr]*)")
_SUBTYPES = re.compile(r"call indirect sub (\d+)")


class SignatureKey(NamedTuple):
    """What a key asks for: an entry, or a call of some kind, with values in slots of 8 or 16 bytes.

    `depth` is that of the expected type of a call through a table, None if it is final. `signature` is a key of
    abi/signature.py, "" where arguments and results are in registers.
    """

    kind: str
    slot: int
    depth: int | None
    signature: str


def parse_key(key: str) -> SignatureKey | None:
    """What a key says, None if it is none of this kind."""
    match = _KEY.fullmatch(key)
    if match is not None:
        kind, slot, depth, signature = match.groups()
        return SignatureKey(kind, int(slot), None if depth is None else int(depth), signature)
    deep = _SUBTYPES.fullmatch(key)
    return None if deep is None else SignatureKey("indirect", 0, int(deep[1]), "")
