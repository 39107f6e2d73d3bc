"""Constants, locals, globals and references, `drop` and `select`."""

from __future__ import annotations

from wasmjit.abi.signature import LETTER
from wasmjit.compile.baseline.coder import Coder
from wasmjit.compile.baseline.frame import in_vector_register
from wasmjit.compile.baseline.locations import FA, FB, TEMPORARY, A, B
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


def _global(c: Coder, name: str, x: int) -> tuple[str, ValType]:
    module = c.context.module
    type = module.globals[x].type.type
    return f"{name} {_letter(type)} {'imp' if x < module.num_imported_globals else 'own'}", type


def global_get(c: Coder, x: int) -> None:
    """`global.get`."""
    key, type = _global(c, "global.get", x)
    in_vector = in_vector_register(type)
    c.free_fa() if in_vector else c.free_a()
    c.asm.put(c.context.stencil(key), c.context.layout.global_(x))
    c.stack.append(FA if in_vector else A)


def global_set(c: Coder, x: int) -> None:
    """`global.set`."""
    key, type = _global(c, "global.set", x)
    location = c.stack.pop()
    if in_vector_register(type):
        c.take_fa(location)
    else:
        c.take_a(location)
    counted = may_be_host(type)
    if counted:
        c.leave_registers(len(c.stack))
    c.asm.locate(c.offset)
    c.asm.put(c.context.stencil(key), c.context.layout.global_(x))
    if counted:
        c.return_to_registers()


def ref_null(c: Coder, type: object) -> None:
    """Null is 0."""
    c.stack.append((0,))


def ref_func(c: Coder, funcidx: int) -> None:
    """`ref.func`."""
    c.free_a()
    c.asm.put(c.context.stencil("ref.func"), c.context.layout.funcref(funcidx))
    c.stack.append(A)
