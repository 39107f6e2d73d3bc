"""Reference and table instructions (spec 4.4.3, 4.4.6)."""

from __future__ import annotations

from wasmjit.abi import layout
from wasmjit.abi.libcalls import Libcall
from wasmjit.abi.traps import TrapCode
from wasmjit.compile.lower.emitter import CONTEXT_ACCESS, Emitter
from wasmjit.compile.lower.memory import pop_address, push_size, raise_if_pending
from wasmjit.compile.lower.registry import lowers
from wasmjit.compile.lower.variable import note_unsettled, store_extern
from wasmjit.wasm.types import I32, I64, ValType, is_exn_ref, may_be_host


@lowers("ref.null")
def lower_ref_null(f: Emitter, type: ValType) -> None:
    """Both kinds of null are the null pointer."""
    f.push("null")


@lowers("ref.is_null")
def lower_ref_is_null(f: Emitter, imm: None) -> None:
    """Compare with the null pointer."""
    f.push_condition(f.emit(f"icmp eq ptr {f.pop()}, null"))


@lowers("ref.func")
def lower_ref_func(f: Emitter, funcidx: int) -> None:
    """The function's record lies in the VMContext."""
    f.push(f.field(f.unit.layout.funcref(funcidx)))


def _address_type(f: Emitter, tableidx: int) -> ValType:
    return f.module.tables[tableidx].address


def _definition(f: Emitter, tableidx: int) -> str:
    return f.hoisted(f"%t{tableidx}", f.unit.layout.table(tableidx))


def _size(f: Emitter, tableidx: int) -> str:
    pointer = f.emit(f"getelementptr i8, ptr {_definition(f, tableidx)}, i64 {layout.DEF_LENGTH}")
    return f.emit(f"load i64, ptr {pointer}, align 8{CONTEXT_ACCESS}")


def table_slot(f: Emitter, tableidx: int, index: str, out_of_bounds: TrapCode) -> str:
    """Pointer to an element, checked; the table's base is read anew, since growth moves it."""
    position = index if _address_type(f, tableidx) is I64 else f.widen(index)
    f.trap_if(f.emit(f"icmp uge i64 {position}, {_size(f, tableidx)}"), out_of_bounds)
    base = f.emit(f"load ptr, ptr {_definition(f, tableidx)}, align 8{CONTEXT_ACCESS}")
    return f.emit(f"getelementptr ptr, ptr {base}, i64 {position}")


@lowers("table.get")
def lower_table_get(f: Emitter, tableidx: int) -> None:
    """Bounds, then a load."""
    slot = table_slot(f, tableidx, f.pop(), TrapCode.TABLE_OUT_OF_BOUNDS)
    f.push(f.emit(f"load ptr, ptr {slot}, align 8{CONTEXT_ACCESS}"))


@lowers("table.set")
def lower_table_set(f: Emitter, tableidx: int) -> None:
    """Bounds, then a store; the runtime counts the owners of external references."""
    value = f.pop()
    slot = table_slot(f, tableidx, f.pop(), TrapCode.TABLE_OUT_OF_BOUNDS)
    if may_be_host(f.module.tables[tableidx].element):
        store_extern(f, slot, value)
    else:
        f.line(f"store ptr {value}, ptr {slot}, align 8{CONTEXT_ACCESS}")
        if is_exn_ref(f.module.tables[tableidx].element):
            note_unsettled(f)


@lowers("table.size")
def lower_table_size(f: Emitter, tableidx: int) -> None:
    """Number of elements."""
    push_size(f, _address_type(f, tableidx), _size(f, tableidx))


def _address(f: Emitter, reference: str) -> str:
    return f.emit(f"ptrtoint ptr {reference} to i64")


@lowers("table.grow")
def lower_table_grow(f: Emitter, tableidx: int) -> None:
    """The runtime grows it; -1 where it can't."""
    type = _address_type(f, tableidx)
    count, initial = pop_address(f, type), f.pop()
    old = f.libcall(Libcall.TABLE_GROW, str(tableidx), _address(f, initial), count)
    raise_if_pending(f, old)
    push_size(f, type, old)


@lowers("table.fill")
def lower_table_fill(f: Emitter, tableidx: int) -> None:
    """By the runtime, as the rest: these run seldom."""
    type = _address_type(f, tableidx)
    count, value, start = pop_address(f, type), f.pop(), pop_address(f, type)
    f.trap_if_status(f.libcall(Libcall.TABLE_FILL, str(tableidx), start, _address(f, value), count))


@lowers("table.copy")
def lower_table_copy(f: Emitter, tables: tuple[int, int]) -> None:
    """Destination and source table, then as memory.copy."""
    types = [_address_type(f, tableidx) for tableidx in tables]
    count = pop_address(f, I64 if types == [I64, I64] else I32)
    source, destination = pop_address(f, types[1]), pop_address(f, types[0])
    status = f.libcall(Libcall.TABLE_COPY, str(tables[0]), str(tables[1]), destination, source, count)
    f.trap_if_status(status)


@lowers("table.init")
def lower_table_init(f: Emitter, imm: tuple[int, int]) -> None:
    """From an element segment."""
    count, source = f.widen(f.pop()), f.widen(f.pop())
    destination = pop_address(f, _address_type(f, imm[1]))
    f.trap_if_status(f.libcall(Libcall.TABLE_INIT, str(imm[1]), str(imm[0]), destination, source, count))


@lowers("elem.drop")
def lower_elem_drop(f: Emitter, elemidx: int) -> None:
    """By the runtime."""
    f.trap_if_status(f.libcall(Libcall.ELEM_DROP, str(elemidx)))
