"""Exception instructions: final (spec 2.4.8) and legacy (proposals/exception-handling/legacy)."""

from __future__ import annotations

from wasmjit import features
from wasmjit.wasm.opcodes._row import op

# fmt: off
op(0x08, "throw", None, "tag", feature=features.EXCEPTIONS)
op(0x0A, "throw_ref", None, feature=features.EXCEPTIONS)
op(0x1F, "try_table", None, "try_table", feature=features.EXCEPTIONS)

op(0x06, "try", None, "block", feature=features.LEGACY_EXCEPTIONS)
op(0x07, "catch", None, "tag", feature=features.LEGACY_EXCEPTIONS)
op(0x09, "rethrow", None, "label", feature=features.LEGACY_EXCEPTIONS)
op(0x18, "delegate", None, "label", feature=features.LEGACY_EXCEPTIONS)
op(0x19, "catch_all", None, feature=features.LEGACY_EXCEPTIONS)
