"""Typed function references (spec 4.4.3, 4.4.8): references that are known not to be null, and calls of them."""

from __future__ import annotations

from wasmjit.interp.control import tail_call
from wasmjit.interp.operand import TRAPS, combine
from wasmjit.interp.registry import interprets
from wasmjit.interp.translator import Translator
from wasmjit.interp.tree import If


@interprets("ref.as_non_null")
def ref_as_non_null(t: Translator, imm: None) -> None:
    """Traps for null."""
    t.push(combine("non_null({})", [t.pop()], 0, 0, TRAPS, t.offset))


def _callee(t: Translator, typeidx: int) -> tuple[str, str]:
    """The function of a reference, for which null traps, and the arguments."""
    callee = t.pop()
    args = t.pop_values(t.module.functype(typeidx).params)
    if any(arg.effects & TRAPS for arg in args):
        args = [t.scratch(arg) if arg.effects & TRAPS else arg for arg in args]
    return f"callee({callee.text})", ", ".join(arg.text for arg in args)


@interprets("call_ref")
def call_ref(t: Translator, typeidx: int) -> None:
    """A call of a function reference."""
    function, args = _callee(t, typeidx)
    t.call(f"{function}({args})", t.module.functype(typeidx).results)


@interprets("return_call_ref")
def return_call_ref(t: Translator, typeidx: int) -> None:
    """The same in place of a return."""
    tail_call(t, *_callee(t, typeidx))


@interprets("br_on_null")
def br_on_null(t: Translator, labelidx: int) -> None:
    """To a label without the reference, or on with it."""
    (reference,) = t.atoms(t.pop())
    t.settle(TRAPS)
    t.nodes.append(If(f"{reference.text} is None", t.jump(labelidx), [], t.offset))
    t.push(reference)


@interprets("br_on_non_null")
def br_on_non_null(t: Translator, labelidx: int) -> None:
    """To a label with the reference, or on without it."""
    (reference,) = t.atoms(t.pop())
    t.settle(TRAPS)
    t.push(reference)
    nodes = t.jump(labelidx)
    t.pop()
    t.nodes.append(If(f"{reference.text} is not None", nodes, [], t.offset))
