"""The frame of a function in baseline code: slots for its locals, then for the operands on its stack.

A slot has 8 bytes, in functions that deal with v128 anywhere 16. Whoever enters optimised code in the middle of a
function (lower/osr.py) finds the locals and operands there.
"""

from __future__ import annotations

from collections.abc import Collection

from wasmjit.binary.code import Body
from wasmjit.wasm.module import Module
from wasmjit.wasm.opcodes import CODE_BY_NAME, PREFIX_SHIFT
from wasmjit.wasm.types import F32, F64, V128, ArrayType, CompositeType, FuncType, ValType

MAX_FRAME_BYTES = 16 << 10
"""A larger frame could step over the guard page of the stack."""

_FIRST_VECTOR = 0xFD << PREFIX_SHIFT
_LAST_VECTOR = _FIRST_VECTOR | (1 << PREFIX_SHIFT) - 1
_CALL, _GLOBAL_GET, _CALL_REF = (CODE_BY_NAME[name] for name in ("call", "global.get", "call_ref"))
_CALL_INDIRECT = CODE_BY_NAME["call_indirect"]
_FIELDS = frozenset(
    code
    for name, code in CODE_BY_NAME.items()
    if name.startswith(("struct.get", "array.get")) or name in ("try_table", "catch")
)
_TYPED = frozenset((_CALL, _GLOBAL_GET, _CALL_REF, _CALL_INDIRECT)) | _FIELDS


def module_has_vectors(module: Module) -> bool:
    """Whether a v128 is among the types of a module and of its globals."""
    return any(map(_mentions_vector, module.types)) or any(glob.type.type is V128 for glob in module.globals)


def _mentions_vector(type: CompositeType) -> bool:
    if isinstance(type, FuncType):
        return _has_vector(type)
    fields = (type.element,) if isinstance(type, ArrayType) else type.fields
    return any(field.type is V128 for field in fields)


def slot_bytes(
    module: Module,
    type: FuncType,
    body: Body,
    *,
    vectors: bool | None = None,
    prefixed: Collection[int] | None = None,
) -> int:
    """Bytes of a slot of a function.

    `vectors` is what `module_has_vectors` says, `prefixed` the opcodes of the body among which those of
    vectors are, if that is known.
    """
    codes = {code for code, _, _ in body.instrs} if prefixed is None else prefixed
    if any(_FIRST_VECTOR <= code <= _LAST_VECTOR for code in codes):
        return 16
    if not (module_has_vectors(module) if vectors is None else vectors):
        return 16 if V128 in body.local_types else 8
    if _has_vector(type) or V128 in body.local_types:
        return 16
    return 16 if any(_yields_vector(module, code, imm) for code, imm, _ in body.instrs if code in _TYPED) else 8


def _yields_vector(module: Module, code: int, imm: object) -> bool:
    """Whether a call or a `global.get` has to do with a v128, and any instruction that gets at fields or payloads."""
    if code in _FIELDS:
        return True
    if isinstance(imm, tuple):
        return _has_vector(module.functype(imm[0]))
    assert isinstance(imm, int)
    if code == _GLOBAL_GET:
        return module.globals[imm].type.type is V128
    return _has_vector(module.func_type(imm) if code == _CALL else module.functype(imm))


def _has_vector(type: FuncType) -> bool:
    return V128 in type.params or V128 in type.results


IN_VECTOR_REGISTERS = frozenset((F32, F64, V128))


def in_vector_register(type: ValType) -> bool:
    """Whether values of a type live in vector registers."""
    return type in IN_VECTOR_REGISTERS
