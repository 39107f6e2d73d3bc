"""Stencils of control: jumps, returns, traps, calls with everything in registers, and how a function is entered."""

from __future__ import annotations

from collections.abc import Iterator

from wasmjit.abi import layout
from wasmjit.abi.libcalls import Libcall
from wasmjit.abi.traps import TrapCode
from wasmjit.compile.baseline.hole import JUMP_TABLE, Hole, ScaledHole
from wasmjit.compile.baseline.recipe import Recipe
from wasmjit.compile.baseline.registers import INTEGER_ARGUMENTS, RESULT, VECTOR, VECTORS
from wasmjit.compile.baseline.stencil_emitter import CONVENTION, NEXT, TARGET, StencilEmitter
from wasmjit.compile.baseline.stencil_unit import with_function_type
from wasmjit.compile.lower.call import Callee, imported_callee, indirect_callee, referred_callee
from wasmjit.compile.lower.emitter import CONTEXT_ACCESS


def control() -> Iterator[tuple[str, Recipe]]:
    """Keys with what makes their stencils."""
    yield "jmp", lambda f: f.go_on(TARGET)
    yield "ret", _return
    yield "br_table A", _branch_by_table
    yield "unreachable", lambda f: f.lower("unreachable")
    yield "call", call_in_registers("call")
    for kind in ("import", "ref", "indirect"):
        yield f"call {kind}", call_in_registers(kind)


def _return(f: StencilEmitter) -> None:
    first = f.emit(f"insertvalue {RESULT} poison, i64 %A, 0")
    both = f.emit(f"insertvalue {RESULT} {first}, {VECTOR} %FA, 1")
    f.line(f"ret {RESULT} {both}")


def _branch_by_table(f: StencilEmitter) -> None:
    """The target's distance from the table comes from the table; the last entry is for all that is beyond."""
    f.take("A", "i32")
    f.declare("declare i32 @llvm.umin.i32(i32, i32)")
    index = f.emit(f"call i32 @llvm.umin.i32(i32 {f.pop()}, i32 {Hole('N').text('i32')})")
    pointer = f.emit(f"getelementptr i32, ptr @{JUMP_TABLE}, i64 {f.widen(index)}")
    distance = f.emit(f"sext i32 {f.emit(f'load i32, ptr {pointer}, align 4')} to i64")
    target = f.emit(f"getelementptr i8, ptr @{JUMP_TABLE}, i64 {distance}")
    f.registers["A"] = "poison"
    f.go_on(target)


# --- calls


def _call_native(f: StencilEmitter, code: str, vmctx: str) -> None:
    """Call with the argument registers as they are."""
    integers = ", ".join([f"i64 %{name}" for name in INTEGER_ARGUMENTS])
    vectors = ", ".join([f"{VECTOR} %{name}" for name in VECTORS])
    result = f.emit(f"call tailcc {RESULT} {code}(ptr {vmctx}, {integers}, {vectors})")
    f.lose_registers()
    f.registers["A"] = f.emit(f"extractvalue {RESULT} {result}, 0")
    f.registers["FA"] = f.emit(f"extractvalue {RESULT} {result}, 1")
    f.go_on()


def _defined(f: StencilEmitter, depth: int | None) -> Callee:
    """What the slot of a defined function holds; G is the slot's offset."""
    slots = f.hoisted("%slots", layout.VMCTX_SLOTS)
    slot = f.emit(f"getelementptr i8, ptr {slots}, i64 {Hole('G')}")
    return Callee(f.type, f.emit(f"load ptr, ptr {slot}, align 8{CONTEXT_ACCESS}"), "%c")


def _imported(f: StencilEmitter, depth: int | None) -> Callee:
    return imported_callee(f, f.type, Hole("G"))


def _referred(f: StencilEmitter, depth: int | None) -> Callee:
    f.take("A", "ptr")
    return referred_callee(f, 0)


def _indirect(f: StencilEmitter, depth: int | None) -> Callee:
    """In a table: of a final type (None), or of one of that depth and its subtypes."""
    with_function_type(f, depth)
    f.take("A", "i32")
    return indirect_callee(f, (ScaledHole("N"), 0))


CALLEES = {"call": _defined, "import": _imported, "ref": _referred, "indirect": _indirect}
"""What is called, by the kind of a call, for an emitter and the depth of the expected type."""


def call_in_registers(kind: str, depth: int | None = None) -> Recipe:
    """A call with the argument registers as they are."""

    def make(f: StencilEmitter) -> None:
        callee = CALLEES[kind](f, depth)
        _call_native(f, callee.code, callee.vmctx)

    return make


# --- entry

_POPPED = 8
"""Bytes that functions of the `tailcc` convention remove from the stack where no argument is on it: LLVM makes the size
of the arguments 8 more than a multiple of 16."""

SAVED_REGISTERS = ("r15", "r14", "r13", "r12", "rbx")
_EXHAUSTED = f"""\
1:
movq {layout.VMCTX_LIBCALLS}(%rdi), %rax
movl $${int(TrapCode.STACK_EXHAUSTED)}, %esi
xorl %edx, %edx
callq *{8 * Libcall.TRAP}(%rax)
ud2
"""


def entry_ir() -> str:
    """The beginning of a function whose parameters are all in registers, and its end: the body is called in between.

    It is assembly, since LLVM would move the parameters. The frame counts in the check of the stack. In a module
    without memory, any offset in the VMContext will do for M.
    """
    pushes = "".join([f"pushq %{name}\n" for name in SAVED_REGISTERS])
    pops = "".join([f"popq %{name}\n" for name in reversed(SAVED_REGISTERS)])
    text = (
        f"pushq %rbp\nmovq %rsp, %rbp\n{pushes}subq $$F+8, %rsp\n"
        f"movq {layout.VMCTX_STORE}(%rdi), %rax\ncmpq {layout.STORE_STACK_LIMIT}(%rax), %rsp\njb 1f\n"
        f"movq %rdi, %r12\nmovq %rsp, %r13\nmovq M(%r12), %r14\n"
        f"callq {NEXT}\nleaq -{8 * len(SAVED_REGISTERS)}(%rbp), %rsp\n{pops}popq %rbp\nretq $${_POPPED}\n{_EXHAUSTED}"
    )
    assembly = text.replace("\n", "\\0A")
    header = f"define {CONVENTION} void @entry() naked nounwind {{"
    return f'{header}\n  call void asm sideeffect "{assembly}", ""()\n  unreachable\n}}\n'
