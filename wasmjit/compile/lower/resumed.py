"""A function that goes on at a loop with the frame of another tier (abi/frame.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wasmjit.binary.code import Body, RawInstr
from wasmjit.compile.baseline.frame import slot_bytes
from wasmjit.compile.lower.control import Edge, merge_values, open_frame
from wasmjit.compile.lower.emitter import CONTEXT_ACCESS, Emitter
from wasmjit.compile.lower.frame import RESUMED_RESULT, store_results
from wasmjit.compile.lower.function import begin_body, declare_locals, finish_function, lower_instrs
from wasmjit.compile.lower.registry import HANDLERS
from wasmjit.compile.lower.resume import Open, Resumption, plan_resumption
from wasmjit.compile.lower.types import LLVM_TYPE, ZERO
from wasmjit.wasm.opcodes import CODE_BY_NAME
from wasmjit.wasm.types import ValType

if TYPE_CHECKING:
    from wasmjit.compile.lower.unit import Unit

_IF, _ELSE = CODE_BY_NAME["if"], CODE_BY_NAME["else"]
_FRAME = "%from"


class Unreachable(Exception):
    """There is no way to go on at a loop: nothing gets there, or it would take what this can't do."""


def lower_resumed(unit: Unit, funcidx: int, body: Body, loop: int, scope: int) -> str:
    """The LLVM function `@osrF.N` for a validated body. Raises Unreachable."""
    plan = plan_resumption(unit.module, funcidx, body, loop)
    if plan is None:
        raise Unreachable
    f = Emitter(unit, unit.module.func_type(funcidx), scope)
    types = [*f.type.params, *body.local_types]
    slot = slot_bytes(unit.module, f.type, body)
    values = [_load(f, f"%in{x}", type, x * slot) for x, type in enumerate(types)]
    operands = [_load(f, f"%op{j}", type, (len(types) + j) * slot) for j, type in enumerate(plan.operands)]
    values += [ZERO[type] if home is None else operands[home] for type, home in plan.extra]
    openers: list[RawInstr] = [(_IF if block.code == _ELSE else block.code, block.imm, 0) for block in plan.around]
    declare_locals(f, [*types, *(type for type, _ in plan.extra)], values, [*openers, *plan.instrs])
    begin_body(f, body)
    for block in plan.around:
        _open(f, block)
    f.stack[:] = operands[: plan.height]
    _lower_rest(f, plan)
    if not f.dead_depth:
        store_results(f, _FRAME)
    return finish_function(f, funcidx, body, f"{RESUMED_RESULT} @osr{funcidx}.{loop}(ptr %c, ptr {_FRAME})")


def _load(f: Emitter, name: str, type: ValType, offset: int) -> str:
    """Load a value of the frame in the entry block."""
    f.entry.append(f"{name}.p = getelementptr i8, ptr {_FRAME}, i64 {offset}")
    f.entry.append(f"{name} = load {LLVM_TYPE[type]}, ptr {name}.p, align 8{CONTEXT_ACCESS}")
    return name


def _open(f: Emitter, block: Open) -> None:
    """Open a block round the loop. What it takes has been used up; its first part is where control comes through."""
    f.stack[:] = ["poison"] * len(block.operands)
    if block.code == _IF:
        f.stack[-1] = "1"
    if block.code == _ELSE:
        f.stack.pop()
        open_frame(f, "block", block.imm)
    else:
        HANDLERS[block.code](f, block.imm)


def _lower_rest(f: Emitter, plan: Resumption) -> None:
    instrs, join = plan.instrs, plan.join
    if not join:
        lower_instrs(f, instrs, 0, len(instrs))
        return
    entrance, values = f.block, list(f.env)
    meeting, ordinary = f.new_block(), f.new_block()
    f.line(f"br i1 true, label %{meeting}, label %{ordinary}")  # the loop outside begins by going round
    f.start_block(ordinary)
    lower_instrs(f, instrs, 0, join)
    if f.dead_depth:
        raise Unreachable
    edges = [Edge(entrance, [], values), Edge(f.block, [], list(f.env))]
    f.line(f"br label %{meeting}")
    f.start_block(meeting)
    for x, llvm in enumerate(f.local_types):
        f.env[x] = merge_values(f, llvm, [edge.locals[x] for edge in edges], edges)
    lower_instrs(f, instrs, join, len(instrs))
