"""Names of the language's features, as the proposals repository spells them, and which of them are built.

A module that needs a feature outside `SUPPORTED`, or one that the engine has switched off, is refused with
`UnsupportedError(feature)`, never misread.
"""

from __future__ import annotations

from wasmjit.light import Iterable

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

_WASM_1 = frozenset({MUTABLE_GLOBALS})
_WASM_2 = _WASM_1 | {SIGN_EXTENSION, SATURATING_CONVERSIONS, MULTI_VALUE, BULK_MEMORY, REFERENCE_TYPES, SIMD}
_WASM_3 = _WASM_2 | {
    EXTENDED_CONST,
    EXCEPTIONS,
    TAIL_CALL,
    MULTI_MEMORY,
    MEMORY64,
    FUNCTION_REFERENCES,
    GC,
    RELAXED_SIMD,
}

GROUPS: dict[str, frozenset[str]] = {
    "all": SUPPORTED,
    "wasm1": _WASM_1,
    "wasm2": _WASM_2,
    "wasm3": _WASM_3 & SUPPORTED,
}
"""Names for several features at once, in `select_features`."""


def select_features(text: str) -> frozenset[str]:
    """Features by a list like `-simd,-threads` or `wasm1,simd`, in the order of the list; `-` switches off.

    A list that begins with a feature to switch off starts from all, any other from none. Raises ValueError for a name
    that is not known.
    """
    names = [name for name in (part.strip() for part in text.split(",")) if name]
    chosen = SUPPORTED if not names or names[0].startswith("-") else frozenset[str]()
    for name in names:
        group = _group(name.removeprefix("-").removeprefix("+"))
        chosen = chosen - group if name.startswith("-") else chosen | group
    return chosen


def check_features(names: Iterable[str]) -> frozenset[str]:
    """Names of features as a set; a string is a list for `select_features`. Raises ValueError for an unknown name."""
    if isinstance(names, str):
        return select_features(names)
    chosen = frozenset(names)
    for name in sorted(chosen - SUPPORTED):
        _group(name)
    return chosen


def _group(name: str) -> frozenset[str]:
    if name in SUPPORTED:
        return frozenset({name})
    if name not in GROUPS:
        known = ", ".join([*GROUPS, *sorted(SUPPORTED)])
        raise ValueError(f"there is no feature {name!r}; there are {known}")
    return GROUPS[name]
