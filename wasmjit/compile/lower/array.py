"""Arrays (spec 4.6.7)."""

from __future__ import annotations

from wasmjit.abi import gc, layout
from wasmjit.abi.libcalls import Libcall
from wasmjit.abi.traps import TrapCode
from wasmjit.compile.lower.emitter import CONTEXT_ACCESS, Emitter
from wasmjit.compile.lower.heap import (
    HEADER_ACCESS,
    Allocation,
    field_pointer,
    hold,
    load_field,
    native,
    not_null,
    store_field,
)
from wasmjit.compile.lower.registry import lowers
from wasmjit.compile.lower.subtype import type_info
from wasmjit.compile.lower.types import LLVM_TYPE, ZERO
from wasmjit.wasm.types import F32, F64, I64, V128, ArrayType, ValType, unpacked

_MEMCPY = "declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)"
_MEMMOVE = "declare void @llvm.memmove.p0.p0.i64(ptr, ptr, i64, i1)"


def _array(f: Emitter, typeidx: int) -> ArrayType:
    type = f.module.types[typeidx]
    assert isinstance(type, ArrayType)
    return type


def _length(f: Emitter, reference: str) -> str:
    """The length of an array that is not null, as i32."""
    pointer = field_pointer(f, reference, gc.ARRAY_LENGTH)
    return f.emit(f"load i32, ptr {pointer}, align 8{HEADER_ACCESS}")


def _pop_array(f: Emitter) -> str:
    return not_null(f, f.pop(), TrapCode.NULL_ARRAY_REFERENCE)


def _at(f: Emitter, type: ArrayType, reference: str, index: str) -> str:
    """Pointer to an element; the i64 index is in bounds."""
    elements = field_pointer(f, reference, gc.ARRAY_ELEMENTS)
    return f.emit(f"getelementptr i8, ptr {elements}, i64 {f.emit(f'shl i64 {index}, {gc.element_log2(type)}')}")


def _element(f: Emitter, type: ArrayType, index: str) -> str:
    """Pop the array; pointer to the element at the i32 index, checked."""
    reference = _pop_array(f)
    f.trap_if(f.emit(f"icmp uge i32 {index}, {_length(f, reference)}"), TrapCode.ARRAY_OUT_OF_BOUNDS)
    return _at(f, type, reference, f.widen(index))


def _range(f: Emitter, type: ArrayType, reference: str, start: str, count: str) -> str:
    """Pointer to the first of `count` elements; all i64, checked."""
    end = f.emit(f"add i64 {start}, {count}")
    f.trap_if(f.emit(f"icmp ugt i64 {end}, {f.widen(_length(f, reference))}"), TrapCode.ARRAY_OUT_OF_BOUNDS)
    return _at(f, type, reference, start)


# --- elements


def _get(f: Emitter, typeidx: int, extension: str) -> None:
    type = _array(f, typeidx)
    load_field(f, type.element.type, _element(f, type, f.pop()), extension)


@lowers("array.get")
def lower_array_get(f: Emitter, typeidx: int) -> None:
    """Null, bounds, then a load."""
    _get(f, typeidx, "")


@lowers("array.get_s")
def lower_array_get_s(f: Emitter, typeidx: int) -> None:
    """Null, bounds, then a load with the sign."""
    _get(f, typeidx, "sext")


@lowers("array.get_u")
def lower_array_get_u(f: Emitter, typeidx: int) -> None:
    """Null, bounds, then a load without a sign."""
    _get(f, typeidx, "zext")


@lowers("array.set")
def lower_array_set(f: Emitter, typeidx: int) -> None:
    """Null, bounds, then a store."""
    type = _array(f, typeidx)
    value, index = f.pop(), f.pop()
    store_field(f, type.element.type, value, _element(f, type, index))


@lowers("array.len")
def lower_array_len(f: Emitter, imm: None) -> None:
    """Null, then a load."""
    f.push(_length(f, _pop_array(f)))


# --- many elements


def _bits(f: Emitter, type: ValType, value: str) -> tuple[str, str]:
    """A value as two i64, low half first."""
    if type is V128:
        low, high = (f.emit(f"extractelement <2 x i64> {value}, i32 {half}") for half in (0, 1))
        return low, high
    llvm = LLVM_TYPE[type]
    if type.is_ref:
        return f.emit(f"ptrtoint ptr {value} to i64"), "0"
    if type is F32 or type is F64:
        bits = "i32" if type is F32 else "i64"
        value, llvm = f.emit(f"bitcast {llvm} {value} to {bits}"), bits
    return (value if type is I64 or llvm == "i64" else f.emit(f"zext i32 {value} to i64")), "0"


def _fill(f: Emitter, type: ArrayType, value: str, at: str, count: str) -> None:
    element = type.element.type
    low, high = _bits(f, unpacked(element), value)
    code = native(f, Libcall.GC_FILL)
    f.line(f"call void {code}(ptr {at}, i64 {count}, i64 {gc.element_log2(type)}, i64 {low}, i64 {high})")
    if value != "null":
        hold(f, element, at, count)


def _copy(f: Emitter, type: ArrayType, to: str, source: str, count: str) -> None:
    """Copy elements from a segment, which does not overlap."""
    f.declare(_MEMCPY)
    size = f.emit(f"shl i64 {count}, {gc.element_log2(type)}")
    f.line(f"call void @llvm.memcpy.p0.p0.i64(ptr {to}, ptr {source}, i64 {size}, i1 false)")
    hold(f, type.element.type, to, count)


@lowers("array.fill")
def lower_array_fill(f: Emitter, typeidx: int) -> None:
    """Null, bounds, then a loop."""
    type = _array(f, typeidx)
    count, value, start = f.widen(f.pop()), f.pop(), f.widen(f.pop())
    _fill(f, type, value, _range(f, type, _pop_array(f), start, count), count)


@lowers("array.copy")
def lower_array_copy(f: Emitter, imm: tuple[int, int]) -> None:
    """Both arrays may be the same one."""
    type, source_type = _array(f, imm[0]), _array(f, imm[1])
    count, source_start, source_array = f.widen(f.pop()), f.widen(f.pop()), f.pop()
    start, array = f.widen(f.pop()), _pop_array(f)
    not_null(f, source_array, TrapCode.NULL_ARRAY_REFERENCE)
    to = _range(f, type, array, start, count)
    source = _range(f, source_type, source_array, source_start, count)
    f.declare(_MEMMOVE)
    size = f.emit(f"shl i64 {count}, {gc.element_log2(type)}")
    f.line(f"call void @llvm.memmove.p0.p0.i64(ptr {to}, ptr {source}, i64 {size}, i1 false)")


# --- new arrays


def _new(f: Emitter, typeidx: int, count: str) -> str:
    """An array whose elements are not set, but for references, which are null."""
    info = f.emit(f"inttoptr i64 {type_info(f, typeidx)} to ptr")
    log2 = gc.element_log2(_array(f, typeidx))
    code = native(f, Libcall.GC_ARRAY)
    return f.emit(f"call ptr {code}(ptr %c, ptr {info}, i64 {count}, i64 {log2}){f.location()}")


def _elements(f: Emitter, reference: str) -> str:
    return field_pointer(f, reference, gc.ARRAY_ELEMENTS)


@lowers("array.new")
def lower_array_new(f: Emitter, typeidx: int) -> None:
    """Allocate and fill."""
    count, value = f.widen(f.pop()), f.pop()
    made = _new(f, typeidx, count)
    _fill(f, _array(f, typeidx), value, _elements(f, made), count)
    f.push(made)


@lowers("array.new_default")
def lower_array_new_default(f: Emitter, typeidx: int) -> None:
    """Allocate, and fill with zeros or nulls."""
    count = f.widen(f.pop())
    made = _new(f, typeidx, count)
    type = _array(f, typeidx)
    if not gc.array_is_traced(type):
        _fill(f, type, ZERO[unpacked(type.element.type)], _elements(f, made), count)
    f.push(made)


@lowers("array.new_fixed")
def lower_array_new_fixed(f: Emitter, imm: tuple[int, int]) -> None:
    """Allocate, then set the elements one by one."""
    typeidx, count = imm
    type = _array(f, typeidx)
    values = f.stack[len(f.stack) - count :]
    del f.stack[len(f.stack) - count :]
    log2 = gc.element_log2(type)
    made = Allocation(f, type_info(f, typeidx), gc.ARRAY_ELEMENTS + (count << log2))
    f.line(f"store i64 {count}, ptr {field_pointer(f, made.pointer, gc.ARRAY_LENGTH)}, align 8{HEADER_ACCESS}")
    for i, value in enumerate(values):
        store_field(f, type.element.type, value, field_pointer(f, made.pointer, gc.ARRAY_ELEMENTS + (i << log2)))
    made.finish()


# --- segments


def _segment(f: Emitter, table: str, offset: int, index: int) -> tuple[str, str]:
    """Base and length of a segment now."""
    words = f.hoisted(table, offset)
    base_pointer = f.emit(f"getelementptr i8, ptr {words}, i64 {layout.SEGMENT_BYTES * index + layout.SEGMENT_BASE}")
    length_pointer = f.emit(
        f"getelementptr i8, ptr {words}, i64 {layout.SEGMENT_BYTES * index + layout.SEGMENT_LENGTH}"
    )
    base = f.emit(f"load ptr, ptr {base_pointer}, align 8{CONTEXT_ACCESS}")
    return base, f.emit(f"load i64, ptr {length_pointer}, align 8{CONTEXT_ACCESS}")


def _data(f: Emitter, type: ArrayType, dataidx: int, start: str, count: str) -> str:
    """Pointer into a data segment, of which `count` elements from byte `start` must be there."""
    base, length = _segment(f, "%datas", layout.VMCTX_DATAS, dataidx)
    size = f.emit(f"shl i64 {count}, {gc.element_log2(type)}")
    end = f.emit(f"add i64 {start}, {size}")
    f.trap_if(f.emit(f"icmp ugt i64 {end}, {length}"), TrapCode.MEMORY_OUT_OF_BOUNDS)
    return f.emit(f"getelementptr i8, ptr {base}, i64 {start}")


def _elem(f: Emitter, elemidx: int, start: str, count: str) -> str:
    """Pointer into an element segment, of which `count` elements from `start` must be there."""
    base, length = _segment(f, "%elems", layout.VMCTX_ELEMENTS, elemidx)
    end = f.emit(f"add i64 {start}, {count}")
    f.trap_if(f.emit(f"icmp ugt i64 {end}, {length}"), TrapCode.TABLE_OUT_OF_BOUNDS)
    return f.emit(f"getelementptr i64, ptr {base}, i64 {start}")


@lowers("array.new_data")
def lower_array_new_data(f: Emitter, imm: tuple[int, int]) -> None:
    """From the bytes of a data segment."""
    type = _array(f, imm[0])
    count, start = f.widen(f.pop()), f.widen(f.pop())
    source = _data(f, type, imm[1], start, count)
    made = _new(f, imm[0], count)
    _copy(f, type, _elements(f, made), source, count)
    f.push(made)


@lowers("array.new_elem")
def lower_array_new_elem(f: Emitter, imm: tuple[int, int]) -> None:
    """From an element segment."""
    type = _array(f, imm[0])
    count, start = f.widen(f.pop()), f.widen(f.pop())
    source = _elem(f, imm[1], start, count)
    made = _new(f, imm[0], count)
    _copy(f, type, _elements(f, made), source, count)
    f.push(made)


@lowers("array.init_data")
def lower_array_init_data(f: Emitter, imm: tuple[int, int]) -> None:
    """From the bytes of a data segment, into an array."""
    type = _array(f, imm[0])
    count, start, at = f.widen(f.pop()), f.widen(f.pop()), f.widen(f.pop())
    to = _range(f, type, _pop_array(f), at, count)
    _copy(f, type, to, _data(f, type, imm[1], start, count), count)


@lowers("array.init_elem")
def lower_array_init_elem(f: Emitter, imm: tuple[int, int]) -> None:
    """From an element segment, into an array."""
    type = _array(f, imm[0])
    count, start, at = f.widen(f.pop()), f.widen(f.pop()), f.widen(f.pop())
    to = _range(f, type, _pop_array(f), at, count)
    _copy(f, type, to, _elem(f, imm[1], start, count), count)
