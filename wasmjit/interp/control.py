"""Control instructions (spec 4.4.8)."""

from __future__ import annotations

from wasmjit.interp.operand import TRAPS, Operand, masked
from wasmjit.interp.registry import interprets
from wasmjit.interp.translator import Translator
from wasmjit.interp.tree import If, Node
from wasmjit.wasm.types import FuncType


@interprets("nop")
def nop(t: Translator, imm: None) -> None:
    """Nothing."""


@interprets("unreachable")
def unreachable(t: Translator, imm: None) -> None:
    """Always traps."""
    t.settle(TRAPS)
    t.stop("trap_unreachable()")


@interprets("block")
def block(t: Translator, imm: FuncType | int) -> None:
    """Branches to it go to its end."""
    t.open(t.module.block_type(imm))


@interprets("loop")
def loop(t: Translator, imm: FuncType | int) -> None:
    """Branches to it go to its start, with its parameters in their places."""
    type = t.module.block_type(imm)
    t.settle_all()
    t.force_all(len(t.stack) - len(type.params), type.params)
    t.open(type, is_loop=True)
    t.poll()


@interprets("if")
def if_(t: Translator, imm: FuncType | int) -> None:
    """The condition is evaluated last: it may be the youngest to trap."""
    type = t.module.block_type(imm)
    condition = masked(t.pop(), 32)
    t.settle_all()
    t.force_all(len(t.stack) - len(type.params), type.params)
    frame = t.open(type)
    frame.node = If(condition.text, t.nodes, [], t.offset)
    frame.stack = list(t.stack)


@interprets("else")
def else_(t: Translator, imm: None) -> None:
    """The other arm starts with the same operands."""
    frame = t.frames[-1]
    t.end_arm(frame)
    if frame.node is None:
        raise t.internal("else without if")
    t.nodes = frame.node.orelse
    t.stack[:] = frame.stack


@interprets("end")
def end(t: Translator, imm: None) -> None:
    """Of a block or of the function."""
    if len(t.frames) > 1:
        t.close()
    elif not t.dead:
        t.settle(TRAPS)
        t.stop(t.return_text())


@interprets("br")
def br(t: Translator, labelidx: int) -> None:
    """To a label, with its operands."""
    t.settle(TRAPS)
    t.nodes += t.jump(labelidx)
    t.die()


@interprets("br_if")
def br_if(t: Translator, labelidx: int) -> None:
    """To a label or on."""
    condition = masked(t.pop(), 32)
    t.settle(TRAPS)
    t.nodes.append(If(condition.text, t.jump(labelidx), [], condition.offset or t.offset))


@interprets("br_table")
def br_table(t: Translator, labels: tuple[int, ...]) -> None:
    """A tree of comparisons over the runs of equal targets."""
    index = masked(t.pop(), 32)
    t.settle(TRAPS)
    (index,) = t.atoms(index)
    starts = [0]
    for i in range(1, len(labels)):
        if labels[i] != labels[i - 1]:
            starts.append(i)
    t.nodes += _choose(t, index, labels, starts)
    t.die()


def _choose(t: Translator, index: Operand, labels: tuple[int, ...], starts: list[int]) -> list[Node]:
    if len(starts) == 1:
        return t.jump(labels[starts[0]])
    middle = len(starts) // 2
    low = _choose(t, index, labels, starts[:middle])
    high = _choose(t, index, labels, starts[middle:])
    bound = starts[middle]
    return [If(f"{index.text} < {bound}", low, high, t.offset)]


@interprets("return")
def return_(t: Translator, imm: None) -> None:
    """Out of the function with its results."""
    t.settle(TRAPS)
    t.stop(t.return_text())


# --- calls


@interprets("call")
def call(t: Translator, funcidx: int) -> None:
    """A direct call: functions are global variables of the generated code."""
    type = t.module.func_type(funcidx)
    args = t.pop_values(type.params)
    t.call(f"f{funcidx}({', '.join(arg.text for arg in args)})", type.results)


@interprets("call_indirect")
def call_indirect(t: Translator, imm: tuple[int, int]) -> None:
    """A call through the view of a table that has functions of this type, and traps for everything else."""
    function, args = _indirect(t, imm)
    t.call(f"{function}({args})", t.module.functype(imm[0]).results)


def _indirect(t: Translator, imm: tuple[int, int]) -> tuple[str, str]:
    """The function of an indirect call, and the arguments, none of which traps: an index error is the table's."""
    typeidx, tableidx = imm
    index = t.pop_value(t.module.tables[tableidx].address)
    args = t.pop_values(t.module.functype(typeidx).params)
    if any(operand.effects & TRAPS for operand in (*args, index)):
        t.settle(TRAPS)
        *args, index = (t.scratch(o) if o.effects & TRAPS else o for o in (*args, index))
    return f"t{tableidx}_{typeidx}[{index.text}]", ", ".join(arg.text for arg in args)


@interprets("return_call")
def return_call(t: Translator, funcidx: int) -> None:
    """What to call instead is handed to whoever called this function."""
    args = t.pop_values(t.module.func_type(funcidx).params)
    tail_call(t, f"f{funcidx}", ", ".join(arg.text for arg in args))


@interprets("return_call_indirect")
def return_call_indirect(t: Translator, imm: tuple[int, int]) -> None:
    """The same through a table."""
    tail_call(t, *_indirect(t, imm))


def tail_call(t: Translator, function: str, args: str) -> None:
    """Return what to call instead."""
    t.settle(TRAPS)
    t.has_tail_calls = True
    t.stop(f"return TailCall({function}, ({args},))" if args else f"return TailCall({function}, ())")
