"""Lowering: wasm to LLVM IR text, one small function per family of instructions (registry.py says how they bind)."""

from __future__ import annotations

from wasmjit.compile.lower import call, control, memory, numeric, reference, variable  # noqa: F401  (bind handlers)
from wasmjit.compile.lower.unit import Unit

__all__ = ["Unit"]
