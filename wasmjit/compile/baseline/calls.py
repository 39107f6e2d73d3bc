"""Calls, and the beginning of a function."""

from __future__ import annotations

from wasmjit.abi.signature import signature_key
from wasmjit.compile.baseline.call_plan import CallPlan, call_plan
from wasmjit.compile.baseline.coder import Coder
from wasmjit.compile.baseline.locations import FA, PRESERVED, TEMPORARY
from wasmjit.light import TYPE_CHECKING, NamedTuple
from wasmjit.wasm.opcodes import CODE_BY_NAME
from wasmjit.wasm.types import FuncType

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wasmjit.compile.baseline.stencil import Stencil

_CALL, _CALL_INDIRECT = CODE_BY_NAME["call"], CODE_BY_NAME["call_indirect"]

_ZEROED_ONE_BY_ONE = 4


# --- calls


class Callee(NamedTuple):
    """What a call of some function needs: `key` is that of its stencil, `values` are those of its holes but S.

    `code` is that of the call itself if arguments and result are in registers.
    """

    params: int
    results: int
    plan: CallPlan
    key: str
    values: tuple[int, ...]
    code: bytes


def call(c: Coder, funcidx: int) -> None:
    """`call`, of a defined or an imported function."""
    callee = c.context.callees.get(funcidx)
    if callee is None:
        callee = c.context.callees[funcidx] = _direct_callee(c, funcidx)
    _call(c, callee)


def call_indirect(c: Coder, imm: tuple[int, int]) -> None:
    """`call_indirect`: the index is in A."""
    c.take_a(c.stack.pop())
    _call(c, _indirect_callee(c, *imm))


def call_ref(c: Coder, typeidx: int) -> None:
    """`call_ref`: the reference is in A."""
    c.take_a(c.stack.pop())
    _call(c, _callee(c, c.context.module.functype(typeidx), "ref", ()))


def _direct_callee(c: Coder, funcidx: int) -> Callee:
    module = c.context.module
    type = module.func_type(funcidx)
    index = funcidx - module.num_imported_funcs
    if index < 0:
        return _callee(c, type, "import", (c.context.layout.imported_func(funcidx),))
    return _callee(c, type, "", (8 * index,))


def _indirect_callee(c: Coder, typeidx: int, tableidx: int) -> Callee:
    module = c.context.module
    deftype = module.deftypes[typeidx]
    name = "indirect" if deftype.final else f"indirect sub {deftype.depth}"
    return _callee(c, module.functype(typeidx), name, (c.context.layout.table(tableidx), 8 * typeidx))


def _callee(c: Coder, type: FuncType, name: str, values: tuple[int, ...]) -> Callee:
    plan = call_plan(type)
    if plan.registers is None:
        kind, _, rest = name.partition(" ")
        key = f"{kind or 'call'}%d {f'{rest} ' if rest else ''}{signature_key(type)}"
        code = b""
    else:
        key = f"call {name}" if name else "call"
        code = c.context.stencil(key).pack(*values)
    return Callee(len(type.params), len(type.results), plan, key, values, code)


def _call(c: Coder, callee: Callee) -> None:
    plan = callee.plan
    first = len(c.stack) - callee.params
    c.leave_registers(first)
    if plan.registers is None:
        _call_by_slots(c, callee, first)
    else:
        _arguments(c, first, plan.registers)
        c.asm.locate(c.offset)
        c.out.append(callee.code)
        del c.stack[first:]
        if plan.result:
            c.stack.append(plan.result)
    c.return_to_registers()


def _call_by_slots(c: Coder, callee: Callee, first: int) -> None:
    c.spill_from(first)
    start = c.place(first)
    c.place(first + max(callee.params, callee.results, 1) - 1)
    c.asm.locate(c.offset)
    c.asm.put(signature_stencil(c, callee.key % c.slot), *callee.values, start)
    del c.stack[first:]
    c.stack += [c.place(first + i) for i in range(callee.results)]


def _arguments(c: Coder, first: int, registers: Sequence[int]) -> None:
    """Bring operands into the registers of arguments.

    A local whose register has been overwritten is loaded from its slot, which is up to date (`Coder.through`).
    """
    stack = c.stack
    for i, register in enumerate(registers):
        location = stack[first + i]
        if isinstance(location, int) and (location < TEMPORARY or location == FA) and location != register:
            source = location - TEMPORARY if location < TEMPORARY else location
            if source in registers:
                c.spill(first + i)
    written: set[int] = set()
    for i, register in enumerate(registers):
        location = stack[first + i]
        if location in written:
            location = c.slot_of(location)
        if location != register:
            c.to_register(register, location)
        written.add(register)


# --- code for signatures


def signature_stencil(c: Coder, key: str) -> Stencil:
    """The stencil of a key for a signature.

    If it has to be made, so are those for all calls in the function, and for the entries of what it calls: it is the
    same work for LLVM once, and these will be wanted soon.
    """
    if not c.context.library.has(key):
        c.context.library.demand([key, *_signature_keys(c)])
    return c.context.stencil(key)


def _signature_keys(c: Coder) -> Iterator[str]:
    module = c.context.module
    for code, imm, _ in c.instrs:
        if code == _CALL:
            callee = _direct_callee(c, imm)
            if callee.plan.registers is None and imm >= module.num_imported_funcs:
                yield _entry_key(c, module.func_type(imm))
        elif code == _CALL_INDIRECT:
            callee = _indirect_callee(c, *imm)
        else:
            continue
        if callee.plan.registers is None:
            yield callee.key % c.slot


def _entry_key(c: Coder, type: FuncType) -> str:
    return f"entry{c.slot} {signature_key(type)}"


# --- the beginning


def begin(c: Coder, type: FuncType, plan: CallPlan) -> None:
    """The entry, and the locals: parameters where they belong, the others zero."""
    params = len(type.params)
    c.entry = c.context.entry if plan.registers is not None else signature_stencil(c, _entry_key(c, type))
    c.asm.put(c.entry, 0, 0)  # what it needs is known in the end
    for x, arrival in enumerate(plan.registers or ()):
        home = c.home[x]
        if home != arrival or (c.through and home not in PRESERVED):
            c.out.append((c.moves.store if arrival > FA else c.store_vector)[arrival][x * c.slot])
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
    for x in sorted(c.pinned):
        if x >= first:
            home = c.home[x]
            c.to_register(home, (0,) if home > FA else (0, 0))
