"""One iteration of an innermost loop, interpreted over `Affine` values: what loops.py draws its conclusions from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from wasmjit.compile.lower.affine import Affine, Condition, Value, arithmetic, as_condition, negated
from wasmjit.wasm.opcodes import CODE_BY_NAME, OPCODES, PREFIX_SHIFT

_ELSE, _END = CODE_BY_NAME["else"], CODE_BY_NAME["end"]
_OPENERS = frozenset(CODE_BY_NAME[name] for name in ("block", "loop", "if"))
_MEMORY = frozenset({"memarg", "memarg_lane"})
_PLAIN = _MEMORY | {"", "i32", "i64", "f32", "f64", "v128", "lane", "lanes"}
_ATOMICS = 0xFE


class Access(NamedTuple):
    """A load or store.

    Byte offset of the instruction, where it is in memory, static offset and size in bytes, whether it is a store,
    and the memory.
    """

    at: int
    place: Affine
    offset: int
    size_bytes: int
    stores: bool
    memidx: int


class Test(NamedTuple):
    """A `br_if`: byte offset of the instruction, and what must hold for another iteration to follow.

    `repeats`: whether the branch is taken then, and not otherwise.
    """

    at: int
    holds: Condition
    repeats: bool


@dataclass(slots=True)
class _Block:
    """An open block, or the loop itself.

    `height` is the operand stack's, `states` the locals that branches bring to the label, `otherwise` those of an `if`
    that still lacks its other arm. `conditional`: whether what comes next is left out in some iterations.
    """

    height: int
    results: int
    conditional: bool
    states: list[list[Value]] = field(default_factory=list)
    otherwise: list[Value] | None = None


class Iteration:
    """The interpretation, fed with the instructions between `loop` and its `end`.

    * `accesses`: all loads and stores; None for one at an index that is not affine.
    * `exits`: the known tests that leave the loop and are come to in every iteration.
    * `repeats`: the branches back to the loop; None for one on what is not known.
    * `states`: the locals at those branches.
    """

    def __init__(self, locals: list[Value]) -> None:
        self.locals = list(locals)
        self.stack: list[Value] = []
        self.accesses: list[Access | None] = []
        self.exits: list[Test] = []
        self.repeats: list[Test | None] = []
        self._blocks = [_Block(0, 0, False)]
        self._dead = 0
        self._at = 0

    @property
    def states(self) -> list[list[Value]]:
        """The locals at each branch back."""
        return self._blocks[0].states

    def step(self, code: int, imm: Any, at: int) -> bool:
        """Interpret one instruction; False if it is none that a counted loop may hold."""
        if self._dead:
            self._skip(code)
            return True
        self._at = at
        handler = _HANDLERS.get(code)
        if handler is not None:
            return handler(self, imm) is not False
        op = OPCODES[code]
        if op.type is None or op.imm not in _PLAIN or code >> PREFIX_SHIFT == _ATOMICS:
            return False
        operands = self._take(len(op.type.params))
        if op.imm in _MEMORY:
            self._access(operands[0], imm, 1 << op.align_log2, not op.type.results)
        self.stack.extend(_results(op.name, operands) if op.name[:4] == "i32." else [None] * len(op.type.results))
        return True

    def _take(self, count: int) -> list[Value]:
        split = len(self.stack) - count
        taken = self.stack[split:]
        del self.stack[split:]
        return taken

    def _access(self, index: Value, imm: tuple[int, ...], size_bytes: int, stores: bool) -> None:
        if isinstance(index, Affine):
            self.accesses.append(Access(self._at, index, imm[1], size_bytes, stores, imm[2]))
        else:
            self.accesses.append(None)

    # --- control

    def _skip(self, code: int) -> None:
        if code in _OPENERS:
            self._dead += 1
        elif code == _END:
            self._dead -= 1
            if not self._dead:
                self._close(reached=False)
        elif code == _ELSE and self._dead == 1:
            self._begin_else()

    def _open(self, imm: Any, *, conditional: bool = False) -> bool:
        if isinstance(imm, int):  # has parameters, or it would be written as its result
            return False
        conditional = conditional or self._blocks[-1].conditional
        self._blocks.append(_Block(len(self.stack), len(imm.results), conditional))
        return True

    def block(self, imm: Any) -> bool | None:
        """A block."""
        return self._open(imm)

    def if_(self, imm: Any) -> bool | None:
        """Whatever the condition is: either arm may run."""
        self.stack.pop()
        opened = self._open(imm, conditional=True)
        self._blocks[-1].otherwise = list(self.locals)
        return opened

    def else_(self, imm: None) -> None:
        """The first arm ends here."""
        self._blocks[-1].states.append(self.locals)
        self._begin_else()

    def _begin_else(self) -> None:
        block = self._blocks[-1]
        if block.otherwise is not None:
            self.locals, block.otherwise, self._dead = block.otherwise, None, 0
            del self.stack[block.height :]

    def end(self, imm: None) -> None:
        """The end of a block inside the loop."""
        self._close(reached=True)

    def _close(self, *, reached: bool) -> None:
        block = self._blocks.pop()
        states = [*block.states, *([self.locals] if reached else []), *([block.otherwise] if block.otherwise else [])]
        self._dead = 0 if states else 1
        if states:
            merged = zip(*states, strict=True)
            self.locals = [values[0] if values.count(values[0]) == len(values) else None for values in merged]
        del self.stack[block.height :]
        self.stack.extend([None] * block.results)

    def br(self, depth: int) -> None:
        """An unconditional branch."""
        self._branch(depth, None)
        self._dead = 1

    def br_if(self, depth: int) -> None:
        """A conditional branch."""
        self._branch(depth, as_condition(self.stack.pop()))

    def br_table(self, depths: tuple[int, ...]) -> None:
        """Branches on what is not known."""
        self.stack.pop()
        for depth in set(depths):
            self._branch(depth, None)
        self._dead = 1

    def _branch(self, depth: int, condition: Condition | None) -> None:
        """A branch that is taken on a condition. One that stays inside leaves out what comes before its target."""
        blocks = self._blocks
        if depth >= len(blocks):
            if condition is not None and not blocks[-1].conditional:
                self.exits.append(Test(self._at, negated(condition), repeats=False))
            return
        target = len(blocks) - 1 - depth
        blocks[target].states.append(list(self.locals))
        if target == 0:
            self.repeats.append(None if condition is None else Test(self._at, condition, repeats=True))
        for block in blocks[target:]:
            block.conditional = True

    def leave(self, imm: object) -> None:
        """Return or trap: no other iteration."""
        self._dead = 1

    # --- values

    def local_get(self, x: int) -> None:
        """What is known of the local."""
        self.stack.append(self.locals[x])

    def local_set(self, x: int) -> None:
        """The local is what the operand is."""
        self.locals[x] = self.stack.pop()

    def local_tee(self, x: int) -> None:
        """As local.set, the operand stays."""
        self.locals[x] = self.stack[-1]

    def drop(self, imm: None) -> None:
        """One operand less."""
        self.stack.pop()

    def select(self, imm: object) -> None:
        """One of two values."""
        self._take(3)
        self.stack.append(None)

    def i32_const(self, value: int) -> None:
        """A constant."""
        self.stack.append(Affine(value))

    def unknown(self, imm: object) -> None:
        """A value that nothing is known of."""
        self.stack.append(None)


def _results(name: str, operands: list[Value]) -> list[Value]:
    """What an i32 instruction with a signature pushes."""
    if len(operands) == 2:
        return [] if "store" in name else [arithmetic(name[4:], *operands)]
    if name == "i32.eqz" and (condition := as_condition(operands[0])) is not None:
        return [negated(condition)]
    return [None]


_Handler: TypeAlias = Callable[[Iteration, Any], bool | None]

_BY_NAME: dict[str, _Handler] = {
    "block": Iteration.block,
    "if": Iteration.if_,
    "else": Iteration.else_,
    "end": Iteration.end,
    "br": Iteration.br,
    "br_if": Iteration.br_if,
    "br_table": Iteration.br_table,
    "return": Iteration.leave,
    "unreachable": Iteration.leave,
    "local.get": Iteration.local_get,
    "local.set": Iteration.local_set,
    "local.tee": Iteration.local_tee,
    "global.get": Iteration.unknown,
    "drop": Iteration.drop,
    "select": Iteration.select,
    "select t": Iteration.select,
    "i32.const": Iteration.i32_const,
}
_HANDLERS = {CODE_BY_NAME[name]: handler for name, handler in _BY_NAME.items()}
