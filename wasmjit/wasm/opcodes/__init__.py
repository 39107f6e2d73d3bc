"""The opcode table: one row an opcode, in one file per section of the spec.

A row is data. The decoder reads the immediates that it names, the validator types by its signature, the printer
uses its mnemonic; the lowering and the interpreter bind small functions to mnemonics.
"""

from __future__ import annotations

from wasmjit.wasm.opcodes import (  # noqa: F401  (they fill the table)
    atomic,
    control,
    exception,
    memory,
    numeric,
    reference,
    table,
    variable,
    vector,
)
from wasmjit.wasm.opcodes._row import OPCODES, PREFIX_SHIFT, Op
from wasmjit.wasm.opcodes.proposed import FEATURE_BY_CODE

CODE_BY_NAME: dict[str, int] = {row.name: code for code, row in OPCODES.items()}

__all__ = ["CODE_BY_NAME", "FEATURE_BY_CODE", "OPCODES", "PREFIX_SHIFT", "Op"]
