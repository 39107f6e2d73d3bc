"""Calls (spec 4.4.8.8-10): direct, through the slots of the module, imported, and indirect with its checks."""

from __future__ import annotations

from wasmjit.abi import layout
from wasmjit.abi.traps import TrapCode
from wasmjit.compile.convention import argument_list
from wasmjit.compile.lower.emitter import CONTEXT_ACCESS, INVARIANT, Emitter
from wasmjit.compile.lower.reference import table_slot
from wasmjit.compile.lower.registry import lowers
from wasmjit.compile.lower.types import param_letters, result_type
from wasmjit.wasm.types import FuncType


def _arguments(f: Emitter, type: FuncType) -> str:
    """Pop the arguments; their text with types."""
    count = len(type.params)
    if not count:
        return ""
    values = f.stack[-count:]
    del f.stack[-count:]
    return argument_list(param_letters(type), values, f.emit)


def _call(f: Emitter, type: FuncType, code: str, vmctx: str, arguments: str) -> None:
    """Call and push the results. Calls that LLVM merged would have no place in a backtrace."""
    returned = result_type(type)
    text = f"call tailcc {returned} {code}(ptr {vmctx}{arguments}) nomerge{f.location()}"
    if not type.results:
        f.line(text)
        return
    result = f.emit(text)
    if len(type.results) == 1:
        f.push(result)
        return
    for i in range(len(type.results)):
        f.push(f.emit(f"extractvalue {returned} {result}, {i}"))


@lowers("call")
def lower_call(f: Emitter, funcidx: int) -> None:
    """By symbol inside the unit; else through the slot, which may hold a stub or better code later."""
    type = f.module.func_type(funcidx)
    arguments = _arguments(f, type)
    if funcidx < f.module.num_imported_funcs:
        offset = f.unit.layout.imported_func(funcidx)
        code = f.emit(f"load ptr, ptr {f.field(offset + layout.IMPORT_CODE)}{INVARIANT}")
        vmctx = f.emit(f"load ptr, ptr {f.field(offset + layout.IMPORT_VMCTX)}{INVARIANT}")
        _call(f, type, code, vmctx, arguments)
    elif funcidx in f.unit.members:
        _call(f, type, f"@f{funcidx}", "%c", arguments)
    else:
        slots = f.hoisted("%slots", layout.VMCTX_SLOTS)
        index = funcidx - f.module.num_imported_funcs
        slot = f.emit(f"getelementptr ptr, ptr {slots}, i64 {index}")
        _call(f, type, f.emit(f"load ptr, ptr {slot}, align 8{CONTEXT_ACCESS}"), "%c", arguments)


@lowers("call_indirect")
def lower_call_indirect(f: Emitter, imm: tuple[int, int]) -> None:
    """Bounds, null, type, call."""
    typeidx, tableidx = imm
    type = f.module.types[typeidx]
    slot = table_slot(f, tableidx, f.pop(), TrapCode.UNDEFINED_ELEMENT)
    reference = f.emit(f"load ptr, ptr {slot}, align 8{CONTEXT_ACCESS}")
    f.trap_if(f.emit(f"icmp eq ptr {reference}, null"), TrapCode.UNINITIALIZED_ELEMENT)
    _check_type(f, reference, typeidx)
    code = f.emit(f"load ptr, ptr {reference}, align 8{CONTEXT_ACCESS}")
    pointer = f.emit(f"getelementptr i8, ptr {reference}, i64 {layout.FUNCREF_VMCTX}")
    vmctx = f.emit(f"load ptr, ptr {pointer}, align 8{CONTEXT_ACCESS}")
    _call(f, type, code, vmctx, _arguments(f, type))


def _check_type(f: Emitter, reference: str, typeidx: int) -> None:
    """Trap unless the function's canonical type id is the one that the module's type has in this process."""
    ids = f.hoisted("%types", layout.VMCTX_TYPE_IDS)
    pointer = f.emit(f"getelementptr i64, ptr {ids}, i64 {typeidx}")
    expected = f.emit(f"load i64, ptr {pointer}{INVARIANT}")
    pointer = f.emit(f"getelementptr i8, ptr {reference}, i64 {layout.FUNCREF_TYPE_ID}")
    actual = f.emit(f"load i64, ptr {pointer}, align 8{CONTEXT_ACCESS}")
    f.trap_if(f.emit(f"icmp ne i64 {actual}, {expected}"), TrapCode.INDIRECT_CALL_TYPE_MISMATCH)
