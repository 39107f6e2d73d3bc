"""Tail calls with arguments on the stack: a function that takes them from a buffer and then jumps.

LLVM guarantees a tail call in this place too, as the convention is `tailcc` and the call is followed by the return;
the function is left unoptimised, so that it stays so. It makes no other call: nothing ever sees its frame, whose return
address moves.
"""

from __future__ import annotations

from wasmjit.compile.convention import SLOT_ALIGN, argument_list, result_type, results_in_memory, value_slots

JUMP_ATTRIBUTES = "#3"


def jump_ir(name: str, key: str) -> str:
    """`RESULT name(ptr vmctx, [ptr ret,] ptr code, ptr buffer)` for a signature key (abi/signature.py)."""
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
    header = f"define internal tailcc {returned} {name}(ptr %c{in_memory}, ptr %code, ptr %buffer) {JUMP_ATTRIBUTES} {{"
    return "\n".join([header, *lines, "}\n"])
