"""Instructions that the runtime does, or that take ranges: their operands are in slots, and registers are lost."""

from __future__ import annotations

from wasmjit.compile.baseline.access import refuse_others
from wasmjit.compile.baseline.coder import Coder, Handler, NoStencilError
from wasmjit.compile.baseline.locations import A, B
from wasmjit.wasm.types import I64, is_exn_ref, may_be_host


def _call(c: Coder, operands: int, key: str, *values: int) -> None:
    """Make code of the stencil `key`, with so many operands in slots from the hole S on; `values` come before it."""
    first = len(c.stack) - operands
    c.leave_registers(first)
    c.spill_from(first)
    c.call_out(f"slots{c.slot} {key}", *values, c.place(first))
    del c.stack[first:]


def memory_grow(c: Coder, memidx: int) -> None:
    """`memory.grow`."""
    refuse_others(c, memidx)
    c.take_a(c.stack.pop())
    c.leave_registers(len(c.stack))
    c.call_out("memory.grow A")
    c.stack.append(A)


def memory_fill(c: Coder, memidx: int) -> None:
    """`memory.fill`."""
    refuse_others(c, memidx)
    _call(c, 3, "memory.fill", c.context.memory_base)


def memory_copy(c: Coder, memidxs: tuple[int, int]) -> None:
    """`memory.copy`."""
    refuse_others(c, memidxs)
    _call(c, 3, "memory.copy", c.context.memory_base)


def memory_init(c: Coder, imm: tuple[int, int]) -> None:
    """`memory.init`."""
    refuse_others(c, imm[1])
    _call(c, 3, "memory.init", imm[0])


def drop_segment(name: str) -> Handler:
    """`data.drop` or `elem.drop`."""

    def handle(c: Coder, index: int) -> None:
        c.leave_registers(len(c.stack))
        c.call_out(name, index)

    return handle


# --- tables


def _refuse_wide(c: Coder, *tableidxs: int) -> None:
    if any(c.context.module.tables[tableidx].address is I64 for tableidx in tableidxs):
        raise NoStencilError("a table with 64-bit indices")


def table_get(c: Coder, tableidx: int) -> None:
    """`table.get`."""
    _refuse_wide(c, tableidx)
    c.take_a(c.stack.pop())
    c.asm.locate(c.offset)
    c.asm.put(c.context.stencil("table.get A"), c.context.layout.table(tableidx))
    c.stack.append(A)


def table_size(c: Coder, tableidx: int) -> None:
    """`table.size`."""
    _refuse_wide(c, tableidx)
    c.free_a()
    c.asm.put(c.context.stencil("table.size"), c.context.layout.table(tableidx))
    c.stack.append(A)


def table_set(c: Coder, tableidx: int) -> None:
    """`table.set`: the index in B, the reference in A."""
    _refuse_wide(c, tableidx)
    type = c.context.module.tables[tableidx].element
    reference = c.stack.pop()
    c.leave_registers(len(c.stack))
    index = c.stack.pop()
    if index == A:
        c.to_integer(B, A)
        c.to_integer(A, reference)
    else:
        c.to_integer(A, reference)
        c.to_integer(B, index)
    letter = "x " if may_be_host(type) else "e " if is_exn_ref(type) else ""
    c.call_out(f"table.set {letter}B,A", c.context.layout.table(tableidx))


def table_fill(c: Coder, tableidx: int) -> None:
    """`table.fill`."""
    _refuse_wide(c, tableidx)
    _call(c, 3, "table.fill", tableidx)


def table_grow(c: Coder, tableidx: int) -> None:
    """`table.grow`."""
    _refuse_wide(c, tableidx)
    _call(c, 2, "table.grow", tableidx)
    c.stack.append(A)


def table_copy(c: Coder, tableidxs: tuple[int, int]) -> None:
    """`table.copy`."""
    _refuse_wide(c, *tableidxs)
    _call(c, 3, "table.copy", tableidxs[1], tableidxs[0])


def table_init(c: Coder, imm: tuple[int, int]) -> None:
    """`table.init`."""
    _refuse_wide(c, imm[1])
    _call(c, 3, "table.init", *imm)
