"""The state of making a function's baseline code: where each operand and local is, and the moves between places.

An operand that is a local or a constant costs nothing until an instruction takes it: `local.get` and `i32.const` only
note what is meant. The result of an instruction stays in A or FA until another one needs that register; then it goes to
a register that no local lives in, or to its slot. Wherever control flow meets, all operands are in their slots.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import length_hint

from wasmjit.abi.signature import signature_key
from wasmjit.compile.baseline.assembler import Assembler
from wasmjit.compile.baseline.frame import MAX_FRAME_BYTES
from wasmjit.compile.baseline.locations import (
    FA,
    FB,
    INTEGERS,
    LEAST_NARROW,
    MASK_32,
    MASK_64,
    MOST_NARROW,
    PRESERVED,
    TEMPORARY,
    VECTORS,
    A,
    B,
    Location,
)
from wasmjit.compile.baseline.pinning import Pinning
from wasmjit.compile.baseline.rows import Moves
from wasmjit.compile.convention import value_slots
from wasmjit.light import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from wasmjit.binary.code import RawInstr
    from wasmjit.compile.baseline.branches import Frame, Pending
    from wasmjit.compile.baseline.call_plan import CallPlan
    from wasmjit.compile.baseline.context import Context
    from wasmjit.compile.baseline.counting import Late
    from wasmjit.compile.baseline.stencil import Stencil
    from wasmjit.wasm.types import FuncType


class NoStencilError(Exception):
    """The function uses something that has no stencil."""


class Coder:
    """What the handlers work on. `cursor` walks over `instrs`; `offset` is that of the current instruction.

    `function` is the number of the defined function.
    """

    __slots__ = (
        "_free_integers",
        "_free_vectors",
        "asm",
        "bounds",
        "context",
        "cursor",
        "entry",
        "frames",
        "function",
        "home",
        "in_vectors",
        "instrs",
        "late",
        "load_vector",
        "loops",
        "max_memory_offset",
        "moves",
        "offset",
        "operands",
        "out",
        "pending",
        "pinned",
        "places",
        "reloads",
        "result_offsets",
        "result_register",
        "slot",
        "spare_integers",
        "spare_vectors",
        "stack",
        "store_vector",
        "through",
        "top",
    )

    def __init__(
        self, context: Context, in_vectors: list[bool], pinning: Pinning, slot: int, instrs: list[RawInstr]
    ) -> None:
        self.context = context
        self.moves: Moves = context.moves
        self.max_memory_offset = context.max_memory_offset
        self.bounds = context.bounds
        self.asm = Assembler()
        self.out, self.places = self.asm.out, self.asm.places
        self.stack: list[Any] = []  # Locations
        self.frames: list[Frame] = []
        self.in_vectors = in_vectors
        self.slot = slot
        self.pinned = pinning.registers
        self.through = pinning.through
        self.operands = len(in_vectors) * slot
        self.home = list(range(0, self.operands, slot))
        for x, register in self.pinned.items():
            self.home[x] = register
        self.top = self.operands
        self.load_vector, self.store_vector = self.moves.vector_slots(slot)
        used = set(self.pinned.values())
        self.spare_integers = [r for r in INTEGERS if r not in used]
        self.spare_vectors = [x for x in VECTORS[:5] if x not in used]
        self.free_all_temporaries()
        self.reloads: bytes | None = None
        """The code of `return_to_registers`, once it is known."""
        self.pending: Pending | None = None
        self.late: list[Late] = []
        self.function = 0
        self.entry: Stencil = context.entry
        self.result_register = 0
        self.result_offsets: list[int] | None = None
        self.loops = 0
        self.offset = 0
        self.instrs = instrs
        self.cursor = iter(instrs)

    def expect_results(self, type: FuncType, plan: CallPlan) -> None:
        """Note where a function leaves its results: in a register, or, in other cases, in its frame."""
        self.result_register = plan.result
        if plan.registers is None:
            self.result_offsets = [offset for _, offset in value_slots(signature_key(type).partition(":")[2])]
            self.top = max(self.top, 16 * len(type.results))

    # --- temporaries

    def free_all_temporaries(self) -> None:
        """No operand is in a temporary any more."""
        self._free_integers = self.spare_integers.copy()
        self._free_vectors = self.spare_vectors.copy()

    def release(self, temporary: int) -> int:
        """The register of a temporary, which is free from now on."""
        register = temporary - TEMPORARY
        (self._free_integers if register > FA else self._free_vectors).append(register)
        return register

    def free_a(self) -> None:
        """Take the operand that is in A elsewhere, if there is one."""
        if A in self.stack:
            self._displace(self.stack.index(A), self._free_integers)

    def free_fa(self) -> None:
        """Take the operand that is in FA elsewhere, if there is one."""
        if FA in self.stack:
            self._displace(self.stack.index(FA), self._free_vectors)

    def _displace(self, index: int, free: list[int]) -> None:
        if free:
            register = free.pop()
            self.out.append(self.moves.move[register, self.stack[index]])
            self.stack[index] = register + TEMPORARY
        else:
            self.spill(index)

    # --- slots

    def place(self, index: int) -> int:
        """The slot of an operand by its height."""
        offset = self.operands + index * self.slot
        if offset >= self.top:
            self.top = offset + self.slot
            if self.top > MAX_FRAME_BYTES:
                raise NoStencilError("a large frame")
        return offset

    def spill(self, index: int) -> None:
        """Put an operand into its slot."""
        offset = self.place(index)
        location = self.stack[index]
        if location != offset:
            self.store(location, offset)
            self.stack[index] = offset

    def spill_from(self, start: int = 0) -> None:
        """Put operands from a height on into their slots."""
        offset = self.operands + start * self.slot
        for index in range(start, len(self.stack)):
            if self.stack[index] != offset:
                self.spill(index)
            offset += self.slot

    def store(self, location: Location, offset: int) -> None:
        """Store an operand to a slot; a temporary is free then."""
        out = self.out
        if isinstance(location, tuple):
            self._store_constant(location, offset)
        elif location >= 0:
            if self.slot == 16:
                out.append(self.load_vector[FB][location])
                out.append(self.store_vector[FB][offset])
            else:
                out.append(self.moves.load[B][location])
                out.append(self.moves.store[B][offset])
        else:
            register = self.release(location) if location < TEMPORARY else location
            out.append((self.moves.store if register > FA else self.store_vector)[register][offset])

    def _store_constant(self, constant: tuple[int, ...], offset: int) -> None:
        if len(constant) == 3:
            self.to_vector(FB, constant)
            self.out.append(self.store_vector[FB][offset])
        elif LEAST_NARROW <= constant[0] <= MOST_NARROW:
            self.asm.put(self.moves.store_constant, offset, constant[0] & MASK_32)
        else:
            self.to_integer(B, constant[:1])
            self.out.append(self.moves.store[B][offset])

    # --- registers

    def any_integer(self, location: Location, register: int) -> int:
        """The integer register of an operand, or `register`, where it is brought unless it is in one, or if it is in A.

        A temporary is free then.
        """
        if isinstance(location, tuple) or location >= 0 or location == A:
            self.to_integer(register, location)
            return register
        return self.release(location) if location < TEMPORARY else location

    def to_integer(self, register: int, location: Location) -> None:
        """Bring an operand into an integer register; a temporary is free then."""
        if isinstance(location, tuple):
            value = location[0]
            narrow = 0 <= value <= MOST_NARROW
            table = self.moves.narrow_constant if narrow else self.moves.wide_constant
            self.out.append(table[register][value & MASK_64])
        elif location >= 0:
            self.out.append(self.moves.load[register][location])
        else:
            if location < TEMPORARY:
                location = self.release(location)
            if location != register:
                self.out.append(self.moves.move[register, location])

    def to_vector(self, register: int, location: Location) -> None:
        """Bring an operand into a vector register; a temporary is free then."""
        if isinstance(location, tuple):
            if not any(location):
                self.out.append(self.moves.zero_vector[register])
            elif len(location) == 3:
                self.asm.put(self.moves.vector_constant[register], location[0], location[1])
            else:
                self.out.append(self.moves.float_constant[register][location[0]])
        elif location >= 0:
            self.out.append(self.load_vector[register][location])
        else:
            if location < TEMPORARY:
                location = self.release(location)
            if location != register:
                self.out.append(self.moves.move[register, location])

    def to_register(self, register: int, location: Location) -> None:
        """Bring an operand into a register of either kind."""
        if register > FA:
            self.to_integer(register, location)
        else:
            self.to_vector(register, location)

    def take_a(self, location: Location) -> None:
        """Bring an operand that was popped into A."""
        if location != A:
            self.free_a()
            self.to_integer(A, location)

    def take_fa(self, location: Location) -> None:
        """Bring an operand that was popped into FA."""
        if location != FA:
            self.free_fa()
            self.to_vector(FA, location)

    # --- locals

    def assign(self, x: int, location: Location) -> None:
        """Give a local a value. Operands that mean its old one get a copy of that."""
        home = self.home[x]
        if home in self.stack:
            for index, other in enumerate(self.stack):
                if other == home:
                    self._copy_home(index)
        if location == home:
            return
        if home >= 0:
            self.store(location, home)
            return
        self.to_register(home, location)
        if self.through and home not in PRESERVED:
            self.save(x)

    def _copy_home(self, index: int) -> None:
        """Give an operand that means a local a place of its own."""
        home = self.stack[index]
        if home < 0:
            self._displace(index, self._free_integers if home > FA else self._free_vectors)
        else:
            self.spill(index)

    def save(self, x: int) -> None:
        """Store a local that lives in a register to its slot."""
        register = self.home[x]
        table = self.moves.store if register > FA else self.store_vector
        self.out.append(table[register][x * self.slot])

    def reload(self, x: int) -> None:
        """Load a local that lives in a register from its slot."""
        self.out.append(self.reload_code(x))

    def reload_code(self, x: int) -> bytes:
        """The code of `reload`."""
        register = self.home[x]
        table = self.moves.load if register > FA else self.load_vector
        return table[register][x * self.slot]

    def slot_of(self, register: int) -> int:
        """The slot of the local that lives in a register."""
        return next(x for x, pinned in self.pinned.items() if pinned == register) * self.slot

    # --- calls

    def leave_registers(self, end: int) -> None:
        """Put the operands below a height into slots unless they are constants, or locals that come back."""
        for index in range(end):
            location = self.stack[index]
            if not isinstance(location, tuple) and (location < TEMPORARY or location in (A, FA)):
                self.spill(index)

    def call_out(self, key: str, *values: int) -> None:
        """Put a stencil that calls, and so loses registers; operands are out of those by now (`leave_registers`)."""
        self.asm.locate(self.offset)
        self.asm.put(self.context.stencil(key), *values)
        self.return_to_registers()

    def return_to_registers(self) -> None:
        """Load the locals whose registers a call has not preserved."""
        if self.reloads is None:
            code = [self.reload_code(x) for x, register in self.pinned.items() if register not in PRESERVED]
            self.reloads = b"".join(code)
        if self.reloads:
            self.out.append(self.reloads)

    # --- instructions

    def next_code(self, distance: int = 1) -> int:
        """The opcode of a later instruction; of the current one if `distance` is 0."""
        # What a list's iterator has left tells where it is, so the loop need not count.
        return self.instrs[distance - 1 - length_hint(self.cursor)][0]


Handler: TypeAlias = Callable[[Coder, Any], None]
"""Makes the code of one instruction; the second argument is its immediate."""
