"""One pass over a body, which keeps the operand stack as Python expressions and evaluates them as late as possible.

An expression is put off until something uses it, or until a statement could change what it means: an assignment to a
variable in it, a store if it loads, a side effect if it may trap. Then it goes to the variable of its place on the
stack, `s3` for the fourth. Locals are `l0`, `l1` and so on; `x0` and so on hold what is used more than once.
"""

from __future__ import annotations

from typing import Any

from wasmjit.abi.fuel import FUNCTION, LOOP
from wasmjit.errors import InternalError
from wasmjit.interp.operand import MASKS, READS_MEMORY, READS_STATE, TRAPS, Operand, masked
from wasmjit.interp.registry import HANDLERS
from wasmjit.interp.tree import Branch, If, Line, Node, Scope, Stop, Try
from wasmjit.wasm.module import Module
from wasmjit.wasm.opcodes import CODE_BY_NAME
from wasmjit.wasm.types import F32, F64, I32, I64, V128, FuncType, ValType

BITS = {I32: 32, I64: 64}
ZEROS = {I32: "0", I64: "0", F32: "0.0", F64: "0.0", V128: "ZERO"}
"""What a local is at first; null otherwise."""

_MAX_DEPTH = 24
_MAX_LENGTH = 600
_OPENING = frozenset(CODE_BY_NAME[name] for name in ("block", "loop", "if", "try", "try_table"))
_PARTS = frozenset(CODE_BY_NAME[name] for name in ("else", "catch", "catch_all"))
_CALLS = frozenset(code for name, code in CODE_BY_NAME.items() if "call" in name)
_CLOSING = frozenset(CODE_BY_NAME[name] for name in ("end", "delegate"))


def variable(name: str, type: ValType) -> Operand:
    """A variable that holds a value of a type."""
    bits = BITS.get(type)
    return Operand(name, 0, frozenset((name,)), 0, 0, MASKS[bits] if bits else 0)


class Frame:
    """A structured instruction that is open. `stack` is what an `else` starts with; `node` the `if`."""

    __slots__ = (
        "body", "exception", "handlers", "height", "is_loop", "label", "node", "outer", "stack", "type", "used",
    )  # fmt: skip

    def __init__(self, label: int, type: FuncType, height: int, outer: list[Node], *, is_loop: bool = False) -> None:
        self.label = label
        self.type = type
        self.height = height
        self.outer = outer
        self.is_loop = is_loop
        self.node: If | None = None
        self.stack: list[Operand] = []
        self.used = False
        self.body: list[Node] | None = None
        self.exception = ""
        self.handlers: list[Node] | None = None

    def catch(self, name: str, handlers: list[Node]) -> None:
        """Make it one that catches exceptions, in a variable. `body` will be its body if handlers follow that."""
        self.exception = name
        self.handlers = handlers

    @property
    def label_types(self) -> tuple[ValType, ...]:
        """What a branch to it takes along."""
        return self.type.params if self.is_loop else self.type.results


class Translator:
    """State while a body is translated. `nodes` is where statements go."""

    def __init__(self, module: Module, type: FuncType, local_types: list[ValType]) -> None:
        self.module = module
        self.type = type
        self.locals: list[ValType] = [*type.params, *local_types]
        self.stack: list[Operand] = []
        self.nodes: list[Node] = []
        self.frames: list[Frame] = [Frame(0, FuncType((), type.results), 0, self.nodes)]
        self.offset = 0
        self.max_nesting = 0
        self.fuel_costs: dict[int, int] = {}
        """What regions cost (abi.fuel), if code consumes fuel."""
        self.has_tail_calls = False
        self.has_delegates = False
        self.delegates_out = False
        self._exceptions = 0
        self._labels = 0
        self._scratch = 0
        self._dead = False
        self._skipped = 0

    def run(self, instrs: list[tuple[int, Any, int]]) -> list[Node]:
        """Translate a valid body: the tree."""
        for code, imm, offset in instrs:
            if self._dead and not self._wakes(code):
                continue
            self.offset = offset
            HANDLERS[code](self, imm)
            if self.fuel_costs and not self._dead:
                self.charge_fuel(offset)
        return self.nodes if not self.delegates_out else [self._outermost()]

    def _outermost(self) -> Try:
        """All of a body that passes exceptions on to its callers, whose handlers are to take them."""
        handlers: list[Node] = [Line("e0.target = -1", self.offset), Stop("raise e0", self.offset)]
        return Try(self.nodes, "e0", handlers)

    def _wakes(self, code: int) -> bool:
        """In dead code: whether this instruction ends it."""
        if code in _OPENING:
            self._skipped += 1
        elif self._skipped:
            self._skipped -= code in _CLOSING
        elif code in _CLOSING or code in _PARTS:
            return True
        return False

    # --- operands

    def push(self, operand: Operand) -> None:
        """Push an expression."""
        self.stack.append(operand)
        if operand.depth > _MAX_DEPTH or len(operand.text) > _MAX_LENGTH:
            self.materialise(len(self.stack) - 1)

    def pop(self) -> Operand:
        """Pop an expression as it is."""
        return self.stack.pop()

    def pop_value(self, type: ValType) -> Operand:
        """Pop an expression that is the value: integers from 0 on."""
        bits = BITS.get(type)
        return masked(self.stack.pop(), bits) if bits else self.stack.pop()

    def pop_values(self, types: tuple[ValType, ...]) -> list[Operand]:
        """Pop several, in stack order."""
        values = [self.pop_value(type) for type in reversed(types)]
        values.reverse()
        return values

    def atoms(self, *operands: Operand) -> list[Operand]:
        """The operands, each cheap to use more than once."""
        result = list(operands)
        last = max((i for i, operand in enumerate(operands) if operand.depth), default=-1)
        for i, operand in enumerate(operands[: last + 1]):
            if operand.depth:
                result[i] = self.scratch(operand)
        return result

    def scratch(self, operand: Operand) -> Operand:
        """Evaluate an expression now, into a variable of its own."""
        if operand.effects & TRAPS:
            self.settle(TRAPS)
        name = f"x{self._scratch}"
        self._scratch += 1
        self.nodes.append(Line(f"{name} = {operand.text}", operand.offset or self.offset))
        return Operand(name, 0, frozenset((name,)), 0, operand.low, operand.high)

    # --- evaluation

    def line(self, text: str) -> None:
        """Add a statement."""
        self.nodes.append(Line(text, self.offset))

    def stop(self, text: str) -> None:
        """Add a statement that leaves the function."""
        self.nodes.append(Stop(text, self.offset))
        self.die()

    def poll(self) -> None:
        """Add a look at whether the call is to stop."""
        self.line("if store.due: store.check()")

    def poll_for_calls(self, instrs: list[tuple[int, Any, int]]) -> None:
        """At the start of a body: only what calls can go on for ever without a loop."""
        if any(code in _CALLS for code, _, _ in instrs):
            self.offset = instrs[0][2]
            self.poll()

    def charge_fuel(self, region: int) -> None:
        """Consume what a region costs, and trap if it is used up, where that is checked. Nothing for no region."""
        cost = self.fuel_costs.get(region)
        if cost is None:
            return
        self.line(f"store.fuel_left -= {cost}")
        if region == FUNCTION or self.module.data[region] == LOOP:
            self.line("if store.fuel_left < 0: store.out_of_fuel()")

    def die(self) -> None:
        """What follows in this block is dead code."""
        self._dead = True
        self._skipped = 0

    @property
    def dead(self) -> bool:
        """Whether the end of what has been translated can't be reached."""
        return self._dead

    def assign(self, name: str, text: str, position: int = -1) -> None:
        """Set a variable. What is on the stack keeps its meaning; `position` is the entry that is assigned."""
        for i, operand in enumerate(self.stack):
            if name in operand.names and i != position:
                self.materialise(i)
        offset = self.stack[position].offset if position >= 0 else 0
        self.nodes.append(Line(f"{name} = {text}", offset or self.offset))

    def materialise(self, position: int) -> None:
        """Evaluate a stack entry now, if it isn't a constant, into the variable of its place."""
        operand = self.stack[position]
        name = f"s{position}"
        if operand.is_const or operand.text == name:
            return
        self.assign(name, operand.text, position)
        self.stack[position] = Operand(name, 0, frozenset((name,)), 0, operand.low, operand.high)

    def force(self, position: int, type: ValType) -> None:
        """Make the variable of its place hold a stack entry's value."""
        bits = BITS.get(type)
        operand = self.stack[position]
        operand = masked(operand, bits) if bits else operand
        name = f"s{position}"
        if operand.text != name:
            self.assign(name, operand.text, position)
        self.stack[position] = variable(name, type)

    def settle(self, effects: int) -> None:
        """Evaluate what is affected by an effect that comes now."""
        for i, operand in enumerate(self.stack):
            if operand.effects & effects:
                self.materialise(i)

    def settle_all(self) -> None:
        """Evaluate everything, before code that may be entered in several ways."""
        for i in range(len(self.stack)):
            self.materialise(i)

    def effect(self, text: str, effects: int = READS_MEMORY | READS_STATE | TRAPS) -> None:
        """A statement with effects; its operands have been popped."""
        self.settle(effects)
        self.line(text)

    def call(self, text: str, results: tuple[ValType, ...]) -> None:
        """A call with any effects whatever; its operands have been popped."""
        self.settle(READS_MEMORY | READS_STATE | TRAPS)
        height = len(self.stack)
        names = [f"s{height + i}" for i in range(len(results))]
        self.nodes.append(Line(f"{', '.join(names)} = {text}" if names else text, self.offset))
        self.stack += [variable(name, type) for name, type in zip(names, results, strict=True)]

    # --- control

    def open(self, type: FuncType, *, is_loop: bool = False) -> Frame:
        """Enter a structured instruction whose parameters are on the stack."""
        self.settle_all()
        self._labels += 1
        height = len(self.stack) - len(type.params)
        frame = Frame(self._labels, type, height, self.nodes, is_loop=is_loop)
        self.frames.append(frame)
        self.max_nesting = max(self.max_nesting, len(self.frames))
        self.nodes = []
        return frame

    def force_all(self, height: int, types: tuple[ValType, ...]) -> None:
        """Make the variables from a height on hold values of these types."""
        for i, type in enumerate(types):
            self.force(height + i, type)

    def end_arm(self, frame: Frame) -> None:
        """At `else` and `end`: leave the results in their places."""
        if not self._dead:
            self.force_all(frame.height, frame.type.results)
        self._dead = False

    def close(self) -> None:
        """Leave the innermost structured instruction."""
        frame = self.frames.pop()
        reaches = not self._dead
        self.end_arm(frame)
        body: list[Node] = self.nodes if frame.node is None else [frame.node]
        if frame.handlers is not None:
            body = [self._guarded(frame, body, reaches)]
        self.nodes = frame.outer
        if frame.used:
            self.nodes.append(Scope(frame.label, frame.is_loop, body))
        else:
            self.nodes += body
        del self.stack[frame.height :]
        self.push_slots(frame.height, frame.type.results)

    def _guarded(self, frame: Frame, last: list[Node], reaches: bool) -> Try:
        """The body with its handlers; `last` is the last part of all."""
        handlers = frame.handlers or []
        if frame.body is not None and reaches:
            frame.used = True
            last.append(Branch(frame.label))
        if self.has_delegates:  # what has been passed to a label further out is not for these
            name = frame.exception
            passing: list[Node] = [Stop(f"raise {name}", self.offset)]
            handlers = [
                If(f"0 <= {name}.target < {frame.label}", passing, [], self.offset),
                Line(f"{name}.target = -1", self.offset),
                *handlers,
            ]
        return Try(last if frame.body is None else frame.body, frame.exception, handlers)

    def exception_name(self) -> str:
        """A new variable for exceptions."""
        self._exceptions += 1
        return f"e{self._exceptions}"

    def full_range(self, type: ValType) -> int:
        """The largest value of an integer type."""
        bits = BITS.get(type)
        return MASKS[bits] if bits else 0

    def push_slots(self, height: int, types: tuple[ValType, ...]) -> None:
        """Push the variables from a height on."""
        self.stack += [variable(f"s{height + i}", type) for i, type in enumerate(types)]

    def jump(self, labelidx: int) -> list[Node]:
        """Code that takes the label's operands, which stay on the stack, to the label."""
        frame = self.frames[-1 - labelidx]
        if frame is self.frames[0]:
            return [Stop(self.return_text(), self.offset)]
        frame.used = True
        moves = self._moves(frame)
        branch = Branch(frame.label)
        return [Line(moves, self.offset), branch] if moves else [branch]

    def _moves(self, frame: Frame) -> str:
        types = frame.label_types
        first = len(self.stack) - len(types)
        pairs = []
        for i, type in enumerate(types):
            bits = BITS.get(type)
            operand = self.stack[first + i]
            value = (masked(operand, bits) if bits else operand).text
            if value != f"s{frame.height + i}":
                pairs.append((f"s{frame.height + i}", value))
        return f"{', '.join(name for name, _ in pairs)} = {', '.join(value for _, value in pairs)}" if pairs else ""

    def return_text(self) -> str:
        """The statement that returns the results, which stay on the stack."""
        types = self.type.results
        operands = self.stack[len(self.stack) - len(types) :]
        values = [
            (masked(operand, BITS[type]) if type in BITS else operand).text
            for operand, type in zip(operands, types, strict=True)
        ]
        return f"return {', '.join(values)}"

    def internal(self, what: str) -> InternalError:
        """The error for what validation does not let through."""
        return InternalError(f"{what} at offset {self.offset:#x}")
