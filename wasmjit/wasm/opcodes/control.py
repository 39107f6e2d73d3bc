"""Control instructions (spec 2.4.8, 5.4.1)."""

from __future__ import annotations

from wasmjit import features
from wasmjit.wasm.opcodes._row import op

# fmt: off
op(0x00, "unreachable", None)
op(0x01, "nop", "->")
op(0x02, "block", None, "block")
op(0x03, "loop", None, "block")
op(0x04, "if", None, "block")
op(0x05, "else", None)
op(0x0B, "end", None)
op(0x0C, "br", None, "label")
op(0x0D, "br_if", None, "label")
op(0x0E, "br_table", None, "labels")
op(0x0F, "return", None)
op(0x10, "call", None, "func")
op(0x11, "call_indirect", None, "type_table")
op(0x12, "return_call", None, "func", feature=features.TAIL_CALL)
op(0x13, "return_call_indirect", None, "type_table", feature=features.TAIL_CALL)
