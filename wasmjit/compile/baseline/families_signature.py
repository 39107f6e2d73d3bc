"""Stencils for signatures whose values do not all fit into registers: entries and calls with values in frame slots."""

from __future__ import annotations

from wasmjit.abi import layout
from wasmjit.abi.traps import TrapCode
from wasmjit.compile.baseline.families_control import CALLEES
from wasmjit.compile.baseline.hole import Hole
from wasmjit.compile.baseline.registers import RESULT
from wasmjit.compile.baseline.signature_keys import SignatureKey
from wasmjit.compile.baseline.stencil_emitter import NEXT, StencilEmitter
from wasmjit.compile.convention import (
    LLVM_TYPE,
    SLOT_ALIGN,
    joined_parameters,
    parameter_list,
    result_type,
    results_in_memory,
    value_slots,
)
from wasmjit.compile.lower.call import call_callee
from wasmjit.wasm.types import F32, F64, FUNCREF, I32, I64, V128, FuncType

_TYPES = {"i": I32, "I": I64, "f": F32, "F": F64, "v": V128, "r": FUNCREF}


def function_type(signature: str) -> FuncType:
    """A function type with that signature key."""
    params, _, results = signature.partition(":")
    return FuncType(tuple([_TYPES[c] for c in params]), tuple([_TYPES[c] for c in results]))


def call_in_slots(f: StencilEmitter, key: SignatureKey) -> None:
    """A call whose arguments are in consecutive slots from S on, where its results go too."""
    params, _, results = key.signature.partition(":")
    type = function_type(key.signature)
    callee = CALLEES[key.kind](f, key.depth)._replace(type=type)
    for i, letter in enumerate(params):
        f.push(f.load_slot(Hole("S", i * key.slot), LLVM_TYPE[letter]))
    call_callee(f, callee)
    f.lose_registers()
    for i, letter in reversed(list(enumerate(results))):
        f.store_slot(Hole("S", i * key.slot), LLVM_TYPE[letter], f.pop())
    f.go_on()


# --- entries

# The body keeps what points to context, frame and memory.
_BODY_CALL = f"callq {NEXT}"
_LOST = ("rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r15", *[f"xmm{i}" for i in range(1, 32)])
_CONSTRAINTS = ",".join(
    ["={rax}", "={xmm0}", "{r12}", "{r13}", "{r14}", *[f"~{{{name}}}" for name in (*_LOST, "memory", "cc")]]
)
ENTRY_ATTRIBUTES = (
    "attributes #2 = "
    '{ nounwind noredzone uwtable "frame-pointer"="all" "disable-tail-calls"="true" "no-realign-stack" }\n'
)
PROLOGUE = bytes.fromhex("554889e5415741564155415453")
"""What every entry begins with: pushes of rbp, which then points to the frame, r15, r14, r13, r12 and rbx."""


def signature_entry_ir(f: StencilEmitter, name: str, key: SignatureKey) -> str:
    """The beginning of a function of that signature: its parameters go to the first slots of the frame.

    The body leaves the results at the beginning of the frame, as in a buffer of abi/signature.py.
    """
    params, _, results = key.signature.partition(":")
    f.lines.extend(joined_parameters(params))
    frame = _allocate_frame(f)
    for i, letter in enumerate(params):
        pointer = f.emit(f"getelementptr i8, ptr {frame}, i64 {i * key.slot}")
        f.line(f"store {LLVM_TYPE[letter]} %p{i}, ptr {pointer}, align 8")
    base = f.emit(f"load ptr, ptr {f.field(f.unit.layout.memory(0) + layout.MEMORY_BASE)}, align 8")
    call = f'asm sideeffect alignstack "{_BODY_CALL}", "{_CONSTRAINTS}"'
    f.emit(f"call {RESULT} {call}(ptr %c, ptr {frame}, ptr {base})")
    _return_results(f, results, frame)
    header = f'define tailcc {result_type(results)} @"{name}"(ptr %c{parameter_list(params, results)}) #2 {{'
    return "\n".join([header, "entry:", *f.entry, *f.lines, "}\n"])


def _allocate_frame(f: StencilEmitter) -> str:
    """Check that there is room for F bytes on the stack, and take them.

    Their number comes from assembly: LLVM would calculate with the symbol, and take the result for an address.
    """
    size = f.emit('call i64 asm "movl $$F, ${0:k}", "=r"()')
    f.declare("declare ptr @llvm.frameaddress.p0(i32)")
    store = f.hoisted("%store", layout.VMCTX_STORE)
    limit = f.emit(f"load i64, ptr {f.emit(f'getelementptr i8, ptr {store}, i64 {layout.STORE_STACK_LIMIT}')}, align 8")
    here = f.emit(f"ptrtoint ptr {f.emit('call ptr @llvm.frameaddress.p0(i32 0)')} to i64")
    end = f.emit(f"sub i64 {here}, {size}")
    f.trap_if(f.emit(f"icmp ult i64 {end}, {limit}"), TrapCode.STACK_EXHAUSTED)
    return f.emit(f"alloca i8, i64 {size}, align 16")


def _return_results(f: StencilEmitter, results: str, frame: str) -> None:
    in_memory = results_in_memory(results)
    values = []
    for type, offset in value_slots(results):
        pointer = f.emit(f"getelementptr i8, ptr {frame}, i64 {offset}")
        value = f.emit(f"load {type}, ptr {pointer}, align {SLOT_ALIGN}")
        values.append((type, value))
        if in_memory:
            pointer = f.emit(f"getelementptr i8, ptr %ret, i64 {offset}")
            f.line(f"store {type} {value}, ptr {pointer}, align {SLOT_ALIGN}")
    if in_memory or not values:
        f.line("ret void")
    elif len(values) == 1:
        f.line(f"ret {values[0][0]} {values[0][1]}")
    else:
        whole = "poison"
        for i, (type, value) in enumerate(values):
            whole = f.emit(f"insertvalue {result_type(results)} {whole}, {type} {value}, {i}")
        f.line(f"ret {result_type(results)} {whole}")
