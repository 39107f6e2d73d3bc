"""Control instructions (spec 4.4.8): frames, branches, phis.

A frame collects the edges that reach its label, each with the operands and the assigned locals that it carries. A
block's label comes at its end, when all edges are known; a loop's comes first, so its phis are written when the loop
ends.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from wasmjit.abi.traps import TrapCode
from wasmjit.compile.convention import SLOT_ALIGN, value_slots
from wasmjit.compile.lower.emitter import CONTEXT_ACCESS, Emitter
from wasmjit.compile.lower.registry import lowers
from wasmjit.compile.lower.types import LLVM_TYPE, result_letters, result_type
from wasmjit.wasm.types import FuncType, ValType

if TYPE_CHECKING:
    from wasmjit.compile.lower.exception import Handler


class Edge(NamedTuple):
    """A way to a label: the block it comes from, the operands and the assigned locals that it brings."""

    block: str
    operands: list[str]
    locals: list[str]


class ElseArm(NamedTuple):
    """What an `if` keeps for its other arm: the block's name, and parameters and assigned locals as they were."""

    block: str
    operands: list[str]
    locals: list[str]


@dataclass(slots=True)
class Frame:
    """A control frame. `height` is the operand stack's below the parameters, `counters` steps of a loop's own."""

    kind: Literal["func", "block", "loop", "if"]
    type: FuncType
    assigned: tuple[int, ...]
    label: str
    height: int
    edges: list[Edge] = field(default_factory=list)
    else_arm: ElseArm | None = None
    phis: list[str] = field(default_factory=list)
    phi_line: int = 0
    counters: dict[str, int] = field(default_factory=dict)
    handler: Handler | None = None

    @property
    def label_types(self) -> tuple[ValType, ...]:
        """Types that a branch to this frame carries."""
        return self.type.params if self.kind == "loop" else self.type.results


def branch_to(f: Emitter, depth: int) -> str:
    """Note a branch from here to the frame `depth` levels out; its label."""
    frame = f.frames[-1 - depth]
    arity = len(frame.label_types)
    operands = f.stack[len(f.stack) - arity :] if arity else []
    env = f.env
    frame.edges.append(Edge(f.block, operands, [env[x] for x in frame.assigned]))
    return frame.label


def merge_values(f: Emitter, type: str, values: list[str], edges: list[Edge]) -> str:
    """The value that several edges bring: the common one, or a phi."""
    first = values[0]
    if values.count(first) == len(values):
        return first
    incoming = ", ".join([f"[{value}, %{edge.block}]" for value, edge in zip(values, edges, strict=True)])
    return f.emit(f"phi {type} {incoming}")


def merge(f: Emitter, frame: Frame) -> None:
    """Place the label of a block, if or function; operands and locals become what its edges bring."""
    edges = frame.edges
    f.start_block(frame.label)
    del f.stack[frame.height :]
    for i, type in enumerate(frame.type.results):
        f.stack.append(merge_values(f, LLVM_TYPE[type], [edge.operands[i] for edge in edges], edges))
    for i, x in enumerate(frame.assigned):
        f.env[x] = merge_values(f, f.local_types[x], [edge.locals[i] for edge in edges], edges)


# --- structured instructions


def open_frame(f: Emitter, kind: Literal["block", "loop", "if"], imm: FuncType | int) -> Frame:
    """Open a frame of a block type."""
    type = f.module.block_type(imm)
    frame = Frame(kind, type, f.next_assigned(), f.new_block(), len(f.stack) - len(type.params))
    f.frames.append(frame)
    return frame


@lowers("block")
def lower_block(f: Emitter, imm: FuncType | int) -> None:
    """The label comes at the end; nothing to emit."""
    open_frame(f, "block", imm)


@lowers("loop")
def lower_loop(f: Emitter, imm: FuncType | int) -> None:
    """Begin the header block; its phis get a line that `_close_loop` fills."""
    frame = open_frame(f, "loop", imm)
    branch_to(f, 0)
    f.line(f"br label %{frame.label}")
    f.start_block(frame.label)
    frame.phi_line = len(f.lines)
    f.line("")
    for i in range(len(frame.type.params)):
        f.stack[frame.height + i] = _header_phi(f, frame)
    for x in frame.assigned:
        f.env[x] = _header_phi(f, frame)
    if f.counting is not None:
        frame.counters = f.counting.counters
    for name, step in frame.counters.items():
        f.line(f"{name}.next = add nsw i64 {name}, {step}")
    if f.counter is not None:
        f.counter.count_loop(f)


def _header_phi(f: Emitter, frame: Frame) -> str:
    f.next_value += 1
    frame.phis.append(f"%v{f.next_value}")
    return frame.phis[-1]


def _close_loop(f: Emitter, frame: Frame) -> None:
    types = [LLVM_TYPE[t] for t in frame.type.params] + [f.local_types[x] for x in frame.assigned]
    carried = [(edge.operands + edge.locals, edge.block) for edge in frame.edges]
    text = []
    for i, (name, type) in enumerate(zip(frame.phis, types, strict=True)):
        incoming = [f"[{values[i]}, %{block}]" for values, block in carried]
        text.append(f"{name} = phi {type} {', '.join(incoming)}")
    for name in frame.counters:
        incoming = [f"[{f'{name}.next' if i else 0}, %{edge.block}]" for i, edge in enumerate(frame.edges)]
        text.append(f"{name} = phi i64 {', '.join(incoming)}")
    f.lines[frame.phi_line] = "\n".join(text)


@lowers("if")
def lower_if(f: Emitter, imm: FuncType | int) -> None:
    """Branch to the two arms; the other arm's state is kept in the frame."""
    condition = f.condition(f.pop())
    frame = open_frame(f, "if", imm)
    then_block, else_block = f.new_block(), f.new_block()
    frame.else_arm = ElseArm(else_block, f.stack[frame.height :], [f.env[x] for x in frame.assigned])
    f.line(f"br i1 {condition}, label %{then_block}, label %{else_block}")
    f.start_block(then_block)


def begin_else(f: Emitter) -> None:
    """The `else` of the innermost frame: its state is that of before the `if`."""
    frame = f.frames[-1]
    arm = frame.else_arm
    if arm is None:
        return
    frame.else_arm = None
    f.start_block(arm.block)
    f.stack[frame.height :] = arm.operands
    for x, value in zip(frame.assigned, arm.locals, strict=True):
        f.env[x] = value


@lowers("else")
def lower_else(f: Emitter, imm: None) -> None:
    """The first arm goes to the end."""
    f.line(f"br label %{branch_to(f, 0)}")
    begin_else(f)


@lowers("end")
def lower_end(f: Emitter, imm: None) -> None:
    """The end of a frame that is reached."""
    frame = f.frames[-1]
    if frame.kind == "loop":
        f.frames.pop()
        _close_loop(f, frame)
    elif frame.else_arm is not None or frame.edges or frame.handler is not None:
        f.line(f"br label %{branch_to(f, 0)}")
        close_frame(f)
    else:
        f.frames.pop()  # nobody branches here: go on in the same block


def close_frame(f: Emitter) -> bool:
    """The end of a frame whose last instruction is not reached, or that lacks its `else`: whether code goes on."""
    frame = f.frames[-1]
    if frame.kind == "loop":
        f.frames.pop()
        _close_loop(f, frame)
        return False
    if frame.else_arm is not None:
        begin_else(f)
        f.line(f"br label %{branch_to(f, 0)}")
    f.frames.pop()
    if frame.handler is not None:
        frame.handler.finish(f, frame, frame.handler)
    if frame.edges:
        merge(f, frame)
    return bool(frame.edges)


# --- branches


@lowers("br")
def lower_br(f: Emitter, depth: int) -> None:
    """An unconditional branch; what follows is dead."""
    f.line(f"br label %{branch_to(f, depth)}{_hints(f, depth)}")
    f.go_dead()


def _hints(f: Emitter, depth: int) -> str:
    """Metadata for a branch back to a loop."""
    return f.loop_hints if f.loop_hints and f.frames[-1 - depth].kind == "loop" else ""


@lowers("br_if")
def lower_br_if(f: Emitter, depth: int) -> None:
    """A conditional branch; code goes on in a new block. The one that ends the fast version of a loop counts."""
    operand = f.pop()
    counting = f.counting
    ends = counting is not None and counting.test_at == f.offset
    condition = f.emit(counting.test) if counting is not None and ends else f.condition(operand)
    branch_if(f, condition, depth)


def branch_if(f: Emitter, condition: str, depth: int) -> None:
    """Branch with what is on the stack if the i1 is true; else go on, in a new block."""
    label = branch_to(f, depth)
    go_on = f.new_block()
    f.line(f"br i1 {condition}, label %{label}, label %{go_on}{_hints(f, depth)}")
    f.start_block(go_on)


@lowers("br_table")
def lower_br_table(f: Emitter, labels: tuple[int, ...]) -> None:
    """A switch. Every target gets a block of its own, so that a phi sees one edge even from repeated labels."""
    index = f.pop()
    stubs = {depth: f.new_block() for depth in dict.fromkeys(labels)}
    cases = " ".join([f"i32 {i}, label %{stubs[depth]}" for i, depth in enumerate(labels[:-1])])
    f.line(f"switch i32 {index}, label %{stubs[labels[-1]]} [{cases}]")
    for depth, stub in stubs.items():
        f.start_block(stub)
        f.line(f"br label %{branch_to(f, depth)}")
    f.go_dead()


@lowers("return")
def lower_return(f: Emitter, imm: None) -> None:
    """A branch to the outermost frame."""
    lower_br(f, len(f.frames) - 1)


@lowers("unreachable")
def lower_unreachable(f: Emitter, imm: None) -> None:
    """Trap."""
    f.trap(str(int(TrapCode.UNREACHABLE)))
    f.go_dead()


@lowers("nop")
def lower_nop(f: Emitter, imm: None) -> None:
    """Nothing."""


def lower_function_result(f: Emitter) -> None:
    """Return what the outermost frame leaves on the stack: a value, or several in a struct or in memory."""
    type = result_type(f.type)
    if not f.type.results:
        f.line("ret void")
        return
    if type == "void":
        for (llvm, offset), value in zip(value_slots(result_letters(f.type)), f.stack, strict=True):
            pointer = f.emit(f"getelementptr i8, ptr %ret, i64 {offset}")
            f.line(f"store {llvm} {value}, ptr {pointer}, align {SLOT_ALIGN}{CONTEXT_ACCESS}")
        f.line("ret void")
        return
    if len(f.type.results) == 1:
        f.line(f"ret {type} {f.stack[-1]}")
        return
    aggregate = "poison"
    for i, (value, valtype) in enumerate(zip(f.stack, f.type.results, strict=True)):
        aggregate = f.emit(f"insertvalue {type} {aggregate}, {LLVM_TYPE[valtype]} {value}, {i}")
    f.line(f"ret {type} {aggregate}")
