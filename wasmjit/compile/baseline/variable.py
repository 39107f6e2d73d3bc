"""Constants, locals, globals and references, `drop` and `select`."""

from __future__ import annotations

from wasmjit.abi.signature import LETTER
from wasmjit.compile.baseline.coder import Coder
from wasmjit.compile.baseline.frame import in_vector_register
from wasmjit.compile.baseline.locations import FA, FB, TEMPORARY, A, B
from wasmjit.light import NamedTuple
from wasmjit.wasm.types import ValType, is_exn_ref, may_be_host

# --- constants and locals


def integer_const(c: Coder, value: int) -> None:
    """Noted."""
    c.stack.append((value,))


def float_const(c: Coder, bits: int) -> None:
    """Noted."""
    c.stack.append((bits, 0))


def v128_const(c: Coder, value: bytes) -> None:
    """Noted."""
    c.stack.append((int.from_bytes(value[:8], "little"), int.from_bytes(value[8:], "little"), 0))


def local_get(c: Coder, x: int) -> None:
    """Noted."""
    c.stack.append(c.home[x])


def local_set(c: Coder, x: int) -> None:
    """A move."""
    c.assign(x, c.stack.pop())


def local_tee(c: Coder, x: int) -> None:
    """A move; the operand stays in its register or is the local from now on."""
    location = c.stack.pop()
    c.assign(x, location)
    c.stack.append(location if isinstance(location, tuple) or location in (A, FA) else c.home[x])


def drop(c: Coder, imm: None) -> None:
    """The operand is gone. What computed it was made, so that its traps happen."""
    location = c.stack.pop()
    if not isinstance(location, tuple) and location < TEMPORARY:
        c.release(location)


def select(c: Coder, types: tuple[ValType, ...]) -> None:
    """`select`, with the condition in A."""
    condition = c.stack.pop()
    if in_vector_register(types[0]):
        second, first = c.stack.pop(), c.stack.pop()
        if second == FA:
            c.to_vector(FB, second)
            second = FB
        c.take_fa(first)
        c.to_vector(FB, second)
        c.take_a(condition)
        c.asm.put(c.context.stencil("selectv A?FA:FB"))
        c.stack.append(FA)
        return
    if not isinstance(c.stack[-1], int) or c.stack[-1] < 0:
        c.spill(len(c.stack) - 1)
    second, first = c.stack.pop(), c.stack.pop()
    c.to_integer(B, first)
    c.take_a(condition)
    c.asm.put(c.context.stencil("select A?B:S"), second)
    c.stack.append(A)


# --- globals, references


def _letter(type: ValType) -> str:
    """How a type stands in the keys of globals: the runtime counts references to objects of the host."""
    return "x" if may_be_host(type) else "e" if is_exn_ref(type) else LETTER[type]


class Global(NamedTuple):
    """How a global is read and assigned: by a register, and by these pieces of code."""

    in_vector: bool
    is_call: bool
    get: bytes
    set: bytes


def _global(c: Coder, x: int) -> Global:
    found = c.context.globals.get(x)
    if found is None:
        context, module = c.context, c.context.module
        type = module.globals[x].type.type
        suffix = f"{_letter(type)} {'imp' if x < module.num_imported_globals else 'own'}"
        offset = context.layout.global_(x)
        codes = [context.stencil(f"global.{verb} {suffix}").pack(offset) for verb in ("get", "set")]
        found = context.globals[x] = Global(in_vector_register(type), may_be_host(type), *codes)
    return found


def global_get(c: Coder, x: int) -> None:
    """`global.get`."""
    glob = _global(c, x)
    c.free_fa() if glob.in_vector else c.free_a()
    c.out.append(glob.get)
    c.stack.append(FA if glob.in_vector else A)


def global_set(c: Coder, x: int) -> None:
    """`global.set`."""
    glob = _global(c, x)
    location = c.stack.pop()
    if glob.in_vector:
        c.take_fa(location)
    else:
        c.take_a(location)
    if glob.is_call:
        c.leave_registers(len(c.stack))
    c.asm.locate(c.offset)
    c.out.append(glob.set)
    if glob.is_call:
        c.return_to_registers()


def ref_null(c: Coder, type: object) -> None:
    """Null is 0."""
    c.stack.append((0,))


def ref_func(c: Coder, funcidx: int) -> None:
    """`ref.func`."""
    c.free_a()
    c.asm.put(c.context.stencil("ref.func"), c.context.layout.funcref(funcidx))
    c.stack.append(A)
