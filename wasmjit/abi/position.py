"""Places in a module."""

from __future__ import annotations

from wasmjit.light import NamedTuple


class CodePosition(NamedTuple):
    """Where a machine address is in its module: wasm function and byte offset (None where unknown)."""

    funcidx: int
    offset: int | None
