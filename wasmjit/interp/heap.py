"""Structures and arrays (spec 4.6.6, 4.6.7).

A null reference has no fields and no elements: the AttributeError says which trap that is (`store`). An index that is
out of bounds is an IndexError, so nothing else that raises one shares a line with it.
"""

from __future__ import annotations

from wasmjit.abi.gc import field_bytes
from wasmjit.abi.heapobject import is_packed
from wasmjit.interp.operand import MASKS, PURE, READS_STATE, TRAPS, Operand, combine, masked, signed
from wasmjit.interp.registry import Handler, bind, interprets
from wasmjit.interp.translator import BITS, ZEROS, Translator
from wasmjit.wasm.types import I32, ArrayType, FieldType, StructType, ValType


def _struct(t: Translator, typeidx: int) -> StructType:
    type = t.module.types[typeidx]
    assert isinstance(type, StructType)
    return type


def _element(t: Translator, typeidx: int) -> FieldType:
    type = t.module.types[typeidx]
    assert isinstance(type, ArrayType)
    return type.element


def _bits(type: ValType) -> int:
    """Of an integer as it is kept; 0 for other values."""
    return 8 * field_bytes(type) if is_packed(type) else BITS.get(type, 0)


def _pop(t: Translator, type: ValType) -> Operand:
    """A value as a field has it."""
    operand, bits = t.pop(), _bits(type)
    return masked(operand, bits) if bits else operand


def _pop_all(t: Translator, types: list[ValType]) -> list[Operand]:
    values = [_pop(t, type) for type in reversed(types)]
    values.reverse()
    return values


def _zero(type: ValType) -> str:
    return "0" if is_packed(type) else ZEROS.get(type, "None")


def _extended(operand: Operand, type: ValType, sign: str) -> Operand:
    return signed(operand, _bits(type)) if sign == "s" else operand


def _apart(t: Translator, *operands: Operand) -> list[Operand]:
    """The operands, of which those that may trap have been evaluated."""
    return [t.scratch(operand) if operand.effects & TRAPS else operand for operand in operands]


# --- structures


@interprets("struct.new")
def struct_new(t: Translator, typeidx: int) -> None:
    """A call of the type's class."""
    values = _pop_all(t, [field.type for field in _struct(t, typeidx).fields])
    t.push(combine(f"T{typeidx}({', '.join(['{}'] * len(values))})", values, 0, 0))


@interprets("struct.new_default")
def struct_new_default(t: Translator, typeidx: int) -> None:
    """The same with zeros and nulls."""
    values = ", ".join([_zero(field.type) for field in _struct(t, typeidx).fields])
    t.push(combine(f"T{typeidx}({values})", [], 0, 0))


def _struct_get(sign: str) -> Handler:
    def translate(t: Translator, imm: tuple[int, int]) -> None:
        typeidx, fieldidx = imm
        field = _struct(t, typeidx).fields[fieldidx]
        effects = TRAPS | (READS_STATE if field.mutable else PURE)
        high = MASKS.get(_bits(field.type), 0)
        value = combine(f"{{}}.f{fieldidx}", [t.pop()], 0, high, effects, t.offset)
        t.push(_extended(value, field.type, sign))

    return translate


@interprets("struct.set")
def struct_set(t: Translator, imm: tuple[int, int]) -> None:
    """An assignment. Python evaluates the value before the reference."""
    typeidx, fieldidx = imm
    value = _pop(t, _struct(t, typeidx).fields[fieldidx].type)
    reference, value = _apart(t, t.pop(), value) if value.effects & TRAPS else (t.pop(), value)
    t.effect(f"{reference.text}.f{fieldidx} = {value.text}", READS_STATE | TRAPS)


# --- arrays


@interprets("array.new")
def array_new(t: Translator, typeidx: int) -> None:
    """Equal elements."""
    count = t.pop_value(I32)
    value = _pop(t, _element(t, typeidx).type)
    t.push(combine(f"T{typeidx}.filled({{}}, {{}})", [value, count], 0, 0, TRAPS, t.offset))


@interprets("array.new_default")
def array_new_default(t: Translator, typeidx: int) -> None:
    """Zeros or nulls."""
    zero = _zero(_element(t, typeidx).type)
    t.push(combine(f"T{typeidx}.filled({zero}, {{}})", [t.pop_value(I32)], 0, 0, TRAPS, t.offset))


@interprets("array.new_fixed")
def array_new_fixed(t: Translator, imm: tuple[int, int]) -> None:
    """Elements one by one."""
    typeidx, count = imm
    values = _pop_all(t, [_element(t, typeidx).type] * count)
    t.push(combine(f"T{typeidx}.of([{', '.join(['{}'] * count)}])", values, 0, 0))


def _array_get(sign: str) -> Handler:
    def translate(t: Translator, typeidx: int) -> None:
        type = _element(t, typeidx).type
        index, reference = t.pop_value(I32), t.pop()
        operands = _apart(t, reference, index)
        high = MASKS.get(_bits(type), 0)
        value = combine("{}.elements[{}]", operands, 0, high, READS_STATE | TRAPS, t.offset)
        t.push(_extended(t.scratch(value), type, sign))

    return translate


def _bind_get() -> None:
    for suffix, sign in (("", ""), ("_s", "s"), ("_u", "u")):
        bind(f"struct.get{suffix}", _struct_get(sign))
        bind(f"array.get{suffix}", _array_get(sign))


_bind_get()


@interprets("array.set")
def array_set(t: Translator, typeidx: int) -> None:
    """An assignment. Python evaluates the value first of all."""
    value, index, reference = _pop(t, _element(t, typeidx).type), t.pop_value(I32), t.pop()
    reference, index, value = _apart(t, reference, index, value)
    t.effect(f"{reference.text}.elements[{index.text}] = {value.text}", READS_STATE | TRAPS)


@interprets("array.len")
def array_len(t: Translator, imm: None) -> None:
    """It never changes."""
    t.push(combine("len({}.elements)", [t.pop()], 0, MASKS[32], TRAPS, t.offset))


def _effect(t: Translator, function: str, *operands: Operand | int) -> None:
    texts = [str(operand) if isinstance(operand, int) else operand.text for operand in operands]
    t.effect(f"{function}({', '.join(texts)})", READS_STATE | TRAPS)


@interprets("array.fill")
def array_fill(t: Translator, typeidx: int) -> None:
    """Elements with one value."""
    count, value = t.pop_value(I32), _pop(t, _element(t, typeidx).type)
    start = t.pop_value(I32)
    _effect(t, "array_fill", t.pop(), start, value, count)


@interprets("array.copy")
def array_copy(t: Translator, imm: tuple[int, int]) -> None:
    """From an array to another, or to itself."""
    source_start, count = t.pop_values((I32, I32))
    source = t.pop()
    start = t.pop_value(I32)
    _effect(t, "array_copy", t.pop(), start, source, source_start, count)


@interprets("array.new_data", "array.new_elem")
def array_new_segment(t: Translator, imm: tuple[int, int]) -> None:
    """Elements from a segment, which may have been dropped."""
    typeidx, segmentidx = imm
    function = "array_new_elem" if _element(t, typeidx).type.is_ref else "array_new_data"
    text = f"{function}(T{typeidx}, {segmentidx}, {{}}, {{}})"
    t.push(combine(text, t.pop_values((I32, I32)), 0, 0, READS_STATE | TRAPS, t.offset))


@interprets("array.init_data", "array.init_elem")
def array_init_segment(t: Translator, imm: tuple[int, int]) -> None:
    """Elements from a segment into an array."""
    typeidx, segmentidx = imm
    function = "array_init_elem" if _element(t, typeidx).type.is_ref else "array_init_data"
    operands = t.pop_values((I32, I32, I32))
    _effect(t, function, segmentidx, t.pop(), *operands)
