"""Opcodes of features that are not built: enough to refuse them by the feature's name."""

from __future__ import annotations

from wasmjit import features

FEATURE_BY_CODE: dict[int, str] = {
    0xE0: features.STACK_SWITCHING,
    0xE1: features.STACK_SWITCHING,
    0xE2: features.STACK_SWITCHING,
    0xE3: features.STACK_SWITCHING,
    0xE4: features.STACK_SWITCHING,
    0xE5: features.STACK_SWITCHING,
}
