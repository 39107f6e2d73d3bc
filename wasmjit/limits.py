"""Every implementation limit, with its source. Past a limit there is a `LimitError`, never a crash.

Unless a line says otherwise the figures are those of the WebAssembly JavaScript API, appendix "Implementation
Limits", which all browsers share; so a module that runs there runs here.
"""

from __future__ import annotations

from wasmjit.errors import LimitError

PAGE_SIZE = 65536  # spec 2.5.5, bytes

MAX_TYPES = 1_000_000
MAX_FUNCTIONS = 1_000_000
MAX_IMPORTS = 1_000_000
MAX_EXPORTS = 1_000_000
MAX_GLOBALS = 1_000_000
MAX_TAGS = 1_000_000
MAX_DATA_SEGMENTS = 100_000
MAX_ELEMENT_SEGMENTS = 10_000_000
MAX_TABLES = 100_000
MAX_MEMORIES = 100
MAX_PARAMS = 1_000
MAX_RESULTS = 1_000
MAX_FIELDS = 10_000
MAX_SUBTYPING_DEPTH = 63
MAX_ARRAY_OPERANDS = 10_000
MAX_LOCALS = 50_000
MAX_BODY_BYTES = 7_654_321
MAX_SEGMENT_ELEMENTS = 10_000_000
MAX_TABLE_ELEMENTS = 10_000_000
MAX_CATCH_CLAUSES = 10_000  # as V8
MAX_BR_TABLE_TARGETS = 65_520
MAX_MEMORY_PAGES = 65_536  # spec 3.2.4: the whole 32-bit address space
MAX_MEMORY_BYTES = MAX_MEMORY_PAGES * PAGE_SIZE
MAX_MEMORY64_BYTES = 16 << 30  # the JavaScript API's 262,144 pages
MAX_NAME_BYTES = 100_000

# Ours: each guest thread is a thread of Python with an instance; the figure keeps a hostile guest within bounds.
MAX_GUEST_THREADS = 1_000
# Ours: nesting is handled without recursion, so only memory bounds it; the figure keeps a hostile body from
# using gigabytes for control frames.
MAX_NESTING = 100_000
# Ours: validation's operand stack. Calls push up to MAX_RESULTS operands from two bytes of code.
MAX_OPERANDS = 1_000_000


def check_limit(limit: str, value: int, maximum: int) -> None:
    """Raise `LimitError` if `value` is over `maximum`."""
    if value > maximum:
        raise LimitError(limit, value, maximum)
