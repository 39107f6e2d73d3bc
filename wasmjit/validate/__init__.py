"""Validation: spec ch. 3, with the algorithm of the spec's appendix, driven by the opcode table.

* `module`: everything but function bodies; `constant`: constant expressions.
* `body`: the loop over one body. A plain instruction is typed by its row's signature; `registry` maps the others
  to one small function each, in `control`, `variable`, `table` and `immediate`.
* `checker`: the two stacks, with the names that the spec's algorithm gives their operations.

Errors are `InvalidError` with the message that the official suite asserts, the function and the byte offset;
`LimitError` past an implementation limit.
"""

from __future__ import annotations

from wasmjit.validate.body import validate_body
from wasmjit.validate.module import validate_module
from wasmjit.validate.whole import validate_all

__all__ = ["validate_all", "validate_body", "validate_module"]
