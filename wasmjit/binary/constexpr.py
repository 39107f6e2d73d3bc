"""Constant expressions (spec 5.4.9).

Any expression is well-formed here; that its instructions are constant is for validation to say. So they go through
the loop of function bodies, except the commonest ones, which are a single instruction long.
"""

from __future__ import annotations

from wasmjit.binary.code import UnendedError, decode_instrs
from wasmjit.binary.immediates import READER_BY_CODE
from wasmjit.binary.reader import Reader
from wasmjit.limits import MAX_BODY_BYTES, check_limit
from wasmjit.wasm.module import ConstExpr, Instr
from wasmjit.wasm.opcodes import CODE_BY_NAME

_COMMON = frozenset(CODE_BY_NAME[name] for name in ("i32.const", "ref.func", "ref.null", "global.get"))
_END = CODE_BY_NAME["end"]


def decode_constexpr(r: Reader) -> ConstExpr:
    """A constant expression, without its final `end`. IndexError at the end of the data."""
    data, start = r.data, r.pos
    code = data[start]
    if code in _COMMON:
        imm, pos = READER_BY_CODE[code](data, start + 1)
        if pos < r.end and data[pos] == _END:
            r.pos = pos + 1
            return (Instr(code, imm, start),)
    try:
        instrs, r.pos = decode_instrs(data, start, min(start + MAX_BODY_BYTES, r.end))
    except UnendedError:
        check_limit("bytes of a constant expression", r.end - start, MAX_BODY_BYTES)
        raise
    return tuple([Instr(*instr) for instr in instrs[:-1]])
