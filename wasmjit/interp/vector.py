"""Vector instructions: calls of the functions in `lanes_*`, which have their names."""

from __future__ import annotations

from typing import Any

from wasmjit.interp.lanes import Function
from wasmjit.interp.lanes_float import FLOAT_LANES
from wasmjit.interp.lanes_integer import INTEGER_LANES
from wasmjit.interp.lanes_move import MOVES
from wasmjit.interp.lanes_relaxed import RELAXED
from wasmjit.interp.memops import address_of
from wasmjit.interp.operand import READS_MEMORY, TRAPS, Operand, combine
from wasmjit.interp.registry import HANDLERS, Handler, bind
from wasmjit.interp.translator import BITS, Translator
from wasmjit.wasm.opcodes import OPCODES, Op
from wasmjit.wasm.types import V128

VECTORS: dict[str, Function] = {**INTEGER_LANES, **FLOAT_LANES, **MOVES, **RELAXED}
"""Global names of translated code, by mnemonic with underscores for dots."""


def _const(t: Translator, value: bytes) -> None:
    t.push(Operand(repr(value)))


def _range(op: Op) -> tuple[int, int]:
    """What an integer result may be."""
    if op.name.endswith("extract_lane_s"):
        return -(1 << 15), (1 << 15) - 1
    bits = BITS.get(op.type.results[0], 0) if op.type and op.type.results else 0
    return 0, (1 << bits) - 1


def _call(op: Op) -> Handler:
    """A call with the operands, then the immediate if there is one."""
    assert op.type is not None
    name, params, (low, high) = op.name.replace(".", "_"), op.type.params, _range(op)

    def translate(t: Translator, imm: Any) -> None:
        operands = t.pop_values(params)
        args = ", ".join(["{}"] * len(operands) + ([] if imm is None else [repr(imm)]))
        t.push(combine(f"{name}({args})", operands, low, high))

    return translate


def _memory_access(op: Op) -> Handler:
    """Memory and address, then the vector and the lane if there are any."""
    assert op.type is not None
    name, takes_vector, loads = op.name.replace(".", "_"), V128 in op.type.params, bool(op.type.results)

    def translate(t: Translator, memarg: tuple[int, ...]) -> None:
        vector = [t.pop()] if takes_vector else []
        lane = [str(memarg[-1])] if op.imm == "memarg_lane" else []
        address, memidx = address_of(t, memarg)
        args = ", ".join([f"m{memidx}", "{}", *["{}"] * len(vector), *lane])
        access = combine(f"{name}({args})", [address, *vector], 0, 0, READS_MEMORY | TRAPS, t.offset)
        if loads:
            t.push(access)
        else:
            t.effect(access.text, READS_MEMORY | TRAPS)

    return translate


def _bind_all() -> None:
    bind("v128.const", _const)
    for code, op in OPCODES.items():
        if op.name.replace(".", "_") in VECTORS and code not in HANDLERS:
            bind(op.name, _memory_access(op) if op.imm.startswith("memarg") else _call(op))


_bind_all()
