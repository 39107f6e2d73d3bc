"""Calls with arguments on the stack: a function that takes them from a buffer and then jumps.

Every tail call that has some goes this way, and other calls where LLVM does not get them right (convention.needs_jump).

LLVM guarantees a tail call in this place too, as the convention is `tailcc` and the call is followed by the return;
the function is left unoptimised, so that it stays so. It makes no other call: nothing ever sees its frame, whose return
address moves.
"""

from __future__ import annotations

from wasmjit.compile.convention import SLOT_ALIGN, argument_list, result_type, results_in_memory, value_slots

JUMP_ATTRIBUTES = "#3"
"""The attribute group of such functions."""

JUMP_ATTRIBUTE_TEXT = 'noinline optnone uwtable "frame-pointer"="all"'


def jump_name(key: str) -> str:
    """The function's name in IR for a signature key (abi/signature.py)."""
    return f'@"jump.{key}"'


def jump_arguments(code: str, buffer: str) -> str:
    """Text of the arguments that it takes after vmctx and the place of results, with a comma before each."""
    return f", ptr {code}, ptr {buffer}"


def jump_ir(key: str) -> str:
    """`RESULT @"jump.KEY"(ptr vmctx, [ptr ret,] ptr code, ptr buffer)`; the buffer is that of abi/signature.py."""
    params, _, results = key.partition(":")
    lines: list[str] = []

    def emit(expression: str) -> str:
        lines.append(f"%h{len(lines)} = {expression}")
        return f"%h{len(lines) - 1}"

    values = []
    for type, offset in value_slots(params):
        pointer = emit(f"getelementptr i8, ptr %buffer, i64 {offset}")
        values.append(emit(f"load {type}, ptr {pointer}, align {SLOT_ALIGN}"))
    returned = result_type(results)
    in_memory = ", ptr %ret" if results_in_memory(results) else ""
    call = f"tail call tailcc {returned} %code(ptr %c{in_memory}{argument_list(params, values, emit)})"
    lines += [call, "ret void"] if returned == "void" else [f"%r = {call}", f"ret {returned} %r"]
    taken = jump_arguments("%code", "%buffer")
    header = f"define internal tailcc {returned} {jump_name(key)}(ptr %c{in_memory}{taken}) {JUMP_ATTRIBUTES} {{"
    return "\n".join([header, *lines, "}\n"])
