"""Names of the language's features, as the proposals repository spells them, and which of them are built.

A module that needs a feature outside `SUPPORTED` is refused with `UnsupportedError(feature)`, never misread.
"""

from __future__ import annotations

MUTABLE_GLOBALS = "mutable-globals"
SIGN_EXTENSION = "sign-extension"
SATURATING_CONVERSIONS = "saturating-float-to-int"
MULTI_VALUE = "multi-value"
BULK_MEMORY = "bulk-memory"
REFERENCE_TYPES = "reference-types"
SIMD = "simd"
EXTENDED_CONST = "extended-const"

EXCEPTIONS = "exception-handling"
LEGACY_EXCEPTIONS = "legacy-exceptions"
TAIL_CALL = "tail-call"
MULTI_MEMORY = "multi-memory"
MEMORY64 = "memory64"
FUNCTION_REFERENCES = "function-references"
GC = "gc"
RELAXED_SIMD = "relaxed-simd"
THREADS = "threads"
STACK_SWITCHING = "stack-switching"
WIDE_ARITHMETIC = "wide-arithmetic"
CUSTOM_PAGE_SIZES = "custom-page-sizes"
CUSTOM_DESCRIPTORS = "custom-descriptors"
COMPONENT_MODEL = "component-model"

SUPPORTED = frozenset(
    {
        MUTABLE_GLOBALS,
        SIGN_EXTENSION,
        SATURATING_CONVERSIONS,
        MULTI_VALUE,
        BULK_MEMORY,
        REFERENCE_TYPES,
        SIMD,
        EXTENDED_CONST,
        FUNCTION_REFERENCES,
        GC,
        MULTI_MEMORY,
        MEMORY64,
        RELAXED_SIMD,
        WIDE_ARITHMETIC,
        THREADS,
        CUSTOM_PAGE_SIZES,
        TAIL_CALL,
        EXCEPTIONS,
        LEGACY_EXCEPTIONS,
    }
)
