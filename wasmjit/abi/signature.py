"""How values cross between Python and generated code.

Arguments and results share one buffer of 8-byte slots, parameters and results both from its start: i32 and f32 in the
low half of a slot, i64, f64 and references in a slot, v128 in two.

`enter` trampoline, one a signature: `i32 (ptr code, ptr vmctx, ptr buffer, ptr TrapInfo)`, C convention; 0 or TrapCode.
`host` thunk, one a signature: a wasm function (tailcc) whose vmctx is a host context; it spills its parameters into
a buffer, calls `i32 dispatch(ptr host context, ptr buffer)`, and traps with HOST_EXCEPTION if that is not 0; if it is
THROWN, the buffer begins with the address of an exception, which is thrown.
"""

from __future__ import annotations

from struct import Struct

from wasmjit.light import cache
from wasmjit.wasm.types import F32, F64, FUNCREF, I32, I64, V128, ByValType, FuncType

THROWN = 2

LETTER: ByValType[str] = ByValType({I32: "i", I64: "I", F32: "f", F64: "F", V128: "v", FUNCREF: "r"})
SLOT_FORMAT = {"i": "i4x", "I": "q", "f": "f4x", "F": "d", "v": "16s", "r": "Q"}
SLOT_BYTES = {"i": 8, "I": 8, "f": 8, "F": 8, "v": 16, "r": 8}


@cache
def signature_key(type: FuncType) -> str:
    """Types as letters, `iI:f`: what trampolines and thunks are shared by (reference types are all one)."""
    return "".join(LETTER[t] for t in type.params) + ":" + "".join(LETTER[t] for t in type.results)


@cache
def buffer_structs(key: str) -> tuple[Struct, Struct, int]:
    """For a signature key: packer of parameters, unpacker of results, and the buffer's size in bytes (never 0)."""
    params, _, results = key.partition(":")
    pack = Struct("<" + "".join(SLOT_FORMAT[c] for c in params))
    unpack = Struct("<" + "".join(SLOT_FORMAT[c] for c in results))
    return pack, unpack, max(pack.size, unpack.size, 8)
