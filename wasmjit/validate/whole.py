"""A whole module at once: decode and validate every body."""

from __future__ import annotations

from collections.abc import Callable

from wasmjit.binary import decode_body
from wasmjit.validate.body import validate_body
from wasmjit.validate.module import validate_module
from wasmjit.wasm.module import Module


def validate_all(module: Module, progress: Callable[[int, int], None] | None = None) -> None:
    """Validate the module, then every body, one at a time.

    `progress` is called after each body with the number done and the number of all. Raises what `decode_body`,
    `validate_module` and `validate_body` raise.
    """
    validate_module(module)
    total = len(module.codes)
    for done, funcidx in enumerate(range(module.num_imported_funcs, module.num_imported_funcs + total), 1):
        validate_body(module, funcidx, decode_body(module, funcidx))
        if progress is not None:
            progress(done, total)
