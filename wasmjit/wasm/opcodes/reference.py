"""Reference and aggregate instructions (spec 2.4.5-2.4.6, 5.4.3-5.4.4), and the control instructions on references."""

from __future__ import annotations

from wasmjit.features import FUNCTION_REFERENCES, GC, REFERENCE_TYPES
from wasmjit.wasm.opcodes._row import op

# fmt: off
op(0xD0, "ref.null", None, "ref", feature=REFERENCE_TYPES, const="mvp")
op(0xD1, "ref.is_null", None, feature=REFERENCE_TYPES)
op(0xD2, "ref.func", None, "func", feature=REFERENCE_TYPES, const="mvp")
op(0xD3, "ref.eq", "eqref eqref -> i32", feature=GC)
op(0xD4, "ref.as_non_null", None, feature=FUNCTION_REFERENCES)

op(0x14, "call_ref", None, "type", feature=FUNCTION_REFERENCES)
op(0x15, "return_call_ref", None, "type", feature=FUNCTION_REFERENCES)
op(0xD5, "br_on_null", None, "label", feature=FUNCTION_REFERENCES)
op(0xD6, "br_on_non_null", None, "label", feature=FUNCTION_REFERENCES)
op(0xFB018, "br_on_cast", None, "cast", feature=GC)
op(0xFB019, "br_on_cast_fail", None, "cast", feature=GC)

op(0xFB000, "struct.new", None, "type", feature=GC, const=GC)
op(0xFB001, "struct.new_default", None, "type", feature=GC, const=GC)
op(0xFB002, "struct.get", None, "type_field", feature=GC)
op(0xFB003, "struct.get_s", None, "type_field", feature=GC)
op(0xFB004, "struct.get_u", None, "type_field", feature=GC)
op(0xFB005, "struct.set", None, "type_field", feature=GC)
op(0xFB006, "array.new", None, "type", feature=GC, const=GC)
op(0xFB007, "array.new_default", None, "type", feature=GC, const=GC)
op(0xFB008, "array.new_fixed", None, "type_count", feature=GC, const=GC)
op(0xFB009, "array.new_data", None, "type_data", feature=GC)
op(0xFB00A, "array.new_elem", None, "type_elem", feature=GC)
op(0xFB00B, "array.get", None, "type", feature=GC)
op(0xFB00C, "array.get_s", None, "type", feature=GC)
op(0xFB00D, "array.get_u", None, "type", feature=GC)
op(0xFB00E, "array.set", None, "type", feature=GC)
op(0xFB00F, "array.len", "arrayref -> i32", feature=GC)
op(0xFB010, "array.fill", None, "type", feature=GC)
op(0xFB011, "array.copy", None, "type_type", feature=GC)
op(0xFB012, "array.init_data", None, "type_data", feature=GC)
op(0xFB013, "array.init_elem", None, "type_elem", feature=GC)
op(0xFB014, "ref.test", None, "heap", feature=GC)
op(0xFB015, "ref.test null", None, "heap", feature=GC)
op(0xFB016, "ref.cast", None, "heap", feature=GC)
op(0xFB017, "ref.cast null", None, "heap", feature=GC)
op(0xFB01A, "any.convert_extern", None, feature=GC, const=GC)
op(0xFB01B, "extern.convert_any", None, feature=GC, const=GC)
op(0xFB01C, "ref.i31", None, feature=GC, const=GC)
op(0xFB01D, "i31.get_s", "i31ref -> i32", feature=GC)
op(0xFB01E, "i31.get_u", "i31ref -> i32", feature=GC)
