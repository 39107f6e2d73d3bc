"""Control instructions: frames, labels and what has to be where when control gets there."""

from __future__ import annotations

from wasmjit.compile.baseline.coder import Coder
from wasmjit.compile.baseline.counting import count
from wasmjit.compile.baseline.locations import PENDING, TEMPORARY, Location
from wasmjit.light import TYPE_CHECKING, Any, NamedTuple
from wasmjit.wasm.opcodes import CODE_BY_NAME
from wasmjit.wasm.types import FuncType

if TYPE_CHECKING:
    from wasmjit.compile.baseline.numeric import Comparison

_OPENERS = frozenset(CODE_BY_NAME[name] for name in ("block", "loop", "if", "try", "try_table"))
_LOOP, _ELSE = CODE_BY_NAME["loop"], CODE_BY_NAME["else"]
_ENDS = frozenset((CODE_BY_NAME["end"], CODE_BY_NAME["delegate"]))


class Pending(NamedTuple):
    """A comparison whose branch comes next, of operands that are off the stack.

    Without a row it is a single i32 that is compared with zero. `positive`: the branch is taken if it is true.
    """

    row: Comparison | None
    x: Location
    y: Location
    positive: bool


class Frame:
    """A control frame. `label` is where branches lead, `height` the number of operands below its parameters.

    `arity` is the number of operands that a branch takes along, `used` whether there is one.
    """

    __slots__ = ("arity", "else_label", "height", "is_loop", "label", "params", "results", "used")

    def __init__(self, type: FuncType, label: int, height: int, *, is_loop: bool = False) -> None:
        self.params = len(type.params)
        self.results = len(type.results)
        self.arity = self.params if is_loop else self.results
        self.label = label
        self.height = height
        self.is_loop = is_loop
        self.else_label = -1
        self.used = False


# --- frames


def block(c: Coder, imm: FuncType | int) -> None:
    """`block`: operands go to their slots, where its end expects them."""
    type = c.context.module.block_type(imm)
    c.spill_from()
    c.frames.append(Frame(type, c.asm.label(), len(c.stack) - len(type.params)))


def loop(c: Coder, imm: FuncType | int) -> None:
    """`loop`: its label is here."""
    type = c.context.module.block_type(imm)
    c.spill_from()
    label = c.asm.label()
    c.asm.place(label)
    c.frames.append(Frame(type, label, len(c.stack) - len(type.params), is_loop=True))
    count(c, c.loops)
    c.loops += 1


def if_(c: Coder, imm: FuncType | int) -> None:
    """`if`: jump to the other arm, or the end, if the condition is false."""
    type = c.context.module.block_type(imm)
    condition = c.stack.pop()
    c.spill_from()
    frame = Frame(type, c.asm.label(), len(c.stack) - len(type.params))
    frame.else_label = c.asm.label()
    c.frames.append(frame)
    jump_if(c, condition, frame.else_label, False)


def else_(c: Coder, imm: None) -> None:
    """`else`: the first arm goes to the end."""
    frame = c.frames[-1]
    carry(c, frame)
    frame.used = True
    c.asm.jump_by(c.context.jmp, frame.label)
    begin_else(c, frame)


def begin_else(c: Coder, frame: Frame) -> None:
    """The other arm begins with the parameters."""
    c.asm.place(frame.else_label)
    frame.else_label = -1
    restack(c, frame.height, frame.params)


def end(c: Coder, imm: None) -> None:
    """`end` of a frame that is reached."""
    frame = c.frames.pop()
    if not c.frames:
        return_values(c)
    elif not frame.is_loop and (frame.used or frame.else_label >= 0):
        carry(c, frame)
        _close(c, frame)


def _close(c: Coder, frame: Frame) -> None:
    if frame.else_label >= 0:  # without an `else`, where parameters and results are the same
        c.asm.place(frame.else_label)
    c.asm.place(frame.label)
    restack(c, frame.height, frame.results)


def restack(c: Coder, height: int, count: int) -> None:
    """From here on there are `count` operands above a height, in their slots."""
    del c.stack[height:]
    if count:
        c.stack += [c.place(index) for index in range(height, height + count)]
    c.free_all_temporaries()


def carry(c: Coder, frame: Frame) -> None:
    """Put what a branch takes along into the slots where its target expects it."""
    arity = frame.arity
    if arity:
        first = len(c.stack) - arity
        for i in range(arity):
            location, offset = c.stack[first + i], c.place(frame.height + i)
            if location != offset:
                c.store(location, offset)


def skip_dead_code(c: Coder) -> None:
    """Pass over what can't be reached: up to the `else` or `end` that control comes back to."""
    depth = 0
    for code, _, offset in c.cursor:
        c.offset = offset
        if code in _OPENERS:
            depth += 1
            c.loops += code == _LOOP
        elif code in _ENDS:
            if depth:
                depth -= 1
            elif _end_of_dead(c):
                break
        elif code == _ELSE and not depth:
            begin_else(c, c.frames[-1])
            break


def _end_of_dead(c: Coder) -> bool:
    """The end of a frame that is not reached from above: whether code goes on behind it."""
    frame = c.frames.pop()
    if not c.frames:
        return True
    if frame.is_loop or not (frame.used or frame.else_label >= 0):
        return False
    _close(c, frame)
    return True


# --- branches


def jump_if(c: Coder, condition: Location, label: int, when: bool) -> None:
    """Jump to a label if a condition that was popped is `when`."""
    if condition != PENDING:
        c.take_a(condition)
        c.asm.jump_by(c.context.jump_if_zero[not when], label)
        return
    pending = c.pending
    assert pending is not None
    if pending.row is not None:
        pending.row.branch(c, pending, label, when)
        return
    c.take_a(pending.x)
    c.asm.jump_by(c.context.jump_if_zero[when != pending.positive], label)


def br(c: Coder, depth: int) -> None:
    """`br`."""
    frame = c.frames[-1 - depth]
    if depth == len(c.frames) - 1:
        return_values(c)
    else:
        carry(c, frame)
        frame.used = True
        c.asm.jump_by(c.context.jmp, frame.label)
    skip_dead_code(c)


def br_if(c: Coder, depth: int) -> None:
    """`br_if`: if operands have to move first, a jump over that."""
    frame = c.frames[-1 - depth]
    condition = c.stack.pop()
    frame.used = True
    if depth < len(c.frames) - 1 and (not frame.arity or _in_place(c, frame)):
        jump_if(c, condition, frame.label, True)
        return
    if frame.arity:
        c.spill_from(len(c.stack) - frame.arity)  # so that nothing is in a register on one path only
    skip = c.asm.label()
    jump_if(c, condition, skip, False)
    _leave(c, depth)
    c.asm.place(skip)


def _in_place(c: Coder, frame: Frame) -> bool:
    """Whether what a branch takes along is where its target expects it."""
    first = len(c.stack) - frame.arity
    return all(c.stack[first + i] == c.place(frame.height + i) for i in range(frame.arity))


def _leave(c: Coder, depth: int) -> None:
    """Go to a frame's label, or return; operands stay what they are for what comes behind."""
    frame = c.frames[-1 - depth]
    if depth == len(c.frames) - 1:
        return_values(c)
    else:
        carry(c, frame)
        c.asm.jump_by(c.context.jmp, frame.label)


def br_table(c: Coder, depths: tuple[int, ...]) -> None:
    """`br_table`: through a table; where operands have to move, by way of a piece of code that moves them."""
    index = c.stack.pop()
    arity = c.frames[-1 - depths[0]].arity
    if arity:
        c.spill_from(len(c.stack) - arity)
    c.take_a(index)
    outermost = len(c.frames) - 1
    labels: dict[int, int] = {}
    stubs: list[int] = []
    for depth in dict.fromkeys(depths):
        frame = c.frames[-1 - depth]
        frame.used = True
        if arity or depth == outermost:
            labels[depth] = c.asm.label()
            stubs.append(depth)
        else:
            labels[depth] = frame.label
    c.asm.table(c.context.br_table, [labels[depth] for depth in depths], len(depths) - 1)
    for depth in stubs:
        c.asm.place(labels[depth])
        _leave(c, depth)
    skip_dead_code(c)


def return_(c: Coder, imm: None) -> None:
    """`return`."""
    return_values(c)
    skip_dead_code(c)


def unreachable(c: Coder, imm: None) -> None:
    """`unreachable`."""
    c.asm.locate(c.offset)
    c.asm.put(c.context.unreachable)
    skip_dead_code(c)


def nop(c: Coder, imm: Any) -> None:
    """`nop`."""


def return_values(c: Coder) -> None:
    """Return what is on top of the stack: one value in A or FA, several at the beginning of the frame."""
    offsets = c.result_offsets
    if offsets is not None:
        first = len(c.stack) - len(offsets)
        c.spill_from(first)
        for i, offset in enumerate(offsets):  # upwards: each comes from behind where it goes
            c.store(c.stack[first + i], offset)
    elif c.result_register:
        c.to_register(c.result_register, _keep(c.stack[-1]))
    c.out.append(c.context.ret)


def _keep(location: Any) -> Any:
    """A temporary as the register that it is: reading it does not free it."""
    if not isinstance(location, tuple) and location < TEMPORARY:
        return location - TEMPORARY
    return location
