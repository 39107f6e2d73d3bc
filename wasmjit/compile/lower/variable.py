"""Parametric, local and global instructions (spec 4.4.4, 4.4.5)."""

from __future__ import annotations

from wasmjit.abi import layout
from wasmjit.abi.libcalls import Libcall
from wasmjit.compile.lower.emitter import CONTEXT_ACCESS, INVARIANT, Emitter
from wasmjit.compile.lower.memory import keep_dropped_load
from wasmjit.compile.lower.numeric import literal
from wasmjit.compile.lower.registry import lowers
from wasmjit.compile.lower.types import LLVM_TYPE
from wasmjit.wasm.types import ValType, is_exn_ref, may_be_host


@lowers("drop")
def lower_drop(f: Emitter, imm: None) -> None:
    """A load whose value is dropped must trap all the same."""
    keep_dropped_load(f, f.pop())


@lowers("select t")
def lower_select(f: Emitter, types: tuple[ValType, ...]) -> None:
    """Validation has given untyped selects their type."""
    condition = f.condition(f.pop())
    type = LLVM_TYPE[types[0]]
    second = f.pop()
    f.push(f.emit(f"select i1 {condition}, {type} {f.pop()}, {type} {second}"))


@lowers("local.get")
def lower_local_get(f: Emitter, x: int) -> None:
    """Nothing but a push, where locals are SSA values."""
    if f.locals_in_memory:
        f.push(f.emit(f"load {f.local_types[x]}, ptr %l{x}"))
    else:
        f.stack.append(f.env[x])


def _assign(f: Emitter, x: int, value: str) -> None:
    if f.locals_in_memory:
        f.line(f"store {f.local_types[x]} {value}, ptr %l{x}")
    else:
        f.env[x] = value


@lowers("local.set")
def lower_local_set(f: Emitter, x: int) -> None:
    """The operand becomes the local's value."""
    _assign(f, x, f.pop())


@lowers("local.tee")
def lower_local_tee(f: Emitter, x: int) -> None:
    """As local.set, the operand stays."""
    _assign(f, x, f.stack[-1])


def _global_pointer(f: Emitter, x: int) -> str:
    offset = f.unit.layout.global_(x)
    if x < f.module.num_imported_globals:
        return f.hoisted(f"%g{x}", offset)
    return f.field(offset)


@lowers("global.get")
def lower_global_get(f: Emitter, x: int) -> None:
    """A constant, where the module says so; else a load."""
    glob = f.module.globals[x]
    type = glob.type.type
    if not glob.type.mutable and glob.init is not None and len(glob.init) == 1:
        constant = literal(glob.init[0])
        if constant is not None:
            f.push(constant)
            return
    access = CONTEXT_ACCESS if glob.type.mutable else INVARIANT
    f.push(f.emit(f"load {LLVM_TYPE[type]}, ptr {_global_pointer(f, x)}{access}"))


@lowers("global.set")
def lower_global_set(f: Emitter, x: int) -> None:
    """A store; the runtime counts the owners of external references."""
    type = f.module.globals[x].type.type
    value, pointer = f.pop(), _global_pointer(f, x)
    if may_be_host(type):
        store_extern(f, pointer, value)
    else:
        f.line(f"store {LLVM_TYPE[type]} {value}, ptr {pointer}, align 8{CONTEXT_ACCESS}")
        if is_exn_ref(type):
            note_unsettled(f)


def note_unsettled(f: Emitter) -> None:
    """Note that there may be exceptions to free when the outermost call ends."""
    store = f.hoisted("%store", layout.VMCTX_STORE)
    pointer = f.emit(f"getelementptr i8, ptr {store}, i64 {layout.STORE_UNSETTLED}")
    f.line(f"store i64 1, ptr {pointer}, align 8{CONTEXT_ACCESS}")


def store_extern(f: Emitter, slot: str, cell: str) -> None:
    """Let a table slot or global own `cell` instead of what it owned before."""
    table = f.hoisted("%libcalls", layout.VMCTX_LIBCALLS)
    pointer = f.emit(f"getelementptr i8, ptr {table}, i64 {8 * Libcall.EXTERN_STORE}")
    code = f.emit(f"load ptr, ptr {pointer}{INVARIANT}")
    f.line(f"call void {code}(ptr {slot}, ptr {cell}){f.location()}")
