"""Instructions on scalars: the operands come into A or FA, and the result stays there."""

from __future__ import annotations

from collections.abc import Callable

from wasmjit.compile.baseline.branches import Pending
from wasmjit.compile.baseline.coder import Coder, Handler
from wasmjit.compile.baseline.locations import (
    FA,
    FB,
    LEAST_NARROW,
    MOST_NARROW,
    PENDING,
    TEMPORARY,
    A,
    B,
    Location,
)
from wasmjit.compile.baseline.rows import Binary
from wasmjit.light import TYPE_CHECKING, NamedTuple
from wasmjit.wasm.opcodes import CODE_BY_NAME

if TYPE_CHECKING:
    from wasmjit.compile.baseline.stencil import Stencil

_EQZ = CODE_BY_NAME["i32.eqz"]
_BRANCHES = frozenset((CODE_BY_NAME["br_if"], CODE_BY_NAME["if"]))


class Comparison(NamedTuple):
    """A comparison: its result as a value; jumps if it is true, and if it is false; the same with swapped operands.

    `branch` makes a jump of one that is pending.
    """

    value: Binary
    if_true: Binary
    if_false: Binary
    swapped_if_true: Binary
    swapped_if_false: Binary
    branch: Callable[[Coder, Pending, int, bool], None]


def second_in_integers(c: Coder, row: Binary, y: Location) -> bytes:
    """The code for a second operand, which may be brought into B before."""
    if isinstance(y, tuple):
        if row.constant is not None and LEAST_NARROW <= y[0] <= MOST_NARROW:
            return row.constant.small[y[0] & row.mask]
        c.to_integer(B, y)
        return row.registers[B].code
    if y >= 0:
        return row.slot.small[y]
    if y < TEMPORARY:
        y = c.release(y)
    stencil = row.registers.get(y)
    if stencil is None:
        c.to_integer(B, y)
        stencil = row.registers[B]
    return stencil.code


def second_in_vectors(c: Coder, row: Binary, y: Location) -> tuple[Stencil, tuple[int, ...]]:
    """A stencil for a second operand in vector registers, which may be brought into FB before; values of its holes."""
    if not isinstance(y, tuple):
        if y >= 0:
            return row.slot, (y,)
        if y < TEMPORARY:
            y = c.release(y)
        stencil = row.registers.get(y)
        if stencil is not None:
            return stencil, ()
    c.to_vector(FB, y)
    return row.registers[FB], ()


def integer_binary(row: Binary) -> Handler:
    """Instructions of two integer operands."""

    def handle(c: Coder, imm: None) -> None:
        stack = c.stack
        y = stack.pop()
        x = stack.pop()
        if y == A:
            if row.commutes:
                x, y = y, x
            else:
                c.out.append(c.moves.move[B, A])
                y = B
        if x != A:
            if A in stack:
                c.free_a()
            c.to_integer(A, x)
        c.out.append(second_in_integers(c, row, y))
        stack.append(A)

    return handle


def trapping_binary(row: Binary) -> Handler:
    """The same for those that can trap."""
    binary = integer_binary(row)

    def handle(c: Coder, imm: None) -> None:
        c.asm.locate(c.offset)
        binary(c, imm)

    return handle


def vector_binary(row: Binary) -> Handler:
    """Instructions of two operands in vector registers with a result there."""

    def handle(c: Coder, imm: None) -> None:
        _put_vectors(c, row)
        c.stack.append(FA)

    return handle


def _put_vectors(c: Coder, row: Binary) -> None:
    stencil, values = _vector_operands(c, row)
    if values:
        c.asm.put_small(stencil, *values)
    else:
        c.asm.put(stencil)


def _vector_operands(c: Coder, row: Binary) -> tuple[Stencil, tuple[int, ...]]:
    stack = c.stack
    y = stack.pop()
    x = stack.pop()
    if y == FA:
        c.out.append(c.moves.move[FB, FA])
        y = FB
    if x != FA:
        if FA in stack:
            c.free_fa()
        c.to_vector(FA, x)
    return second_in_vectors(c, row, y)


def compare_integers(row: Comparison) -> Handler:
    """Comparisons, left to the branch that follows."""
    return _compare(row, integer_binary(row.value))


def compare_vectors(row: Comparison) -> Handler:
    """The same for floats."""

    def compare_now(c: Coder, imm: None) -> None:
        if A in c.stack:
            c.free_a()
        _put_vectors(c, row.value)
        c.stack.append(A)

    return _compare(row, compare_now)


def _compare(row: Comparison, compare_now: Handler) -> Handler:
    def handle(c: Coder, imm: None) -> None:
        code = c.next_code()
        if code in _BRANCHES or (code == _EQZ and c.next_code(2) in _BRANCHES):
            y = c.stack.pop()
            c.pending = Pending(row, c.stack.pop(), y, True)
            c.stack.append(PENDING)
        else:
            compare_now(c, imm)

    return handle


def branch_on_integers(c: Coder, pending: Pending, label: int, when: bool) -> None:
    """Compare and jump to a label if the result is `when`."""
    row, x, y, positive = pending
    assert isinstance(row, Comparison)
    when = when == positive
    if y == A:
        x, y = y, x
        jump = row.swapped_if_true if when else row.swapped_if_false
    else:
        jump = row.if_true if when else row.if_false
    if x != A:
        if A in c.stack:
            c.free_a()
        c.to_integer(A, x)
    c.asm.jump_by(second_in_integers(c, jump, y), label)


def branch_on_vectors(c: Coder, pending: Pending, label: int, when: bool) -> None:
    """The same for floats."""
    row, x, y, positive = pending
    assert isinstance(row, Comparison)
    c.stack += (x, y)
    stencil, values = _vector_operands(c, row.if_true if when == positive else row.if_false)
    c.asm.jump(stencil, label, *values)


def unary(c: Coder, stencil: Stencil, from_vector: bool, to_vector: bool) -> None:
    """An instruction of one operand."""
    x = c.stack.pop()
    if from_vector:
        c.take_fa(x)
        if not to_vector and A in c.stack:
            c.free_a()
    else:
        c.take_a(x)
        if to_vector and FA in c.stack:
            c.free_fa()
    c.asm.put(stencil)
    c.stack.append(FA if to_vector else A)


def trapping_unary(c: Coder, stencil: Stencil, from_vector: bool, to_vector: bool) -> None:
    """The same for one that can trap."""
    c.asm.locate(c.offset)
    unary(c, stencil, from_vector, to_vector)


def is_zero(c: Coder, stencil: Stencil) -> None:
    """`i32.eqz`: a comparison that waits for its branch is turned round."""
    if c.stack[-1] == PENDING and c.pending is not None:
        row, x, y, positive = c.pending
        c.pending = Pending(row, x, y, not positive)
        return
    if c.next_code() in _BRANCHES:
        c.pending = Pending(None, c.stack.pop(), (), False)
        c.stack.append(PENDING)
        return
    unary(c, stencil, False, False)
