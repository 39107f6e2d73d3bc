"""The state of lowering one function: operand stack, locals, control frames, and the IR text so far.

Method: one pass over the decoded body. Wasm is structured, so SSA needs no dominance computation: every control frame
knows the locals that are assigned inside it (assigned.py), and gets phis for those alone. An operand is LLVM text
without its type, an SSA name or a literal; `local.get` pushes the local's current value and emits nothing.

What a function needs once (memory bases, table definitions) is loaded in its entry block, on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from wasmjit.abi import layout
from wasmjit.abi.traps import TrapCode
from wasmjit.wasm.types import FuncType

if TYPE_CHECKING:
    from wasmjit.compile.lower.control import Frame
    from wasmjit.compile.lower.counter import Counter
    from wasmjit.compile.lower.unit import Unit

MAX_BLOCK_LINES = 1000
"""IR lines after which a block is split."""

INVARIANT = ", align 8, !invariant.load !0"
UNLIKELY = ", !prof !1"
LIKELY = ", !prof !2"
MEMORY_ACCESS = ", !tbaa !5"
CONTEXT_ACCESS = ", !tbaa !7"
METADATA = """\
!0 = !{}
!1 = !{!"branch_weights", i32 1, i32 100000}
!2 = !{!"branch_weights", i32 100000, i32 1}
!3 = !{!"wasmjit"}
!4 = !{!"memory", !3, i64 0}
!5 = !{!4, !4, i64 0}
!6 = !{!"context", !3, i64 0}
!7 = !{!6, !6, i64 0}
"""
FIRST_FREE_METADATA = 8


class CountedAccess(NamedTuple):
    """Where the fast version of a loop (versioning.py) finds an access.

    A pointer made in front of it, a counter ("" for none), the distance from their sum; metadata about aliases.
    """

    pointer: str
    counter: str
    distance: int
    alias: str


class Counting(NamedTuple):
    """What is special in the fast version of a loop.

    Its accesses by the byte offset of their instructions; its counters, names with their steps; the offset of the
    branch that ends it and the comparison to branch on instead of the operand.
    """

    accesses: dict[int, CountedAccess]
    counters: dict[str, int]
    test_at: int
    test: str


class Emitter:
    """What the handlers work on."""

    __slots__ = (
        "_hoisted",
        "alias",
        "assigned",
        "block",
        "conditions",
        "counter",
        "counting",
        "dead_depth",
        "entry",
        "env",
        "frames",
        "fuel_costs",
        "guard",
        "has_invokes",
        "last_load",
        "lines",
        "local_types",
        "locals_in_memory",
        "longest_run",
        "loop_hints",
        "module",
        "moves_frame",
        "next_block",
        "next_value",
        "offset",
        "opened",
        "own_calls",
        "promoted",
        "run",
        "scope",
        "split_at",
        "stack",
        "target_arch",
        "target_features",
        "type",
        "unit",
        "volatile",
    )

    def __init__(self, unit: Unit, type: FuncType, scope: int) -> None:
        self.unit = unit
        self.module = unit.module
        self.guard = unit.guard
        self.target_features: frozenset[str] = unit.target_features
        self.target_arch: str = unit.target_arch
        self.type = type
        self.scope = scope
        self.lines: list[str] = []
        self.entry: list[str] = []
        self.stack: list[str] = []
        self.env: list[str] = []
        self.local_types: list[str] = []
        self.locals_in_memory = False
        self.has_invokes = False
        self.moves_frame = False  # tail calls away from stack arguments
        self.own_calls: tuple[int, str] | None = None  # the function, and what a call of itself calls (recursion.py)
        self.frames: list[Frame] = []
        self.assigned: list[tuple[int, ...]] = []
        self.opened = 0
        self.counting: Counting | None = None
        self.counter: Counter | None = None
        self.loop_hints = ""
        self.alias = ""
        self.fuel_costs: dict[int, int] = {}
        self.volatile = ""
        self.conditions: dict[str, str] = {}
        self.promoted: dict[str, str] = {}
        self.block = "entry"
        self.dead_depth = 0
        self.offset = 0
        self.next_value = 0
        self.next_block = 0
        self.last_load = -1
        self.run = 0
        self.longest_run = 0
        self.split_at = MAX_BLOCK_LINES
        self._hoisted: dict[str, str] = {}

    # --- operands and text

    def pop(self) -> str:
        """Take the top operand."""
        return self.stack.pop()

    def push(self, value: str) -> None:
        """Push an operand."""
        self.stack.append(value)

    def emit(self, expression: str) -> str:
        """Append an instruction with a result; return the result's name."""
        self.next_value = number = self.next_value + 1
        name = f"%v{number}"
        self.lines.append(f"{name} = {expression}")
        return name

    def new_name(self) -> str:
        """A fresh name for a value."""
        self.next_value += 1
        return f"%v{self.next_value}"

    def line(self, text: str) -> None:
        """Append an instruction without a result."""
        self.lines.append(text)

    def declare(self, declaration: str) -> None:
        """Declare an external function or intrinsic, once in the unit."""
        self.unit.declarations[declaration] = None

    def location(self) -> str:
        """Metadata that ties an instruction to the wasm offset: for everything that can fault, and for calls."""
        return f", !dbg !DILocation(line: {self.offset}, scope: !{self.scope})"

    def trap_location(self, offset: int) -> str:
        """The location of a trap, which says its offset itself: needed only to see what it was inlined into."""
        return f", !dbg !DILocation(line: {offset}, scope: !{self.scope})" if self.unit.inlines else ""

    def masked(self, type: str, value: str, mask: int) -> str:
        """An integer operand without the bits that are not in `mask`."""
        return self.emit(f"and {type} {value}, {mask}") if value[0] == "%" else str(int(value) & mask)

    # --- blocks

    def next_assigned(self) -> tuple[int, ...]:
        """The locals assigned in the block that opens now."""
        self.opened += 1
        return self.assigned[self.opened - 1]

    def new_block(self) -> str:
        """A fresh block name, not yet placed."""
        self.next_block += 1
        return f"b{self.next_block}"

    def start_block(self, label: str) -> None:
        """Place a block; what follows goes into it."""
        self.lines.append(f"{label}:")
        self.block = label
        self.run = 0
        self.split_at = len(self.lines) + MAX_BLOCK_LINES

    def split_block(self) -> None:
        """Go on in a new block. LLVM's code generation takes time that is quadratic in the length of a block."""
        run = self.run + 1
        self.longest_run = max(self.longest_run, run)
        label = self.new_block()
        self.lines.append(f"br label %{label}")
        self.start_block(label)
        self.run = run

    def go_dead(self) -> None:
        """What follows can't be reached, up to the end of the innermost frame."""
        self.dead_depth = 1

    def condition(self, value: str) -> str:
        """The i1 that says whether an i32 operand is not zero."""
        known = self.conditions.get(value)
        return known if known is not None else self.emit(f"icmp ne i32 {value}, 0")

    def push_condition(self, condition: str) -> None:
        """Push an i1 as i32, remembering it so that a branch need not compare again."""
        value = self.emit(f"zext i1 {condition} to i32")
        self.conditions[value] = condition
        self.stack.append(value)

    # --- traps

    def trap(self, code: str) -> None:
        """Stop here with a trap code, an i32 operand; ends the block."""
        location = self.trap_location(self.offset)
        self.lines.append(f"call void @trap(ptr %c, i32 {code}, i32 {self.offset & 0x7FFFFFFF}){location}")
        self.lines.append("unreachable")

    def trap_if(self, condition_i1: str, code: TrapCode) -> None:
        """Trap with `code` if the i1 is true, else go on in a new block."""
        self.trap_unless_continue(condition_i1, UNLIKELY)
        self.trap(str(int(code)))
        self.start_block(self.block)

    def trap_unless_continue(self, condition_i1: str, weights: str) -> None:
        """Branch to a cold block if the i1 is true and begin it; `self.block` names where to go on afterwards."""
        cold, go_on = self.new_block(), self.new_block()
        self.lines.append(f"br i1 {condition_i1}, label %{cold}, label %{go_on}{weights}")
        self.lines.append(f"{cold}:")
        self.block = go_on

    def trap_if_status(self, status: str) -> None:
        """Trap if a libcall's i64 status is not 0: its low half is the code, or 0 where Python raised."""
        failed = self.emit(f"icmp ne i64 {status}, 0")
        self.trap_unless_continue(failed, UNLIKELY)
        low = self.emit(f"trunc i64 {status} to i32")
        raised = self.emit(f"icmp eq i32 {low}, 0")
        self.trap(self.emit(f"select i1 {raised}, i32 {int(TrapCode.HOST_EXCEPTION)}, i32 {low}"))
        self.start_block(self.block)

    def charge_fuel(self, region: int, *, check: bool) -> None:
        """Consume the fuel that a region of the body costs (abi/fuel.py); trap if it is used up, where that is checked.

        Nothing happens for what is no region. Where accesses can fault, LLVM must not keep the rest in a register
        throughout a loop: what was consumed before a fault would be given back.
        """
        cost = self.fuel_costs.get(region)
        if cost is None:
            return
        store = self.hoisted("%fuel.store", layout.VMCTX_STORE)
        pointer = self.emit(f"getelementptr i8, ptr {store}, i64 {layout.STORE_FUEL}")
        fuel = self.emit(f"load i64, ptr {pointer}, align 8{CONTEXT_ACCESS}")
        rest = self.emit(f"sub i64 {fuel}, {cost}")
        kept = "volatile " if self.guard else ""
        self.line(f"store {kept}i64 {rest}, ptr {pointer}, align 8{CONTEXT_ACCESS}")
        if check:
            self.trap_if(self.emit(f"icmp slt i64 {rest}, 0"), TrapCode.OUT_OF_FUEL)

    # --- the instance

    def field(self, offset: int) -> str:
        """Pointer to a field of the VMContext."""
        return self.emit(f"getelementptr i8, ptr %c, i64 {offset}")

    def hoisted(self, name: str, offset: int, base: str = "%c") -> str:
        """A pointer field that never changes while the instance lives, loaded in the entry block under `name`."""
        known = self._hoisted.get(name)
        if known is None:
            self.entry.append(f"{name}.p = getelementptr i8, ptr {base}, i64 {offset}")
            self.entry.append(f"{name} = load ptr, ptr {name}.p{INVARIANT}")
            self._hoisted[name] = known = name
        return known

    def allocated(self, name: str, type: str) -> str:
        """Memory in the function's frame under `name`, allocated once; `type` is text for `alloca`."""
        if name not in self._hoisted:
            self.entry.append(f"{name} = alloca {type}")
            self._hoisted[name] = name
        return name

    def libcall(self, index: int, *arguments: str) -> str:
        """Call a Python libcall (abi/libcalls.py) with i64 operands; its i64 result."""
        table = self.hoisted("%libcalls", layout.VMCTX_LIBCALLS)
        slot = self.emit(f"getelementptr i8, ptr {table}, i64 {8 * index}")
        code = self.emit(f"load ptr, ptr {slot}{INVARIANT}")
        padded = [*arguments, *["0"] * (5 - len(arguments))]
        operands = ", ".join(f"i64 {a}" for a in padded)
        return self.emit(f"call i64 {code}(ptr %c, {operands}){self.location()}")

    def widen(self, value: str) -> str:
        """Zero-extend an i32 operand to i64."""
        if value[0] != "%":
            return str(int(value) & 0xFFFF_FFFF)
        return self.emit(f"zext i32 {value} to i64")
