"""All instructions: the modules that say what each becomes, loaded for what they register."""

from __future__ import annotations

from wasmjit.interp import (  # noqa: F401
    atomic,
    cast,
    control,
    conversion,
    exception,
    floating,
    heap,
    integer,
    memops,
    reference,
    typed,
    variable,
    vector,
)
