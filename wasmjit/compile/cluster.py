"""Which functions are compiled together with one that is called for the first time."""

from __future__ import annotations

from collections.abc import Callable

from wasmjit.binary.code import Body, decode_body
from wasmjit.errors import WasmError
from wasmjit.wasm.module import Module
from wasmjit.wasm.opcodes import CODE_BY_NAME

INLINABLE_BYTES = 200
"""Body of a callee that LLVM may well inline: it is worth compiling with its caller, even a second time."""

TINY_BYTES = 150
"""Body of a callee that is compiled along without optimisation: it costs as much as starting LLVM for once more."""

CLUSTER_BYTES = 8 << 10
"""Bodies of all callees in a unit."""

_CALL = CODE_BY_NAME["call"]


def plan_cluster(module: Module, funcidx: int, *, inlines: bool, is_compiled: Callable[[int], bool]) -> dict[int, Body]:
    """The decoded bodies of a unit: of `funcidx` and of small functions that it calls, directly or by one another.

    `inlines` says whether LLVM is going to inline: then functions that are compiled already take part. Raises what
    decoding raises for `funcidx`; a callee that can't be decoded stays out.
    """
    bodies = {funcidx: decode_body(module, funcidx)}
    pending = [funcidx]
    limit, room = INLINABLE_BYTES if inlines else TINY_BYTES, CLUSTER_BYTES
    while pending:
        for callee in _callees(module, bodies[pending.pop(0)]):
            start, end = module.codes[callee - module.num_imported_funcs]
            size = end - start
            if callee in bodies or size > min(limit, room) or (not inlines and is_compiled(callee)):
                continue
            try:
                bodies[callee] = decode_body(module, callee)
            except WasmError:
                continue
            room -= size
            pending.append(callee)
    return bodies


def _callees(module: Module, body: Body) -> list[int]:
    """Defined functions that a body calls by index, each once, in order. It need not be valid."""
    defined = range(module.num_imported_funcs, module.num_imported_funcs + len(module.codes))
    return [callee for callee in dict.fromkeys(i[1] for i in body.instrs if i[0] == _CALL) if callee in defined]
