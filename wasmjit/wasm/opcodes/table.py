"""Table instructions (spec 2.4.6, 5.4.5)."""

from __future__ import annotations

from wasmjit import features
from wasmjit.wasm.opcodes._row import op

# fmt: off
op(0x25, "table.get", None, "table", feature=features.REFERENCE_TYPES)
op(0x26, "table.set", None, "table", feature=features.REFERENCE_TYPES)
op(0xFC00C, "table.init", None, "elem_table", feature=features.BULK_MEMORY)
op(0xFC00D, "elem.drop", "->", "elem", feature=features.BULK_MEMORY)
op(0xFC00E, "table.copy", None, "table_table", feature=features.BULK_MEMORY)
op(0xFC00F, "table.grow", None, "table", feature=features.REFERENCE_TYPES)
op(0xFC010, "table.size", None, "table", feature=features.REFERENCE_TYPES)
op(0xFC011, "table.fill", None, "table", feature=features.REFERENCE_TYPES)
