"""Calls, and the beginning of a function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wasmjit.abi.signature import signature_key
from wasmjit.compile.baseline.call_plan import call_plan
from wasmjit.compile.baseline.coder import Coder
from wasmjit.compile.baseline.locations import FA, PRESERVED, TEMPORARY
from wasmjit.wasm.types import FuncType

if TYPE_CHECKING:
    from collections.abc import Sequence

_ZEROED_ONE_BY_ONE = 4


# --- calls


def call(c: Coder, funcidx: int) -> None:
    """`call`, of a defined or an imported function."""
    module = c.context.module
    type = module.func_type(funcidx)
    index = funcidx - module.num_imported_funcs
    if index < 0:
        _call(c, type, "import", (c.context.layout.imported_func(funcidx),))
    else:
        _call(c, type, "", (8 * index,))


def call_indirect(c: Coder, imm: tuple[int, int]) -> None:
    """`call_indirect`: the index is in A."""
    typeidx, tableidx = imm
    module = c.context.module
    c.take_a(c.stack.pop())
    deftype = module.deftypes[typeidx]
    name = "indirect" if deftype.final else f"indirect sub {deftype.depth}"
    _call(c, module.functype(typeidx), name, (c.context.layout.table(tableidx), 8 * typeidx))


def call_ref(c: Coder, typeidx: int) -> None:
    """`call_ref`: the reference is in A."""
    c.take_a(c.stack.pop())
    _call(c, c.context.module.functype(typeidx), "ref", ())


def _call(c: Coder, type: FuncType, name: str, values: tuple[int, ...]) -> None:
    plan = call_plan(type)
    first = len(c.stack) - len(type.params)
    c.leave_registers(first)
    if plan.registers is None:
        results = len(type.results)
        c.spill_from(first)
        start = c.place(first)
        c.place(first + max(results, len(type.params), 1) - 1)
        kind, _, rest = name.partition(" ")
        key = f"{kind or 'call'}{c.slot} {f'{rest} ' if rest else ''}{signature_key(type)}"
        c.asm.locate(c.offset)
        stencil = c.context.stencil(key)
        c.asm.put(stencil, *values, start)
        del c.stack[first:]
        c.stack += [c.place(first + i) for i in range(results)]
    else:
        _arguments(c, first, plan.registers)
        c.asm.locate(c.offset)
        c.asm.put(c.context.stencil(f"call {name}" if name else "call"), *values)
        del c.stack[first:]
        if plan.result:
            c.stack.append(plan.result)
    c.return_to_registers()


def _arguments(c: Coder, first: int, registers: Sequence[int]) -> None:
    """Bring operands into the registers of arguments.

    A local whose register has been overwritten is loaded from its slot, which is up to date (`Coder.through`).
    """
    stack = c.stack
    for i, register in enumerate(registers):
        location = stack[first + i]
        if isinstance(location, int) and location != register:
            source = location - TEMPORARY if location < TEMPORARY else location
            if source in registers and (location < TEMPORARY or location == FA):
                c.spill(first + i)
    written: set[int] = set()
    for i, register in enumerate(registers):
        location = stack[first + i]
        if location in written:
            location = c.slot_of(location)
        c.to_register(register, location)
        written.add(register)


# --- the beginning


def begin(c: Coder, type: FuncType) -> None:
    """The entry, and the locals: parameters where they belong, the others zero."""
    plan = call_plan(type)
    params = len(type.params)
    c.entry = c.context.stencil("entry" if plan.registers is not None else f"entry{c.slot} {signature_key(type)}")
    c.asm.put(c.entry, 0, 0)  # what it needs is known in the end
    for x, arrival in enumerate(plan.registers or ()):
        home = c.home[x]
        if home != arrival or (c.through and home not in PRESERVED):
            c.asm.put((c.moves.store if arrival > FA else c.store_vector)[arrival], x * c.slot)
    for x in range(params):
        if c.home[x] < 0 and (plan.registers is None or c.home[x] != plan.registers[x]):
            c.reload(x)
    _zero_locals(c, params)


def _zero_locals(c: Coder, first: int) -> None:
    in_slots = [x for x in range(first, len(c.home)) if c.home[x] >= 0 or c.through]
    if len(in_slots) > _ZEROED_ONE_BY_ONE or (in_slots and c.slot == 16):
        c.asm.put(c.moves.zero_slots, first * c.slot, (len(c.home) - first) * c.slot // 8)
    else:
        for x in in_slots:
            c.asm.put(c.moves.store_constant, x * c.slot, 0)
    for x in range(first, len(c.home)):
        home = c.home[x]
        if home < 0:
            c.to_register(home, (0,) if home > FA else (0, 0))
