"""Functions that call themselves: a small one is inlined into itself once, which halves the number of calls.

LLVM inlines no function into itself, but a copy of it that takes turns with it: each calls the other where the function
calls itself, and the copy is inlined everywhere. Both have the function's debug scope, so backtraces show every call.
"""

from __future__ import annotations

from wasmjit.binary.code import Body
from wasmjit.light import NamedTuple
from wasmjit.wasm.opcodes import CODE_BY_NAME

MAX_INSTRS = 48
"""Of a function: in larger ones a call is a small part, and what they keep in registers no longer fits."""
MAX_SITES = 4
"""How often it may call itself."""

_CALL = CODE_BY_NAME["call"]
_UNSUITABLE = frozenset(code for name, code in CODE_BY_NAME.items() if name.startswith(("return_call", "try")))


class Copy(NamedTuple):
    """The function or its copy: its name, and what it calls for itself."""

    name: str
    callee: str
    is_inlined: bool


def recursive_copies(funcidx: int, body: Body) -> tuple[Copy, ...]:
    """Both of them; nothing for a function that is not recursive, or not suitable."""
    if len(body.instrs) > MAX_INSTRS or any(code in _UNSUITABLE for code, _, _ in body.instrs):
        return ()
    if not 0 < sum(code == _CALL and imm == funcidx for code, imm, _ in body.instrs) <= MAX_SITES:
        return ()
    name, copy = f"@f{funcidx}", f"@f{funcidx}.again"
    return Copy(name, copy, False), Copy(copy, name, True)
