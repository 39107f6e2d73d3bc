"""Where code begins that goes on with the frame of another tier at a loop, and what has to change in the body for it.

Whatever comes before the outermost loop round the place, control never gets back to: it is left out, and the blocks
that are open there are opened with nothing in them. At that loop everything is as the frame has it. If it is
another one than where to go on, the two ways to the place meet right in front of it: the ordinary one through the outer
loop, and the entrance. There every local that is assigned in the outer loop becomes a phi. Blocks between the two loops
do not expect that, so the body is rewritten: all those locals are assigned there (to themselves), which makes the
blocks carry them, and operands that lie below the blocks wait in locals of their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from wasmjit.binary.code import Body, RawInstr
from wasmjit.validate.operands import Operands, operands_before
from wasmjit.wasm.module import Module
from wasmjit.wasm.opcodes import CODE_BY_NAME
from wasmjit.wasm.types import FuncType, ValType

_LOOP, _IF, _ELSE, _END = (CODE_BY_NAME[name] for name in ("loop", "if", "else", "end"))
_OPENERS = frozenset(CODE_BY_NAME[name] for name in ("block", "loop", "if", "try", "try_table"))
_TRY_TABLE = CODE_BY_NAME["try_table"]
_CLOSERS = frozenset((_END, CODE_BY_NAME["delegate"]))
_CATCHES = frozenset((CODE_BY_NAME["catch"], CODE_BY_NAME["catch_all"]))
_TAIL_CALLS = frozenset(code for name, code in CODE_BY_NAME.items() if name.startswith("return_call"))
_GET, _SET = CODE_BY_NAME["local.get"], CODE_BY_NAME["local.set"]
_ASSIGNMENTS = frozenset((_SET, CODE_BY_NAME["local.tee"]))
_NOWHERE = 0  # the offset of an instruction that is not in the module


@dataclass(slots=True)
class Open:
    """A block that is open: where it begins, and the opcode of its current part (`if`, then `else`)."""

    index: int
    code: int
    imm: Any
    operands: tuple[ValType, ...] = ()

    @property
    def block_type(self) -> Any:
        """The immediate that says what the block takes and leaves."""
        return self.imm[0] if self.code == _TRY_TABLE else self.imm


class Resumption(NamedTuple):
    """How to lower a body from a loop on.

    * `around`: the blocks round the outermost loop, `height` the number of operands when that begins.
    * `instrs`: what comes from there on, `join` where the entrance joins in it, 0 if at its beginning.
    * `operands`: types of the operands in the frame.
    * `extra`: types of the locals that are added, each with the operand that it holds at the entrance, None for any.
    """

    around: list[Open]
    height: int
    instrs: list[RawInstr]
    join: int
    operands: tuple[ValType, ...]
    extra: list[tuple[ValType, int | None]]


def plan_resumption(module: Module, funcidx: int, body: Body, loop: int) -> Resumption | None:
    """How to go on at a loop of a valid body, the one of that rank among its `loop` instructions.

    None where there is no way: the loop is not reached, it is in a handler of a legacy `try`, or the function has tail
    calls, which could not leave the frame behind.
    """
    opened = _opened_at(body.instrs, loop)
    if opened is None or any(block.code in _CATCHES for block in opened):
        return None
    if any(code in _TAIL_CALLS for code, _, _ in body.instrs):
        return None
    found = operands_before(module, funcidx, body, {block.index for block in opened})
    for block in opened:
        operands: Operands = found[block.index]
        if operands is None:
            return None
        block.operands = operands
    first = next(rank for rank, block in enumerate(opened) if block.code == _LOOP)
    outermost, target = opened[first], opened[-1]
    if outermost is target:
        height = len(target.operands)
        return Resumption(opened[:first], height, body.instrs[target.index :], 0, target.operands, [])
    return _Rewriter(module, len(module.func_type(funcidx).params), body, opened, first).resumption()


def _opened_at(instrs: list[RawInstr], loop: int) -> list[Open] | None:
    """The blocks that are open where a loop begins, the loop itself the last of them."""
    opened: list[Open] = []
    for index, (code, imm, _) in enumerate(instrs):
        if code in _OPENERS:
            opened.append(Open(index, code, imm))
            if code == _LOOP:
                if not loop:
                    return opened
                loop -= 1
        elif code == _ELSE or code in _CATCHES:
            opened[-1].code = code
        elif code in _CLOSERS and opened:
            opened.pop()
    return None


class _Rewriter:
    """Changes the part of a body between the outermost loop and the one to go on at."""

    def __init__(self, module: Module, params: int, body: Body, opened: list[Open], first: int) -> None:
        self._module = module
        self._instrs = body.instrs
        self._around, self._blocks = opened[:first], opened[first:]
        self._num_locals = params + len(body.local_types)
        self._extra: list[tuple[ValType, int | None]] = []
        self._before: dict[int, list[RawInstr]] = {}
        self._after: dict[int, list[RawInstr]] = {}

    def resumption(self) -> Resumption:
        """The result."""
        outermost, target = self._blocks[0], self._blocks[-1]
        floor = self._split(outermost)
        for block in self._blocks[1:-1]:
            floor = self._lift(block, floor)
        arguments = self._lift_all(target, floor)
        instrs: list[RawInstr] = []
        join = 0
        for index, instr in enumerate(self._instrs[outermost.index :], outermost.index):
            instrs += self._before.get(index, ())
            if index == target.index:
                instrs += self._touched(outermost)
                join = len(instrs)
                instrs += arguments
            instrs.append(instr)
            instrs += self._after.get(index, ())
        return Resumption(self._around, len(outermost.operands), instrs, join, target.operands, self._extra)

    def _type(self, block: Open) -> FuncType:
        return self._module.block_type(block.block_type)

    def _split(self, block: Open) -> int:
        """How many operands lie below those that a block takes."""
        condition = self._instrs[block.index][0] == _IF
        return len(block.operands) - condition - len(self._type(block).params)

    def _locals(self, types: Iterable[ValType], first_operand: int | None = None) -> list[int]:
        """New locals; the operands that they hold are numbered from `first_operand` on."""
        added = []
        for rank, type in enumerate(types):
            added.append(self._num_locals + len(self._extra))
            self._extra.append((type, None if first_operand is None else first_operand + rank))
        return added

    def _lift(self, block: Open, floor: int) -> int:
        """Let the operands from `floor` on that lie below a block wait in locals while it is open; the new floor."""
        split = self._split(block)
        if split > floor:
            homes = self._locals(block.operands[floor:split], floor)
            taken = self._locals(block.operands[split:])
            self._before[block.index] = [*_sets(homes + taken), *_gets(taken)]
            self._put_back(block, homes)
        return split

    def _lift_all(self, block: Open, floor: int) -> list[RawInstr]:
        """The same for all operands from `floor` on; what gets those back that the block takes."""
        split = self._split(block)
        homes = self._locals(block.operands[floor:], floor)
        self._before[block.index] = _sets(homes)
        if split > floor:
            self._put_back(block, homes[: split - floor])
        return _gets(homes[split - floor :])

    def _put_back(self, block: Open, homes: list[int]) -> None:
        """After a block, put what waits below its results."""
        results = self._locals(self._type(block).results)
        self._after[self._end(block)] = [*_sets(results), *_gets(homes), *_gets(results)]

    def _touched(self, block: Open) -> list[RawInstr]:
        """Assign every local that is assigned in a block, to itself, and those that are added."""
        inside = self._instrs[block.index : self._end(block)]
        assigned = sorted({imm for code, imm, _ in inside if code in _ASSIGNMENTS})
        assigned += range(self._num_locals, self._num_locals + len(self._extra))
        return [instr for x in assigned for instr in (*_gets([x]), *_sets([x]))]

    def _end(self, block: Open) -> int:
        depth = 0
        for index, (code, _, _) in enumerate(self._instrs[block.index :], block.index):
            depth += (code in _OPENERS) - (code in _CLOSERS)
            if not depth:
                return index
        return len(self._instrs)


def _gets(locals: list[int]) -> list[RawInstr]:
    return [(_GET, x, _NOWHERE) for x in locals]


def _sets(locals: list[int]) -> list[RawInstr]:
    """Take operands, the last from the top."""
    return [(_SET, x, _NOWHERE) for x in reversed(locals)]
