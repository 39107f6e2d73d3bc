"""Exceptions (spec 4.4.8.14-16, and the legacy proposal): calls that may throw, landing pads, catch clauses.

A call inside a `try_table` or the body of a `try` is an `invoke`, which costs nothing: LLVM notes in a table where its
landing pad is (unwind_ir.py finds it). All calls of one handler share a landing pad, where phis say what the locals
were. What no clause of a handler wants goes on to the next one around it in the function by a branch, and only from
the outermost to the runtime.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wasmjit.abi import layout
from wasmjit.abi.libcalls import Libcall
from wasmjit.abi.signature import SLOT_BYTES
from wasmjit.abi.traps import TrapCode
from wasmjit.compile.convention import SLOT_ALIGN, value_slots
from wasmjit.compile.lower.control import Edge, Frame, branch_to, merge, merge_values, open_frame
from wasmjit.compile.lower.emitter import CONTEXT_ACCESS, INVARIANT, Emitter
from wasmjit.compile.lower.registry import lowers
from wasmjit.compile.lower.types import param_letters
from wasmjit.compile.lower.variable import note_unsettled, store_extern
from wasmjit.wasm.types import FuncType, may_be_host

if TYPE_CHECKING:
    pass

Clause = tuple[str, int | None, int]


@dataclass(slots=True)
class Handler:
    """What catches the exceptions of the calls in a block.

    `pads` are the invokes, `forwards` the branches of inner handlers, whose operand is the exception. `finish` emits
    what comes after the block's last instruction, when the block is no longer among the emitter's frames. `exception`,
    `locals` and `miss` are for the handlers of a legacy `try`: what was caught, the locals then, and the block that
    goes on with an exception that no handler so far wanted.
    """

    pad: str
    dispatch: str
    finish: Callable[[Emitter, Frame, Handler], None]
    pads: list[Edge] = field(default_factory=list)
    forwards: list[Edge] = field(default_factory=list)
    active: bool = True
    exception: str = ""
    locals: list[str] = field(default_factory=list)
    miss: str = ""


def innermost(f: Emitter, outermost_depth: int = 0) -> tuple[Frame, Handler] | None:
    """The handler of an exception that is thrown here, or at the label `outermost_depth` levels out."""
    for frame in reversed(f.frames[: len(f.frames) - outermost_depth]):
        if frame.handler is not None and frame.handler.active:
            return frame, frame.handler
    return None


def emit_call(f: Emitter, call: str, returned: str) -> str:
    """Emit a call that may throw (text from after `call` up to the attributes); the result, "" if there is none."""
    name = "" if returned == "void" else f.new_name()
    assign = f"{name} = " if name else ""
    found = innermost(f)
    if found is None:
        f.line(f"{assign}call {call} nomerge{f.location()}")
        return name
    frame, handler = found
    handler.pads.append(_edge_here(f, frame, []))
    f.has_invokes = True
    go_on = f.new_block()
    f.line(f"{assign}invoke {call} nomerge to label %{go_on} unwind label %{handler.pad}{f.location()}")
    f.start_block(go_on)
    return name


def _edge_here(f: Emitter, frame: Frame, operands: list[str]) -> Edge:
    return Edge(f.block, operands, [f.env[x] for x in frame.assigned])


# --- throwing


def _native(f: Emitter, index: Libcall) -> str:
    table = f.hoisted("%libcalls", layout.VMCTX_LIBCALLS)
    pointer = f.emit(f"getelementptr i8, ptr {table}, i64 {8 * index}")
    return f.emit(f"load ptr, ptr {pointer}{INVARIANT}")


def _throw(f: Emitter, exception: str, libcall: Libcall = Libcall.THROW) -> None:
    emit_call(f, f"void {_native(f, libcall)}(ptr %c, ptr {exception})", "void")
    f.line("unreachable")
    f.go_dead()


def _tag(f: Emitter, tagidx: int) -> str:
    return f.hoisted(f"%tag{tagidx}", f.unit.layout.tag(tagidx))


def _new_exception(f: Emitter, tagidx: int, size_bytes: int) -> str:
    """A new exception without payload; traps if Python raises."""
    tag = _tag(f, tagidx)
    if size_bytes <= layout.EXN_PAYLOAD_BYTES:
        exception = f.emit(f"call ptr {_native(f, Libcall.EXN_NEW)}(ptr %c, ptr {tag}){f.location()}")
    else:
        address = f.libcall(Libcall.EXN_NEW_LARGE, f.emit(f"ptrtoint ptr {tag} to i64"), str(size_bytes))
        exception = f.emit(f"inttoptr i64 {address} to ptr")
    f.trap_if(f.emit(f"icmp eq ptr {exception}, null"), TrapCode.HOST_EXCEPTION)
    return exception


@lowers("throw")
def lower_throw(f: Emitter, tagidx: int) -> None:
    """Make an exception, fill it, and look for a handler."""
    type = f.module.tag_type(tagidx).type
    letters = param_letters(type)
    values = f.stack[len(f.stack) - len(letters) :]
    exception = _new_exception(f, tagidx, sum(SLOT_BYTES[letter] for letter in letters))
    for valtype, (llvm, offset), value in zip(type.params, value_slots(letters), values, strict=True):
        pointer = f.emit(f"getelementptr i8, ptr {exception}, i64 {layout.EXN_PAYLOAD + offset}")
        if may_be_host(valtype):
            f.line(f"store ptr null, ptr {pointer}, align {SLOT_ALIGN}")
            store_extern(f, pointer, value)
        else:
            f.line(f"store {llvm} {value}, ptr {pointer}, align {SLOT_ALIGN}{CONTEXT_ACCESS}")
    if any(valtype.is_ref for valtype in type.params):
        _keep(f, exception)
    _throw(f, exception)


@lowers("throw_ref")
def lower_throw_ref(f: Emitter, imm: None) -> None:
    """Throw an exception that was caught, or trap for null."""
    exception = f.pop()
    f.trap_if(f.emit(f"icmp eq ptr {exception}, null"), TrapCode.NULL_EXCEPTION)
    _throw(f, exception)


def _keep(f: Emitter, exception: str) -> None:
    """Note that references to an exception may exist: the runtime looks for them before it is used again."""
    pointer = f.emit(f"getelementptr i8, ptr {exception}, i64 {layout.EXN_KEPT}")
    f.line(f"store i64 1, ptr {pointer}, align 8{CONTEXT_ACCESS}")
    note_unsettled(f)


# --- catching


def _begin_dispatch(f: Emitter, frame: Frame, handler: Handler) -> bool:
    """Begin the code that gets the handler's exceptions, with the locals as they were; false if there are none."""
    del f.stack[frame.height :]
    if handler.pads:
        f.start_block(handler.pad)
        _take_locals(f, frame, handler.pads)
        pair = f.emit("landingpad {ptr, i32} catch ptr null")
        handler.exception = f.emit(f"extractvalue {{ptr, i32}} {pair}, 0")
        if handler.forwards:
            handler.forwards.append(_edge_here(f, frame, [handler.exception]))
            f.line(f"br label %{handler.dispatch}")
    if handler.forwards:
        f.start_block(handler.dispatch)
        handler.exception = merge_values(f, "ptr", [edge.operands[0] for edge in handler.forwards], handler.forwards)
        _take_locals(f, frame, handler.forwards)
    handler.locals = [f.env[x] for x in frame.assigned]
    return bool(handler.exception)


def _take_locals(f: Emitter, frame: Frame, edges: list[Edge]) -> None:
    for i, x in enumerate(frame.assigned):
        f.env[x] = merge_values(f, f.local_types[x], [edge.locals[i] for edge in edges], edges)


def _forward(f: Emitter, exception: str, depth: int = 0) -> None:
    """Hand an exception on to the next handler from the label `depth` levels out; ends the block."""
    found = innermost(f, depth)
    if found is None:
        f.line(f"call void {_native(f, Libcall.THROW_AGAIN)}(ptr %c, ptr {exception}) nomerge{f.location()}")
        f.line("unreachable")
        return
    frame, handler = found
    handler.forwards.append(_edge_here(f, frame, [exception]))
    f.line(f"br label %{handler.dispatch}")


def _test_tag(f: Emitter, exception: str, tagidx: int) -> str:
    """Go on in a new block if an exception has a tag; the block for where it has not."""
    hit, miss = f.new_block(), f.new_block()
    actual = f.emit(f"load ptr, ptr {exception}, align 8{CONTEXT_ACCESS}")
    same = f.emit(f"icmp eq ptr {actual}, {_tag(f, tagidx)}")
    f.line(f"br i1 {same}, label %{hit}, label %{miss}")
    f.start_block(hit)
    return miss


def _push_payload(f: Emitter, exception: str, tagidx: int) -> None:
    for llvm, offset in value_slots(param_letters(f.module.tag_type(tagidx).type)):
        pointer = f.emit(f"getelementptr i8, ptr {exception}, i64 {layout.EXN_PAYLOAD + offset}")
        f.push(f.emit(f"load {llvm}, ptr {pointer}, align {SLOT_ALIGN}{CONTEXT_ACCESS}"))


def _open_try(f: Emitter, imm: FuncType | int, finish: Callable[[Emitter, Frame, Handler], None]) -> None:
    frame = open_frame(f, "block", imm)
    frame.handler = Handler(f.new_block(), f.new_block(), finish)


@lowers("try_table")
def lower_try_table(f: Emitter, imm: tuple[FuncType | int, tuple[Clause, ...]]) -> None:
    """A block; its clauses come at its end."""
    type, clauses = imm
    _open_try(f, type, lambda f, frame, handler: _finish_table(f, frame, handler, clauses))


def _finish_table(f: Emitter, frame: Frame, handler: Handler, clauses: tuple[Clause, ...]) -> None:
    if not _begin_dispatch(f, frame, handler):
        return
    for kind, tagidx, labelidx in clauses:
        miss = None if tagidx is None else _test_tag(f, handler.exception, tagidx)
        _catch(f, handler.exception, kind, tagidx)
        f.line(f"br label %{branch_to(f, labelidx)}")
        del f.stack[frame.height :]
        if miss is None:
            return
        f.start_block(miss)
    _forward(f, handler.exception)


def _catch(f: Emitter, exception: str, kind: str, tagidx: int | None) -> None:
    """Push what a clause catches. An exception of which no reference is left is given back."""
    if tagidx is not None:
        _push_payload(f, exception, tagidx)
    if kind.endswith("_ref"):
        _keep(f, exception)
        f.push(exception)
    else:
        f.line(f"call void {_native(f, Libcall.EXN_DROP)}(ptr %c, ptr {exception}){f.location()}")


# --- legacy


@lowers("try")
def lower_try(f: Emitter, imm: FuncType | int) -> None:
    """A block; handlers may follow in it."""
    _open_try(f, imm, _finish_try)


def _finish_try(f: Emitter, frame: Frame, handler: Handler) -> None:
    """What no handler wanted goes on."""
    if handler.active:
        if not _begin_dispatch(f, frame, handler):
            return
    elif not handler.miss:
        return
    else:
        _resume(f, frame, handler)
    _forward(f, handler.exception)


def _resume(f: Emitter, frame: Frame, handler: Handler) -> None:
    """Go on where the handlers so far did not want the exception."""
    f.start_block(handler.miss)
    handler.miss = ""
    del f.stack[frame.height :]
    for x, value in zip(frame.assigned, handler.locals, strict=True):
        f.env[x] = value


def begin_catch(f: Emitter, tagidx: int | None) -> None:
    """Begin a handler of the innermost `try`, for a tag or for all; dead code if nothing can get here."""
    frame = f.frames[-1]
    handler = frame.handler
    assert handler is not None
    if handler.active:
        handler.active = False
        if not _begin_dispatch(f, frame, handler):
            f.go_dead()
            return
    elif not handler.miss:
        f.go_dead()
        return
    else:
        _resume(f, frame, handler)
    if tagidx is not None:
        handler.miss = _test_tag(f, handler.exception, tagidx)
        _push_payload(f, handler.exception, tagidx)
    _keep(f, handler.exception)  # a rethrow may follow


@lowers("catch")
def lower_catch(f: Emitter, tagidx: int) -> None:
    """The body or the handler before goes to the end."""
    f.line(f"br label %{branch_to(f, 0)}")
    begin_catch(f, tagidx)


@lowers("catch_all")
def lower_catch_all(f: Emitter, imm: None) -> None:
    """The body or the handler before goes to the end."""
    f.line(f"br label %{branch_to(f, 0)}")
    begin_catch(f, None)


@lowers("rethrow")
def lower_rethrow(f: Emitter, depth: int) -> None:
    """Throw what a handler around caught."""
    handler = f.frames[-1 - depth].handler
    assert handler is not None
    _throw(f, handler.exception)


@lowers("delegate")
def lower_delegate(f: Emitter, depth: int) -> None:
    """The end of a `try` whose exceptions are thrown at a label further out."""
    f.line(f"br label %{branch_to(f, 0)}")
    end_delegate(f, depth)


def end_delegate(f: Emitter, depth: int) -> bool:
    """The same where the last instruction is not reached: whether code goes on."""
    frame = f.frames.pop()
    handler = frame.handler
    assert handler is not None
    if _begin_dispatch(f, frame, handler):
        _forward(f, handler.exception, depth)
    if frame.edges:
        merge(f, frame)
    return bool(frame.edges)
