"""Opcodes of features that are not built: enough to refuse them by the feature's name."""

from __future__ import annotations

from wasmjit import features
from wasmjit.wasm.opcodes._row import PREFIX_SHIFT

FEATURE_BY_CODE: dict[int, str] = {
    0x14: features.FUNCTION_REFERENCES,  # call_ref
    0x15: features.FUNCTION_REFERENCES,  # return_call_ref
    0xD3: features.GC,  # ref.eq
    0xD4: features.FUNCTION_REFERENCES,  # ref.as_non_null
    0xD5: features.FUNCTION_REFERENCES,  # br_on_null
    0xD6: features.FUNCTION_REFERENCES,  # br_on_non_null
    0xE0: features.STACK_SWITCHING,
    0xE1: features.STACK_SWITCHING,
    0xE2: features.STACK_SWITCHING,
    0xE3: features.STACK_SWITCHING,
    0xE4: features.STACK_SWITCHING,
    0xE5: features.STACK_SWITCHING,
    **{0xFB << PREFIX_SHIFT | number: features.GC for number in range(0x20)},
    **{0xFE << PREFIX_SHIFT | number: features.THREADS for number in range(0x50)},
}
