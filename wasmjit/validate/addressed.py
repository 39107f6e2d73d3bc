"""Memory instructions in modules with 64-bit memories: their operands depend on the memory (spec 3.3.7).

The opcode table has the signatures for 32-bit memories, which nearly all modules have alone; they are checked without
a look at the memory. In other modules the handlers here take the place of those rows.
"""

from __future__ import annotations

from collections.abc import Callable

from wasmjit.light import Any
from wasmjit.validate.checker import Checker, Types, types_of
from wasmjit.validate.registry import HANDLERS, Handler
from wasmjit.wasm.module import Module
from wasmjit.wasm.opcodes import OPCODES, Op
from wasmjit.wasm.types import I32, I64, FuncType, ValType

_MEMORY_OF: dict[str, Callable[[Any], int]] = {
    "memarg": lambda imm: imm[2],
    "memarg_lane": lambda imm: imm[2],
    "memory": lambda imm: imm,
    "data_memory": lambda imm: imm[1],
}
"""The memory that an immediate names, by its shape."""

_WIDE = {
    "memory.size": FuncType((), (I64,)),
    "memory.grow": FuncType((I64,), (I64,)),
    "memory.fill": FuncType((I64, I32, I64), ()),
}
"""Signatures for 64-bit memories of all instructions but those whose first operand alone is an address."""


def has_wide_memory(module: Module) -> bool:
    """Whether a module needs the handlers of this file."""
    return any(memory.address is I64 for memory in module.memories)


def addressed_handlers() -> dict[int, Handler]:
    """The handlers by opcode; each does the whole typing of its instruction."""
    handlers = {row.code: _handler(row) for row in list(OPCODES.values()) if row.imm in _MEMORY_OF}
    copy = next(row for row in OPCODES.values() if row.imm == "memory_memory")
    return {**handlers, copy.code: _copy_handler(HANDLERS[copy.code])}


def _handler(row: Op) -> Handler:
    check_immediate, memory_of = HANDLERS[row.code], _MEMORY_OF[row.imm]
    narrow, wide = _types(row.type or FuncType()), _types(_wide_type(row))

    def validate(check: Checker, imm: object) -> None:
        check_immediate(check, imm)
        address = check.module.memories[memory_of(imm)].address
        check.apply(*(wide if address is I64 else narrow))

    return validate


def _wide_type(row: Op) -> FuncType:
    type = row.type or FuncType()
    return _WIDE.get(row.name) or FuncType((I64, *type.params[1:]), type.results)


def _types(type: FuncType) -> tuple[Types, Types]:
    return types_of(type.params), types_of(type.results)


def _copy_handler(check_immediate: Handler) -> Handler:
    def validate_memory_copy(check: Checker, imm: tuple[int, int]) -> None:
        """Two addresses, and a count that both memories could have."""
        check_immediate(check, imm)
        destination, source = (check.module.memories[memidx].address for memidx in imm)
        check.pop_vals(types_of((destination, source, narrower(destination, source))))

    return validate_memory_copy


def narrower(first: ValType, second: ValType) -> ValType:
    """The type of a count of things that are copied between two address types (spec 3.3.7)."""
    return I64 if first is second is I64 else I32
