"""Lowering: wasm to LLVM IR text, one small function per family of instructions (registry.py says how they bind)."""

from __future__ import annotations

from wasmjit.compile.lower import (  # noqa: F401  (importing binds the handlers)
    array,
    atomic,
    call,
    cast,
    control,
    exception,
    memory,
    numeric,
    reference,
    struct,
    variable,
    vector_arm,
    vector_convert,
    vector_float,
    vector_integer,
    vector_lane,
    vector_memory,
    vector_relaxed,
    vector_x86,
    wide,
)
from wasmjit.compile.lower.unit import Unit

__all__ = ["Unit"]
