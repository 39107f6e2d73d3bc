"""Calls (spec 4.4.8.8-13): direct, through the slots of the module, imported, and indirect with its checks; each
also as a tail call, which LLVM then makes a jump, at every level.
"""

from __future__ import annotations

from typing import NamedTuple

from wasmjit.abi import layout
from wasmjit.abi.signature import SLOT_BYTES, signature_key
from wasmjit.abi.traps import TrapCode
from wasmjit.compile.convention import (
    SLOT_ALIGN,
    argument_list,
    needs_jump,
    results_in_memory,
    stack_arguments,
    value_slots,
)
from wasmjit.compile.jump_ir import jump_arguments
from wasmjit.compile.lower.emitter import CONTEXT_ACCESS, INVARIANT, Emitter
from wasmjit.compile.lower.exception import emit_call
from wasmjit.compile.lower.reference import table_slot
from wasmjit.compile.lower.registry import lowers
from wasmjit.compile.lower.subtype import is_subtype, type_info
from wasmjit.compile.lower.types import param_letters, result_letters, result_type
from wasmjit.wasm.types import FuncType


class Callee(NamedTuple):
    """What is called: LLVM operands."""

    type: FuncType
    code: str
    vmctx: str


def _arguments(f: Emitter, type: FuncType) -> str:
    """Pop the arguments; their text with types."""
    count = len(type.params)
    if not count:
        return ""
    values = f.stack[-count:]
    del f.stack[-count:]
    return argument_list(param_letters(type), values, f.emit)


def call_callee(f: Emitter, callee: Callee) -> None:
    """Pop the arguments, call, push the results. Calls that LLVM merged would have no place in a backtrace."""
    type = callee.type
    params, results = param_letters(type), result_letters(type)
    code = callee.code
    if needs_jump(params, results, f.unit.target_arch):
        arguments = _spill_arguments(f, callee, _buffer(f, "%arguments", params))
        code = f.unit.jump(signature_key(type))
    else:
        arguments = _arguments(f, type)
    buffer = _buffer(f, "%results", results) if results_in_memory(results) else None
    returned = result_type(type)
    first = "" if buffer is None else f", ptr {buffer}"
    result = emit_call(f, f"tailcc {returned} {code}(ptr {callee.vmctx}{first}{arguments})", returned)
    if returned == "void":
        if buffer is not None:
            _load_results(f, results, buffer)
        return
    if len(type.results) == 1:
        f.push(result)
        return
    for i in range(len(type.results)):
        f.push(f.emit(f"extractvalue {returned} {result}, {i}"))


def _buffer(f: Emitter, name: str, letters: str) -> str:
    """Memory in this function's frame for arguments or results of a call."""
    size_bytes = sum(SLOT_BYTES[letter] for letter in letters)
    return f.allocated(f"{name}.{size_bytes}", f"[{size_bytes} x i8], align 16")


def _load_results(f: Emitter, results: str, buffer: str) -> None:
    for llvm, offset in value_slots(results):
        pointer = f.emit(f"getelementptr i8, ptr {buffer}, i64 {offset}")
        f.push(f.emit(f"load {llvm}, ptr {pointer}, align {SLOT_ALIGN}{CONTEXT_ACCESS}"))


def _tail_call(f: Emitter, callee: Callee) -> None:
    """Pop the arguments and end the function by a jump. The results are those of this function, wherever they go.

    LLVM's `musttail` forgets stack arguments on x86-64, the caller's as well as the callee's: it makes a sibling call,
    as if they lay in place. The callee's take a detour; a caller that has some makes a mere `tail` call, which the
    convention guarantees too, and is left unoptimised so that nothing comes between call and return.
    """
    code = callee.code
    arch = f.unit.target_arch
    if stack_arguments(param_letters(callee.type), result_letters(callee.type), arch):
        arguments = _spill_arguments(f, callee, _store_buffer(f))
        code = f.unit.jump(signature_key(callee.type))
    else:
        arguments = _arguments(f, callee.type)
    first = ", ptr %ret" if results_in_memory(result_letters(callee.type)) else ""
    returned = result_type(callee.type)
    f.moves_frame = stack_arguments(param_letters(f.type), result_letters(f.type), arch)
    kind = "tail" if f.moves_frame else "musttail"
    text = f"{kind} call tailcc {returned} {code}(ptr {callee.vmctx}{first}{arguments}){f.location()}"
    if returned == "void":
        f.line(text)
        f.line("ret void")
    else:
        f.line(f"ret {returned} {f.emit(text)}")
    f.go_dead()


def _store_buffer(f: Emitter) -> str:
    """Memory for arguments that outlives this function's frame."""
    store = f.hoisted("%store", layout.VMCTX_STORE)
    return f.emit(f"getelementptr i8, ptr {store}, i64 {layout.STORE_ARGUMENTS}")


def _spill_arguments(f: Emitter, callee: Callee, buffer: str) -> str:
    """Pop the arguments into a buffer; what the function that takes them from there gets instead, as text."""
    letters = param_letters(callee.type)
    first = len(f.stack) - len(letters)
    for (llvm, offset), value in zip(value_slots(letters), f.stack[first:], strict=True):
        pointer = f.emit(f"getelementptr i8, ptr {buffer}, i64 {offset}")
        f.line(f"store {llvm} {value}, ptr {pointer}, align {SLOT_ALIGN}{CONTEXT_ACCESS}")
    del f.stack[first:]
    return jump_arguments(callee.code, buffer)


def _direct(f: Emitter, funcidx: int) -> Callee:
    """By symbol inside the unit; else through the slot, which may hold a stub or better code later."""
    type = f.module.func_type(funcidx)
    if funcidx < f.module.num_imported_funcs:
        return imported_callee(f, type, f.unit.layout.imported_func(funcidx))
    if f.own_calls is not None and f.own_calls[0] == funcidx:
        return Callee(type, f.own_calls[1], "%c")
    if funcidx in f.unit.members:
        return Callee(type, f"@f{funcidx}", "%c")
    slots = f.hoisted("%slots", layout.VMCTX_SLOTS)
    index = funcidx - f.module.num_imported_funcs
    slot = f.emit(f"getelementptr ptr, ptr {slots}, i64 {index}")
    return Callee(type, f.emit(f"load ptr, ptr {slot}, align 8{CONTEXT_ACCESS}"), "%c")


def imported_callee(f: Emitter, type: FuncType, offset: int) -> Callee:
    """An imported function, by the offset of its code and context in the VMContext."""
    code = f.emit(f"load ptr, ptr {f.field(offset + layout.IMPORT_CODE)}{INVARIANT}")
    vmctx = f.emit(f"load ptr, ptr {f.field(offset + layout.IMPORT_VMCTX)}{INVARIANT}")
    return Callee(type, code, vmctx)


def indirect_callee(f: Emitter, imm: tuple[int, int]) -> Callee:
    """Pop the index into the table. Bounds, null, type."""
    typeidx, tableidx = imm
    slot = table_slot(f, tableidx, f.pop(), TrapCode.UNDEFINED_ELEMENT)
    reference = f.emit(f"load ptr, ptr {slot}, align 8{CONTEXT_ACCESS}")
    f.trap_if(f.emit(f"icmp eq ptr {reference}, null"), TrapCode.UNINITIALIZED_ELEMENT)
    _check_type(f, reference, typeidx)
    return _callee(f, f.module.functype(typeidx), reference)


def _callee(f: Emitter, type: FuncType, reference: str) -> Callee:
    """What a reference that is not null refers to."""
    code = f.emit(f"load ptr, ptr {reference}, align 8{CONTEXT_ACCESS}")
    pointer = f.emit(f"getelementptr i8, ptr {reference}, i64 {layout.FUNCREF_VMCTX}")
    vmctx = f.emit(f"load ptr, ptr {pointer}, align 8{CONTEXT_ACCESS}")
    return Callee(type, code, vmctx)


@lowers("call")
def lower_call(f: Emitter, funcidx: int) -> None:
    """Call a function of the index space."""
    call_callee(f, _direct(f, funcidx))


@lowers("return_call")
def lower_return_call(f: Emitter, funcidx: int) -> None:
    """Jump to a function of the index space."""
    _tail_call(f, _direct(f, funcidx))


@lowers("call_indirect")
def lower_call_indirect(f: Emitter, imm: tuple[int, int]) -> None:
    """Call what the table holds."""
    call_callee(f, indirect_callee(f, imm))


@lowers("return_call_indirect")
def lower_return_call_indirect(f: Emitter, imm: tuple[int, int]) -> None:
    """Jump to what the table holds."""
    _tail_call(f, indirect_callee(f, imm))


def referred_callee(f: Emitter, typeidx: int) -> Callee:
    """Pop the reference, which validation knows to have the type."""
    reference = f.pop()
    f.trap_if(f.emit(f"icmp eq ptr {reference}, null"), TrapCode.NULL_FUNCTION_REFERENCE)
    return _callee(f, f.module.functype(typeidx), reference)


@lowers("call_ref")
def lower_call_ref(f: Emitter, typeidx: int) -> None:
    """Call what is referred to."""
    call_callee(f, referred_callee(f, typeidx))


@lowers("return_call_ref")
def lower_return_call_ref(f: Emitter, typeidx: int) -> None:
    """Jump to what is referred to."""
    _tail_call(f, referred_callee(f, typeidx))


def _check_type(f: Emitter, reference: str, typeidx: int) -> None:
    """Trap unless the function's type is the module's type, or a subtype of it."""
    expected = type_info(f, typeidx)
    pointer = f.emit(f"getelementptr i8, ptr {reference}, i64 {layout.FUNCREF_TYPE_ID}")
    actual = f.emit(f"load i64, ptr {pointer}, align 8{CONTEXT_ACCESS}")
    if f.module.deftypes[typeidx].final:
        f.trap_if(f.emit(f"icmp ne i64 {actual}, {expected}"), TrapCode.INDIRECT_CALL_TYPE_MISMATCH)
        return
    matches = is_subtype(f, f.emit(f"inttoptr i64 {actual} to ptr"), expected, f.module.deftypes[typeidx].depth)
    f.trap_if(f.emit(f"xor i1 {matches}, true"), TrapCode.INDIRECT_CALL_TYPE_MISMATCH)
