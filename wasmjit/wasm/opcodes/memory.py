"""Memory instructions (spec 2.4.7, 5.4.6)."""

from __future__ import annotations

from wasmjit import features
from wasmjit.wasm.opcodes._row import op

# fmt: off
op(0x28, "i32.load", "i32 -> i32", "memarg", align=4)
op(0x29, "i64.load", "i32 -> i64", "memarg", align=8)
op(0x2A, "f32.load", "i32 -> f32", "memarg", align=4)
op(0x2B, "f64.load", "i32 -> f64", "memarg", align=8)
op(0x2C, "i32.load8_s", "i32 -> i32", "memarg", align=1)
op(0x2D, "i32.load8_u", "i32 -> i32", "memarg", align=1)
op(0x2E, "i32.load16_s", "i32 -> i32", "memarg", align=2)
op(0x2F, "i32.load16_u", "i32 -> i32", "memarg", align=2)
op(0x30, "i64.load8_s", "i32 -> i64", "memarg", align=1)
op(0x31, "i64.load8_u", "i32 -> i64", "memarg", align=1)
op(0x32, "i64.load16_s", "i32 -> i64", "memarg", align=2)
op(0x33, "i64.load16_u", "i32 -> i64", "memarg", align=2)
op(0x34, "i64.load32_s", "i32 -> i64", "memarg", align=4)
op(0x35, "i64.load32_u", "i32 -> i64", "memarg", align=4)
op(0x36, "i32.store", "i32 i32 ->", "memarg", align=4)
op(0x37, "i64.store", "i32 i64 ->", "memarg", align=8)
op(0x38, "f32.store", "i32 f32 ->", "memarg", align=4)
op(0x39, "f64.store", "i32 f64 ->", "memarg", align=8)
op(0x3A, "i32.store8", "i32 i32 ->", "memarg", align=1)
op(0x3B, "i32.store16", "i32 i32 ->", "memarg", align=2)
op(0x3C, "i64.store8", "i32 i64 ->", "memarg", align=1)
op(0x3D, "i64.store16", "i32 i64 ->", "memarg", align=2)
op(0x3E, "i64.store32", "i32 i64 ->", "memarg", align=4)
op(0x3F, "memory.size", "-> i32", "memory")
op(0x40, "memory.grow", "i32 -> i32", "memory")
op(0xFC008, "memory.init", "i32 i32 i32 ->", "data_memory", feature=features.BULK_MEMORY)
op(0xFC009, "data.drop", "->", "data", feature=features.BULK_MEMORY)
op(0xFC00A, "memory.copy", "i32 i32 i32 ->", "memory_memory", feature=features.BULK_MEMORY)
op(0xFC00B, "memory.fill", "i32 i32 i32 ->", "memory", feature=features.BULK_MEMORY)
