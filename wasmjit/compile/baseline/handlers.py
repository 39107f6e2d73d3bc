"""Which function makes the code of which instruction, and with which stencils: by the opcode table, for one library."""

from __future__ import annotations

from wasmjit.compile.baseline import access, branches, bulk, calls, numeric, variable, vector
from wasmjit.compile.baseline.coder import Handler, NoStencilError
from wasmjit.compile.baseline.frame import in_vector_register
from wasmjit.compile.baseline.locations import FA, FB, INTEGERS, MASK_32, REGISTER_NAMES, VECTORS, A, B
from wasmjit.compile.baseline.rows import Binary, binary_row
from wasmjit.light import TYPE_CHECKING
from wasmjit.wasm.opcodes import CODE_BY_NAME, OPCODES, PREFIX_SHIFT, Op

if TYPE_CHECKING:
    from wasmjit.compile.baseline.library import StencilLibrary

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
    "table.get": bulk.table_get,
    "table.set": bulk.table_set,
    "table.size": bulk.table_size,
    "table.grow": bulk.table_grow,
    "table.fill": bulk.table_fill,
    "table.copy": bulk.table_copy,
    "table.init": bulk.table_init,
    "elem.drop": bulk.drop_segment("elem.drop"),
    "memory.size": access.memory_size,
    "memory.grow": bulk.memory_grow,
    "memory.fill": bulk.memory_fill,
    "memory.copy": bulk.memory_copy,
    "memory.init": bulk.memory_init,
    "data.drop": bulk.drop_segment("data.drop"),
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
_ATOMIC = frozenset(code for code in OPCODES if code >> PREFIX_SHIFT == 0xFE)
_TRAPPING = ("div_", "rem_", "trunc_f")


class Handlers(dict[int, Handler]):
    """The handlers of one library by opcode, made when they are asked for.

    Raises NoStencilError where there is none.
    """

    def __init__(self, library: StencilLibrary) -> None:
        super().__init__({CODE_BY_NAME[name]: handler for name, handler in PLAIN.items()})
        self._library = library

    def __missing__(self, code: int) -> Handler:
        handler = _find(self._library, OPCODES[code])
        if handler is None:
            raise NoStencilError(OPCODES[code].name)
        self[code] = handler
        return handler


def _find(library: StencilLibrary, op: Op) -> Handler | None:
    kind, _, name = op.name.partition(".")
    if op.type is None or op.name == "i32.eqz":
        return _special(library, op)
    if op.code in _ATOMIC:
        return None
    if op.imm == "memarg":
        return _access(library, op)
    if op.imm == "memarg_lane":
        return _lane_access(op)
    if kind in ("i32", "i64", "f32", "f64") and op.imm == "":
        return _scalar(library, op, kind, name)
    return _vector(op)


def _special(library: StencilLibrary, op: Op) -> Handler | None:
    if op.name == "i32.eqz":
        eqz = library.get("i32.eqz A")
        return lambda c, _: numeric.is_zero(c, eqz)
    if op.name == "ref.is_null":
        is_null = library.get("i64.eqz A")
        return lambda c, _: numeric.unary(c, is_null, False, False)
    return None


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
        stencil = library.find(f"{op.name} {'FA' if from_vector else 'A'}")
        if stencil is None:
            return None
        function = numeric.trapping_unary if traps else numeric.unary
        return lambda c, _: function(c, stencil, from_vector, to_vector)
    row = _binary(library, op.name, kind, name in _COMMUTING)
    if from_vector:
        return numeric.vector_binary(row)
    return numeric.trapping_binary(row) if traps else numeric.integer_binary(row)


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
        return numeric.compare_vectors(floats)
    inverse = _INVERSE[base]
    row = numeric.Comparison(
        value, jump(base), jump(inverse), jump(_SWAPPED[base]), jump(_SWAPPED[inverse]), numeric.branch_on_integers
    )
    return numeric.compare_integers(row)


# --- memory


def _access(library: StencilLibrary, op: Op) -> Handler:
    assert op.type is not None
    is_load = bool(op.type.results)
    value = op.type.results[0] if is_load else op.type.params[1]
    in_vector = in_vector_register(value)
    suffix = "" if is_load else ",FA" if in_vector else ",A"
    registers = (A, *INTEGERS) if is_load else (B, *INTEGERS)
    addresses = {r: library.get(f"{op.name} {REGISTER_NAMES[r]}{suffix}") for r in registers}
    return access.load(addresses, in_vector) if is_load else access.store(addresses, in_vector)


def _lane_access(op: Op) -> Handler:
    assert op.type is not None
    row = vector.Operands((B, FA), FA if op.type.results else 0)
    return lambda c, imm: vector.access_lane(c, f"{op.name} {imm[3]} B,FA", row, imm)


# --- vectors


def _vector(op: Op) -> Handler | None:
    """An instruction whose operands and result are in fixed registers; lanes are a part of the key."""
    assert op.type is not None
    vectors = iter((FA, FB, VECTORS[5]))
    registers = tuple(next(vectors) if in_vector_register(type) else A for type in op.type.params)
    if op.imm not in ("", "lane") or registers.count(A) > 1 or len(op.type.results) > 1:
        return None
    names = ",".join(REGISTER_NAMES[r] for r in registers)
    result = 0 if not op.type.results else FA if in_vector_register(op.type.results[0]) else A
    row = vector.Operands(registers, result)
    if op.imm == "lane":
        return lambda c, lane: vector.vector(c, f"{op.name} {lane} {names}", row)
    key = f"{op.name} {names}"
    if ".relaxed_" in op.name:
        return lambda c, _: vector.vector(c, key if c.context.deterministic else f"fast {key}", row)
    return lambda c, _: vector.vector(c, key, row)
