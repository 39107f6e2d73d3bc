"""The lowering's emitter, for one instruction as a stencil: its operands are registers, frame slots and holes."""

from __future__ import annotations

from wasmjit.abi import layout
from wasmjit.abi.libcalls import Libcall
from wasmjit.compile.baseline.hole import Hole
from wasmjit.compile.baseline.registers import (
    INTEGERS,
    LOST_IN_CALLS,
    PARAMETER_TYPES,
    PARAMETERS,
    RESULT,
    VECTOR,
    argument_text,
)
from wasmjit.compile.lower.emitter import INVARIANT, Emitter
from wasmjit.compile.lower.registry import HANDLERS
from wasmjit.compile.lower.unit import Unit
from wasmjit.wasm.opcodes import CODE_BY_NAME
from wasmjit.wasm.types import FuncType

NEXT, TARGET = "NEXT", "T"
CONVENTION = "preserve_nonecc"

_LANES = {"float": "<4 x float>", "double": "<2 x double>"}


def jump_declarations() -> str:
    """Where stencils go, as LLVM IR."""
    return "".join(f"declare {CONVENTION} {RESULT} @{name}({PARAMETER_TYPES})\n" for name in (NEXT, TARGET))


class StencilEmitter(Emitter):
    """What handlers work on while a stencil is made."""

    __slots__ = ("registers",)

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit, FuncType((), ()), 0)
        self.registers: dict[str, str] = {}

    # --- operands

    def take(self, place: str, type: str) -> None:
        """Push the operand of an LLVM type that is in a register, in the slot S, or a constant K."""
        if place[0] == "K":
            self.push(Hole(place).text(type))
        elif place == "S":
            self.push(self.load_slot(Hole("S"), type))
        elif place in INTEGERS:
            self.push(self._from_integer(self.registers.get(place) or f"%{place}", type))
        else:
            self.push(self._from_vector(self.registers.get(place) or f"%{place}", type))

    def _from_integer(self, value: str, type: str) -> str:
        if type == "i64":
            return value
        return self.emit(f"inttoptr i64 {value} to ptr" if type == "ptr" else f"trunc i64 {value} to {type}")

    def _from_vector(self, value: str, type: str) -> str:
        if type == VECTOR:
            return value
        lanes = self.emit(f"bitcast {VECTOR} {value} to {_LANES[type]}")
        return self.emit(f"extractelement {_LANES[type]} {lanes}, i32 0")

    def give(self, place: str, type: str, *, signed: bool = False) -> None:
        """Pop the operand into a register; `signed` says that its sign is extended already."""
        value = self.pop()
        if place in INTEGERS:
            self.registers[place] = self._to_integer(value, type, "sext" if signed else "zext")
        elif type == VECTOR:
            self.registers[place] = value
        else:
            lanes = self.emit(f"insertelement {_LANES[type]} poison, {type} {value}, i32 0")
            self.registers[place] = self.emit(f"bitcast {_LANES[type]} {lanes} to {VECTOR}")

    def _to_integer(self, value: str, type: str, extend: str) -> str:
        if type == "i64":
            return value
        return self.emit(f"{'ptrtoint' if type == 'ptr' else extend} {type} {value} to i64")

    def slot_pointer(self, offset: int) -> str:
        """Pointer into the frame."""
        return self.emit(f"getelementptr i8, ptr %frame, i64 {offset}")

    def load_slot(self, offset: int, type: str) -> str:
        """The value in a frame slot."""
        return self.emit(f"load {type}, ptr {self.slot_pointer(offset)}, align 8")

    def store_slot(self, offset: int, type: str, value: str) -> None:
        """Change a frame slot."""
        self.line(f"store {type} {value}, ptr {self.slot_pointer(offset)}, align 8")

    def lower(self, mnemonic: str, imm: object = None) -> None:
        """Lower an instruction whose operands have been taken."""
        HANDLERS[CODE_BY_NAME[mnemonic]](self, imm)

    def masked(self, type: str, value: str, mask: int) -> str:
        """Where the value is a hole, whoever fills it has done it."""
        return super().masked(type, value, mask) if value[0] == "%" else value

    # --- how a stencil ends

    def lose_registers(self) -> None:
        """Note that a call has been made: few registers keep their values."""
        self.registers.update(dict.fromkeys(LOST_IN_CALLS, "poison"))

    def go_on(self, target: str = NEXT) -> None:
        """End the block: go on behind the stencil, or at the target, a symbol or an address."""
        target = target if target[0] == "%" else f"@{target}"
        call = f"musttail call {CONVENTION} {RESULT} {target}({argument_text(self.registers)})"
        self.line(f"ret {RESULT} {self.emit(call)}")

    def branch(self, condition: str, *, if_true: bool = True) -> None:
        """End the stencil: go to the target if the i1 is true (or if it is false), else on."""
        taken, other = self.new_block(), self.new_block()
        first, second = (taken, other) if if_true else (other, taken)
        self.line(f"br i1 {condition}, label %{first}, label %{second}")
        self.start_block(taken)
        self.go_on(TARGET)
        self.start_block(other)
        self.go_on()

    def function(self, name: str) -> str:
        """The whole function, once it has an end."""
        header = f'define {CONVENTION} {RESULT} @"{name}"({PARAMETERS}) #0 {{'
        return "\n".join([header, "entry:", *self.entry, *self.lines, "}\n"])

    # --- what differs from the lowering of whole functions

    def location(self) -> str:
        """Stencils have no debug information: the function's own table has the offsets of its stencils."""
        return ""

    def trap(self, code: str) -> None:
        """Call TRAP; the place is found by the return address, so something has to follow the call."""
        table = self.emit(f"load ptr, ptr {self.field(layout.VMCTX_LIBCALLS)}{INVARIANT}")
        pointer = self.emit(f"getelementptr i8, ptr {table}, i64 {8 * Libcall.TRAP}")
        function = self.emit(f"load ptr, ptr {pointer}{INVARIANT}")
        self.line(f"call void {function}(ptr %c, i32 {code}, i32 0)")
        self.declare("declare void @llvm.trap()")
        self.line("call void @llvm.trap()")
        self.line("unreachable")

    def hoisted(self, name: str, offset: int, base: str = "%c") -> str:
        """The base of memory 0 is in a register."""
        return "%base" if name == "%m0" else super().hoisted(name, offset, base)
