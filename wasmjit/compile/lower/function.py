"""Lowering of one function: the loop over its instructions, its prologue and its locals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wasmjit.abi import layout
from wasmjit.abi.fuel import FUNCTION, LOOP, fuel_costs
from wasmjit.abi.traps import TrapCode
from wasmjit.binary.code import Body, RawInstr
from wasmjit.compile.convention import joined_parameters, parameter_list
from wasmjit.compile.lower.assigned import assigned_locals
from wasmjit.compile.lower.control import Frame, begin_else, close_frame, lower_function_result
from wasmjit.compile.lower.counter import Counter
from wasmjit.compile.lower.emitter import Emitter
from wasmjit.compile.lower.exception import begin_catch, end_delegate
from wasmjit.compile.lower.locations import locate_consumers
from wasmjit.compile.lower.loops import counted_loop, innermost_loops
from wasmjit.compile.lower.recursion import Copy
from wasmjit.compile.lower.registry import HANDLERS
from wasmjit.compile.lower.types import LLVM_TYPE, ZERO, param_letters, result_letters, result_type
from wasmjit.compile.lower.versioning import lower_versioned
from wasmjit.wasm.opcodes import CODE_BY_NAME
from wasmjit.wasm.types import FuncType, ValType

if TYPE_CHECKING:
    from wasmjit.compile.lower.unit import Unit

OPTIMIZE_MAX_BODY_BYTES = 200_000
"""A larger body is left unoptimised: LLVM's passes take time that grows faster than the body."""

OPTIMIZE_MAX_SPLITS = 10
"""So is one with a block that is split more often: passes and code generation for what they would join again are
quadratic. 10,000 lines in a chain take 6 seconds."""

SMALL_LEAF_INSTRS = 500
"""A function up to this size that calls nothing needs no stack check: the reserve for host calls covers its frame."""

_OPENERS = frozenset(CODE_BY_NAME[name] for name in ("block", "loop", "if", "try", "try_table"))
_CALLS = frozenset(CODE_BY_NAME[name] for name in ("call", "call_indirect", "call_ref"))
_ELSE = CODE_BY_NAME["else"]
_END = CODE_BY_NAME["end"]
_CATCHES = frozenset((CODE_BY_NAME["catch"], CODE_BY_NAME["catch_all"]))
_DELEGATE = CODE_BY_NAME["delegate"]


def lower_function(unit: Unit, funcidx: int, body: Body, scope: int, copy: Copy | None = None) -> str:
    """The LLVM function for a validated body; `scope` is the number of its debug scope in the unit's metadata.

    `copy` is given for a function that is inlined into itself: which copy of it this is.
    """
    type = unit.module.func_type(funcidx)
    f = Emitter(unit, type, scope)
    if copy is not None:
        f.own_calls = funcidx, copy.callee
    f.entry.extend(joined_parameters(param_letters(type)))
    types = [*type.params, *body.local_types]
    values = [*(f"%p{i}" for i in range(len(type.params))), *(ZERO[t] for t in body.local_types)]
    declare_locals(f, types, values, body.instrs)
    begin_body(f, body)
    if unit.counts:
        f.counter = Counter(f, funcidx, body)
        f.counter.count_entry(f)
    if unit.fuel:
        f.offset = body.instrs[0][2]
        f.charge_fuel(FUNCTION, check=True)
    lower_instrs(f, body.instrs, 0, len(body.instrs))
    if not f.dead_depth:
        lower_function_result(f)
    params = parameter_list(param_letters(type), result_letters(type))
    name = f"@f{funcidx}" if copy is None else copy.name
    return finish_function(f, funcidx, body, f"{result_type(type)} {name}(ptr %c{params})", copy)


def begin_body(f: Emitter, body: Body) -> None:
    """Begin with the outermost frame, in the block that the entry goes on to."""
    f.frames.append(Frame("func", FuncType((), f.type.results), (), "exit", 0))
    f.start_block(f.new_block())
    if f.unit.fuel:
        f.fuel_costs = fuel_costs(body.instrs)


def finish_function(f: Emitter, funcidx: int, body: Body, signature: str, copy: Copy | None = None) -> str:
    """The LLVM function whose lines are complete; `signature` is its result type, name and parameters."""
    if f.guard:
        locate_consumers(f.lines)
    if f.has_invokes:
        _describe_frame(f)
    start, end = f.module.codes[funcidx - f.module.num_imported_funcs]
    too_large = end - start > OPTIMIZE_MAX_BODY_BYTES or f.longest_run > OPTIMIZE_MAX_SPLITS
    attributes = "#4" if f.moves_frame else "#1" if too_large else "#0"
    personality = " personality ptr @personality" if f.has_invokes else ""
    linkage = f.unit.linkage
    is_inlined = copy is not None and copy.is_inlined
    if is_inlined:
        linkage, attributes = "internal ", "#5"
    header = f"define {linkage}tailcc {signature} {attributes}{personality} !dbg !{f.scope} {{"
    check = ["br label %b1"] if is_inlined else _stack_check(f, body)  # may add to the entry
    return "\n".join([header, "entry:", *f.entry, *check, *f.lines, "}\n"])


def _describe_frame(f: Emitter) -> None:
    """Let LLVM say how large the frame is: landing pads want the stack pointer where it always is in the body."""
    f.unit.has_invokes = True
    f.declare("declare void @llvm.experimental.stackmap(i64, i32, ...)")
    f.entry.append("call void (i64, i32, ...) @llvm.experimental.stackmap(i64 0, i32 0) nounwind")


def declare_locals(f: Emitter, types: list[ValType], values: list[str], instrs: list[RawInstr]) -> None:
    """Let the locals begin with some values, in SSA form or in memory; `instrs` is all that can change them."""
    f.local_types = [LLVM_TYPE[t] for t in types]
    f.env = values
    assigned = assigned_locals(instrs)
    if assigned is not None:
        f.assigned = assigned
        return
    f.locals_in_memory = True
    f.assigned = [()] * sum(1 for code, _, _ in instrs if code in _OPENERS)
    for x, (llvm, value) in enumerate(zip(f.local_types, f.env, strict=True)):
        f.entry.append(f"%l{x} = alloca {llvm}")
        f.entry.append(f"store {llvm} {value}, ptr %l{x}")


def _may_version(f: Emitter) -> bool:
    """Whether loops may get a second version; shared memory changes under the feet of one that reads it in vectors."""
    shared = any(memory.shared for memory in f.module.memories)
    return f.unit.vectorizes and not f.locals_in_memory and not shared


def lower_instrs(f: Emitter, instrs: list[RawInstr], first: int, last: int) -> None:
    """Lower a body's instructions from one index to another, between which blocks may be left open."""
    loops = innermost_loops(instrs) if _may_version(f) else {}
    done = first
    for start, end in loops.items():
        loop = counted_loop(instrs, start, end, f.local_types) if first <= start < last else None
        if loop is not None:
            _lower_sequence(f, instrs[done:start])
            done = start
            if not f.dead_depth:
                lower_versioned(f, instrs[start : end + 1], loop, _lower_sequence)
                done = end + 1
    _lower_sequence(f, instrs[done:last])


def _lower_sequence(f: Emitter, instrs: list[RawInstr]) -> None:
    handlers: dict[int, Any] = HANDLERS
    lines = f.lines
    for code, imm, offset in instrs:
        if f.dead_depth:
            _skip_dead(f, code, imm)
        else:
            f.offset = offset
            handlers[code](f, imm)
            if len(lines) > f.split_at and not f.dead_depth:
                f.split_block()
        if f.fuel_costs and not f.dead_depth:
            f.charge_fuel(offset, check=code == LOOP)


def _skip_dead(f: Emitter, code: int, imm: Any) -> None:
    """Unreachable code emits nothing; an `else`, `catch` or `end` of a live frame may bring control back."""
    if code in _OPENERS:
        f.dead_depth += 1
        f.next_assigned()
    elif code == _END:
        f.dead_depth -= 1
        if not f.dead_depth and not close_frame(f):
            f.dead_depth = 1
    elif code == _DELEGATE:
        f.dead_depth -= 1
        if not f.dead_depth and not end_delegate(f, imm):
            f.dead_depth = 1
    elif f.dead_depth == 1 and code == _ELSE:
        f.dead_depth = 0
        begin_else(f)
    elif f.dead_depth == 1 and code in _CATCHES:
        f.dead_depth = 0
        begin_catch(f, imm)


def _stack_check(f: Emitter, body: Body) -> list[str]:
    """Trap where the stack that the store allows is used up; ends in a branch to the body.

    A small function that calls nothing is let through.
    """
    if len(body.instrs) <= SMALL_LEAF_INSTRS and not any(code in _CALLS for code, _, _ in body.instrs):
        return ["br label %b1"]
    f.declare("declare ptr @llvm.frameaddress.p0(i32)")
    offset = body.instrs[0][2]
    store = f.hoisted("%store", layout.VMCTX_STORE)
    return [
        f"%limit.p = getelementptr i8, ptr {store}, i64 {layout.STORE_STACK_LIMIT}",
        "%limit = load ptr, ptr %limit.p, align 8, !tbaa !7",
        "%frame = call ptr @llvm.frameaddress.p0(i32 0)",
        "%deep = icmp ult ptr %frame, %limit",
        "br i1 %deep, label %exhausted, label %b1, !prof !1",
        "exhausted:",
        f"call void @trap(ptr %c, i32 {int(TrapCode.STACK_EXHAUSTED)}, i32 {offset}){f.trap_location(offset)}",
        "unreachable",
    ]
