"""Parametric and variable instructions (spec 2.4.2, 2.4.3; 5.4.2)."""

from __future__ import annotations

from wasmjit import features
from wasmjit.wasm.opcodes._row import op

# fmt: off
op(0x1A, "drop", None)
op(0x1B, "select", None)
op(0x1C, "select t", None, "types", feature=features.REFERENCE_TYPES)

op(0x20, "local.get", None, "local")
op(0x21, "local.set", None, "local")
op(0x22, "local.tee", None, "local")
op(0x23, "global.get", None, "global", const="mvp")
op(0x24, "global.set", None, "global")
