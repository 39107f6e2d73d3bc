"""The operand stack and the control stack of the validation algorithm (spec appendix, "Validation Algorithm").

Two things differ from the text, for speed. A control frame puts `FLOOR` on the operand stack below its operands:
so a look at the top of the stack finds a missing operand as it finds one of the wrong type, and no height is
compared. And operands are compared several at a time, as one slice of the stack.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import lru_cache
from operator import length_hint

from wasmjit.errors import InvalidError
from wasmjit.light import Any, NamedTuple
from wasmjit.limits import MAX_NESTING, MAX_OPERANDS, check_limit
from wasmjit.wasm.module import Module
from wasmjit.wasm.rectypes import DefType
from wasmjit.wasm.subtyping import is_defaultable, val_matches
from wasmjit.wasm.types import FuncType, RefType, ValType, ref_type

UNKNOWN = ValType("unknown", 0)
"""Type of an operand that dead code takes from nowhere: it matches every type."""

ANY_REFERENCE = ValType("ref", 0, is_ref=True)
"""Type of an operand of dead code that is a reference, of whatever type: it matches every reference type."""

FLOOR = ValType("nothing", 0)
"""Lies on the operand stack below the operands of each control frame."""

LOOP, IF = 0x03, 0x04


class Types(NamedTuple):
    """A sequence of types, and the slice of a stack where it is when it is on top."""

    list: list[ValType]
    top: slice


@lru_cache(maxsize=4096)
def types_of(types: tuple[ValType, ...]) -> Types:
    """`types` in the shape that is compared with the stack. Shared: never change the list."""
    # stack[-0:] would be the whole stack, not its empty top.
    return Types(list(types), slice(-len(types) if types else sys.maxsize, None))


class Frame:
    """A block, loop, if, else or function that is open (`ctrl_frame` in the spec's algorithm)."""

    __slots__ = ("end", "height", "inits", "opcode", "start", "unreachable")

    def __init__(self, opcode: int, start: Types, end: Types, height: int, inits: int) -> None:
        self.opcode = opcode
        self.start = start
        self.end = end
        self.height = height
        self.inits = inits
        self.unreachable = False

    @property
    def label(self) -> Types:
        """What a branch to this frame takes along."""
        return self.start if self.opcode == LOOP else self.end


class Checker:
    """Validation state of one function body or constant expression.

    `instrs` is the body, `cursor` the iterator that walks over it. Errors carry a message only; whoever walks
    adds function and offset.

    `unset` are the locals without a default value that have none yet; `inits` those that have got one, in the order in
    which they did: a block's end takes back what happened inside it.
    """

    __slots__ = ("ctrls", "cursor", "inits", "instrs", "locals", "module", "stack", "unset")

    def __init__(
        self, module: Module, type: FuncType, local_types: list[ValType], instrs: list[tuple[int, Any, int]]
    ) -> None:
        self.module = module
        self.locals = [*type.params, *local_types]
        self.instrs = instrs
        self.cursor: Iterator[tuple[int, Any, int]] = iter(instrs)
        self.stack: list[ValType] = []
        self.ctrls: list[Frame] = []
        first = len(type.params)
        self.unset = {i for i, t in enumerate(local_types, first) if t.is_ref and not is_defaultable(t)}
        self.inits: list[int] = []
        self.push_ctrl(0, types_of(()), types_of(type.results))

    def pop_any(self) -> ValType:
        """Pop an operand of any type; `UNKNOWN` where dead code has none."""
        if self.stack[-1] is not FLOOR:
            return self.stack.pop()
        if self.ctrls[-1].unreachable:
            return UNKNOWN
        raise InvalidError("type mismatch: expected an operand, found nothing")

    def pop_val(self, expected: ValType) -> ValType:
        """Pop an operand of type `expected`; the result is that type, or `UNKNOWN`."""
        actual = self.stack[-1]
        if actual is expected or actual is UNKNOWN:
            return self.stack.pop()
        if actual is FLOOR and self.ctrls[-1].unreachable:
            return UNKNOWN
        if actual.is_ref and (actual is ANY_REFERENCE or val_matches(actual, expected)) and expected.is_ref:
            return self.stack.pop()
        raise InvalidError(f"type mismatch: expected {expected}, found {actual}")

    def pop_ref(self) -> RefType | None:
        """Pop a reference of any type; None where dead code has none, or one of which only that much is known."""
        actual = self.pop_any()
        if isinstance(actual, RefType):
            return actual
        if actual is UNKNOWN or actual is ANY_REFERENCE:
            return None
        raise InvalidError(f"type mismatch: expected a reference, found {actual}")

    def resolve(self, type: ValType) -> ValType:
        """The type that an immediate means: of one with a type index, the defined type."""
        if isinstance(type, RefType) and isinstance(type.heap, int):
            return ref_type(self.deftype(type.heap), type.nullable)
        return type

    def deftype(self, typeidx: int) -> DefType:
        """Type `typeidx` of the module."""
        if typeidx < len(self.module.deftypes):
            return self.module.deftypes[typeidx]
        raise InvalidError(f"unknown type {typeidx}")

    def pop_vals(self, expected: Types) -> list[ValType]:
        """Pop operands of the types `expected`, the last from the top; the result as by `pop_val`, in stack order."""
        types, top = expected
        if self.stack[top] == types:
            del self.stack[top]
            return types
        return self.pop_each(types)

    def pop_each(self, expected: list[ValType]) -> list[ValType]:
        """`pop_vals` one by one, for dead code and for an exact error."""
        frame = self.ctrls[-1]
        missing = len(expected) - (len(self.stack) - frame.height)
        if frame.unreachable and missing > 0:
            # At once: a call of two bytes in dead code may ask for MAX_PARAMS operands that are not there.
            return [UNKNOWN] * missing + self.pop_each(expected[missing:])
        actual = [self.pop_val(type) for type in reversed(expected)]
        actual.reverse()
        return actual

    def push_vals(self, types: list[ValType]) -> None:
        """Push operands."""
        self.stack += types
        # One call pushes up to MAX_RESULTS operands from two bytes of code.
        if len(self.stack) > MAX_OPERANDS:
            check_limit("operands", len(self.stack), MAX_OPERANDS)

    def apply(self, params: Types, results: Types) -> None:
        """Pop `params`, push `results`."""
        self.pop_vals(params)
        self.push_vals(results.list)

    def push_ctrl(self, opcode: int, start: Types, end: Types) -> None:
        """Open a frame that takes `start`, already popped, and leaves `end`."""
        if len(self.ctrls) > MAX_NESTING:
            check_limit("nesting", len(self.ctrls), MAX_NESTING)
        stack = self.stack
        stack.append(FLOOR)
        self.ctrls.append(Frame(opcode, start, end, len(stack), len(self.inits)))
        stack += start.list

    def pop_ctrl(self) -> Frame:
        """Close the innermost frame, whose operands must be its end types, no more and no less."""
        frame = self.ctrls[-1]
        if self.stack[frame.height :] != frame.end.list:
            self.pop_vals(frame.end)
            if self.stack[-1] is not FLOOR:
                raise InvalidError("type mismatch: values remain on the stack at the end of a block")
        del self.stack[frame.height - 1 :]
        while len(self.inits) > frame.inits:
            self.unset.add(self.inits.pop())
        self.ctrls.pop()
        return frame

    def unreachable(self) -> None:
        """The rest of the innermost frame is dead code: its stack is polymorphic."""
        frame = self.ctrls[-1]
        del self.stack[frame.height :]
        frame.unreachable = True

    def at_end(self) -> bool:
        """Whether the cursor has passed the last instruction."""
        return length_hint(self.cursor) == 0

    def replace(self, code: int, imm: object) -> None:
        """Put another instruction in the place of the current one."""
        # What a list's iterator has left tells where it is, so the loop need not count.
        index = len(self.instrs) - length_hint(self.cursor) - 1
        self.instrs[index] = (code, imm, self.instrs[index][2])
