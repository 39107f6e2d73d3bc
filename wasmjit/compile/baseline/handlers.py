"""Which function makes the code of which instruction, and with which stencils: by the opcode table, for one library."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from wasmjit.compile.baseline import access, branches, calls, numeric, variable, vector
from wasmjit.compile.baseline.coder import Coder
from wasmjit.compile.baseline.frame import in_vector_register
from wasmjit.compile.baseline.locations import FA, FB, INTEGERS, MASK_32, REGISTER_NAMES, VECTORS, A, B
from wasmjit.compile.baseline.rows import Binary, binary_row, find
from wasmjit.wasm.opcodes import CODE_BY_NAME, OPCODES, Op

if TYPE_CHECKING:
    from wasmjit.compile.baseline.library import StencilLibrary

Handler: TypeAlias = Callable[[Coder, Any], None]
"""Makes the code of one instruction; the second argument is its immediate."""

PLAIN: dict[str, Handler] = {
    "unreachable": branches.unreachable,
    "nop": branches.nop,
    "block": branches.block,
    "loop": branches.loop,
    "if": branches.if_,
    "else": branches.else_,
    "end": branches.end,
    "br": branches.br,
    "br_if": branches.br_if,
    "br_table": branches.br_table,
    "return": branches.return_,
    "call": calls.call,
    "call_indirect": calls.call_indirect,
    "call_ref": calls.call_ref,
    "drop": variable.drop,
    "select t": variable.select,
    "local.get": variable.local_get,
    "local.set": variable.local_set,
    "local.tee": variable.local_tee,
    "global.get": variable.global_get,
    "global.set": variable.global_set,
    "table.get": variable.table_get,
    "table.size": variable.table_size,
    "i32.const": variable.integer_const,
    "i64.const": variable.integer_const,
    "f32.const": variable.float_const,
    "f64.const": variable.float_const,
    "v128.const": variable.v128_const,
    "ref.null": variable.ref_null,
    "ref.func": variable.ref_func,
    "i8x16.shuffle": vector.shuffle,
}

_COMMUTING = frozenset(("add", "mul", "and", "or", "xor", "eq", "ne"))
_COMPARISONS = frozenset(("eq", "ne", "lt", "gt", "le", "ge"))
_INVERSE = {"eq": "ne", "ne": "eq", "lt": "ge", "ge": "lt", "gt": "le", "le": "gt"}
_SWAPPED = {"eq": "eq", "ne": "ne", "lt": "gt", "gt": "lt", "le": "ge", "ge": "le"}
_BY_COUNT = (".shl", ".shr_s", ".shr_u", ".rotl", ".rotr")
_COUNT_MASKS = {"i32": 31, "i64": 63}
_TRAPPING = ("div_", "rem_", "trunc_f")


def make_handlers(library: StencilLibrary) -> dict[int, Handler]:
    """The handlers of all instructions that have stencils, by opcode."""
    handlers = {CODE_BY_NAME[name]: handler for name, handler in PLAIN.items()}
    for code, op in OPCODES.items():
        handler = handlers.get(code) or _find(library, op)
        if handler is not None:
            handlers[code] = handler
    return handlers


def _find(library: StencilLibrary, op: Op) -> Handler | None:
    kind, _, name = op.name.partition(".")
    if op.type is None or op.name == "i32.eqz":
        return _special(library, op)
    if op.imm == "memarg":
        return _access(library, op)
    if op.imm == "memarg_lane":
        return _lane_access(library, op)
    if kind == "memory":
        return _memory(op)
    if kind in ("i32", "i64", "f32", "f64") and op.imm == "":
        return _scalar(library, op, kind, name)
    return _vector(library, op)


def _special(library: StencilLibrary, op: Op) -> Handler | None:
    if op.name == "i32.eqz":
        return _ignore_immediate(partial(_call_stencil, numeric.is_zero, library.get("i32.eqz A")))
    if op.name == "ref.is_null":
        return _ignore_immediate(partial(_call_unary, library.get("i64.eqz A")))
    return None


def _ignore_immediate(function: Callable[[Coder], None]) -> Handler:
    return lambda c, _: function(c)


def _call_stencil(function: Callable[[Coder, Any], None], stencil: Any, c: Coder) -> None:
    function(c, stencil)


def _call_unary(stencil: Any, c: Coder) -> None:
    numeric.unary(c, stencil, False, False)


# --- scalars


def _scalar(library: StencilLibrary, op: Op, kind: str, name: str) -> Handler | None:
    assert op.type is not None
    base, _, sign = name.partition("_")
    if base in _COMPARISONS and len(op.type.params) == 2:
        return _comparison(library, kind, base, sign)
    from_vector = in_vector_register(op.type.params[0])
    if len(op.type.results) != 1:
        return None  # wide arithmetic
    to_vector = in_vector_register(op.type.results[0])
    traps = name.startswith(_TRAPPING)
    if len(op.type.params) == 1:
        stencil = find(library, f"{op.name} {'FA' if from_vector else 'A'}")
        if stencil is None:
            return None
        function = numeric.trapping_unary if traps else numeric.unary
        return lambda c, _: function(c, stencil, from_vector, to_vector)
    row = _binary(library, op.name, kind, name in _COMMUTING)
    if from_vector:
        return lambda c, _: numeric.vector_binary(c, row)
    binary = numeric.trapping_binary if traps else numeric.integer_binary
    return lambda c, _: binary(c, row)


def _binary(library: StencilLibrary, prefix: str, kind: str, commutes: bool) -> Binary:
    mask = _COUNT_MASKS[kind] if prefix.endswith(_BY_COUNT) else MASK_32
    return binary_row(library, prefix, kind[0] == "f", commutes, mask)


def _comparison(library: StencilLibrary, kind: str, base: str, sign: str) -> Handler:
    def jump(name: str, word: str = "br") -> Binary:
        suffix = f"_{sign}" if sign else ""
        return _binary(library, f"{word} {kind}.{name}{suffix}", kind, False)

    suffix = f"_{sign}" if sign else ""
    value = _binary(library, f"{kind}.{base}{suffix}", kind, base in _COMMUTING)
    if kind[0] == "f":
        if_true, if_false = jump(base), jump(base, "bn")
        floats = numeric.Comparison(value, if_true, if_false, if_true, if_false, numeric.branch_on_vectors)
        return lambda c, _: numeric.compare_vectors(c, floats)
    inverse = _INVERSE[base]
    row = numeric.Comparison(
        value, jump(base), jump(inverse), jump(_SWAPPED[base]), jump(_SWAPPED[inverse]), numeric.branch_on_integers
    )
    return lambda c, _: numeric.compare_integers(c, row)


# --- memory


def _access(library: StencilLibrary, op: Op) -> Handler | None:
    assert op.type is not None
    is_load = bool(op.type.results)
    value = op.type.results[0] if is_load else op.type.params[1]
    in_vector = in_vector_register(value)
    suffix = "" if is_load else ",FA" if in_vector else ",A"
    registers = (A, *INTEGERS) if is_load else (B, *INTEGERS)
    found = {r: find(library, f"{op.name} {REGISTER_NAMES[r]}{suffix}") for r in registers}
    if any(stencil is None for stencil in found.values()):
        return None
    row = access.Access({r: stencil for r, stencil in found.items() if stencil is not None}, in_vector)
    function = access.load if is_load else access.store
    return lambda c, imm: function(c, row, imm)


def _lane_access(library: StencilLibrary, op: Op) -> Handler | None:
    assert op.type is not None
    if find(library, f"{op.name} 0 B,FA") is None:
        return None
    key = f"{op.name} {{lane}} B,FA"
    row = vector.Operands((B, FA), FA if op.type.results else 0, True)
    return lambda c, imm: vector.access_lane(c, key, row, imm)


def _memory(op: Op) -> Handler | None:
    if op.name in ("memory.fill", "memory.copy"):
        return lambda c, imm: access.memory_bulk(c, op.name, imm)
    return {"memory.size": access.memory_size, "memory.grow": access.memory_grow}.get(op.name)


# --- vectors


def _vector(library: StencilLibrary, op: Op) -> Handler | None:
    """An instruction whose operands and result are in fixed registers; lanes are a part of the key."""
    assert op.type is not None
    if op.imm not in ("", "lane"):
        return None
    vectors = iter((FA, FB, VECTORS[5]))
    registers = tuple(next(vectors) if in_vector_register(type) else A for type in op.type.params)
    if registers.count(A) > 1 or len(op.type.results) > 1:
        return None
    names = ",".join(REGISTER_NAMES[r] for r in registers)
    result = 0 if not op.type.results else FA if in_vector_register(op.type.results[0]) else A
    row = vector.Operands(registers, result, False)
    if op.imm == "lane":
        if find(library, f"{op.name} 0 {names}") is None:
            return None
        return lambda c, lane: vector.vector(c, c.context.stencil(f"{op.name} {lane} {names}"), row)
    stencil = find(library, f"{op.name} {names}")
    if stencil is None:
        return None
    return lambda c, _: vector.vector(c, stencil, row)
