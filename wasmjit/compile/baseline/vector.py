"""Vector instructions: operands in FA, FB and x5, and in A."""

from __future__ import annotations

from wasmjit.compile.baseline.coder import Coder, NoStencilError
from wasmjit.compile.baseline.locations import FA, FB, TEMPORARY, VECTORS, A, B, Location
from wasmjit.light import NamedTuple

_LAST = VECTORS[5]


class Operands(NamedTuple):
    """Where an instruction wants its operands, in their order, and where it leaves its result."""

    registers: tuple[int, ...]
    result: int


def place_operands(c: Coder, registers: tuple[int, ...]) -> None:
    """Pop operands into registers: of FA, FB and the last vector register in this order, and of A."""
    first = len(c.stack) - len(registers)
    locations = c.stack[first:]
    del c.stack[first:]
    # What is in FA, and wanted elsewhere, moves first: nothing else is in a register that is written here.
    for i, (location, register) in enumerate(zip(locations, registers, strict=True)):
        if location == FA and register != FA:
            c.to_vector(register, FA)
            locations[i] = register
    if A in registers and A not in locations:
        c.free_a()
    if FA in registers and FA not in locations:
        c.free_fa()
    for location, register in zip(locations, registers, strict=True):
        c.to_register(register, location)


def vector(c: Coder, key: str, row: Operands) -> None:
    """An instruction that cannot trap."""
    place_operands(c, row.registers)
    if row.result == A:
        c.free_a()
    elif row.result == FA:
        c.free_fa()
    c.asm.put(c.context.stencil(key))
    if row.result:
        c.stack.append(row.result)


def access_lane(c: Coder, key: str, row: Operands, imm: tuple[int, ...]) -> None:
    """A load or store of one lane: the address in B, the vector in FA."""
    _, offset, memidx, _ = imm
    if memidx or offset > c.max_memory_offset:
        raise NoStencilError("another memory, or a large offset")
    value, address = c.stack.pop(), c.stack.pop()
    c.to_integer(B, _register(c, address))
    c.take_fa(value)
    c.asm.locate(c.offset)
    c.asm.put(c.context.stencil(key), *c.bounds, offset)
    if row.result:
        c.stack.append(FA)


def _register(c: Coder, location: Location) -> Location:
    """A location, of a temporary its register, which is free then."""
    return c.release(location) if isinstance(location, int) and location < TEMPORARY else location


def shuffle(c: Coder, lanes: bytes) -> None:
    """`i8x16.shuffle`: the lanes of either operand by a swizzle, which gives 0 for those of the other."""
    swizzle, either = c.context.stencil("i8x16.swizzle FA,FB"), c.context.stencil("v128.or FA,FB")
    second, first = c.stack.pop(), c.stack.pop()
    c.free_a()
    if second == FA:
        c.to_vector(_LAST, FA)
        second = _LAST
    c.take_fa(first)
    c.to_vector(_LAST, second)
    c.to_vector(FB, _lanes(lanes, 0))
    c.asm.put(swizzle)
    c.out.append(c.moves.move[FB, FA])
    c.out.append(c.moves.move[FA, _LAST])
    c.out.append(c.moves.move[_LAST, FB])
    c.to_vector(FB, _lanes(lanes, 16))
    c.asm.put(swizzle)
    c.out.append(c.moves.move[FB, _LAST])
    c.asm.put(either)
    c.stack.append(FA)


def _lanes(lanes: bytes, first: int) -> tuple[int, int, int]:
    """The mask of a swizzle that takes lanes from `first` on, as a constant."""
    mask = bytes(lane - first if 0 <= lane - first < 16 else 0xFF for lane in lanes)
    return int.from_bytes(mask[:8], "little"), int.from_bytes(mask[8:], "little"), 0
