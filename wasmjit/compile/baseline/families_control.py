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
from wasmjit.compile.lower.call import imported_callee, indirect_callee, referred_callee
from wasmjit.compile.lower.emitter import CONTEXT_ACCESS

MAX_FIXED_DEPTH = 4
"""Depths of types below which calls through tables have fixed keys."""


def control() -> Iterator[tuple[str, Recipe]]:
    """Keys with what makes their stencils."""
    yield "jmp", lambda f: f.go_on(TARGET)
    yield "ret", _return
    yield "br_table A", _branch_by_table
    yield "unreachable", lambda f: f.lower("unreachable")
    for code in TrapCode:
        yield f"trap {int(code)}", _trap(code)
    yield "call", _call
    yield "call import", _call_import
    yield "call ref", _call_ref
    yield "call indirect", call_indirect(None)
    for depth in range(MAX_FIXED_DEPTH):
        yield f"call indirect sub {depth}", call_indirect(depth)


def _return(f: StencilEmitter) -> None:
    first = f.emit(f"insertvalue {RESULT} poison, i64 %A, 0")
    both = f.emit(f"insertvalue {RESULT} {first}, {VECTOR} %FA, 1")
    f.line(f"ret {RESULT} {both}")


def _trap(code: TrapCode) -> Recipe:
    return lambda f: f.trap_now(code)


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


def _call(f: StencilEmitter) -> None:
    code = slot_code(f)
    _call_native(f, code, "%c")


def slot_code(f: StencilEmitter) -> str:
    """What the slot of a defined function holds; G is the slot's offset."""
    slots = f.hoisted("%slots", layout.VMCTX_SLOTS)
    slot = f.emit(f"getelementptr i8, ptr {slots}, i64 {Hole('G')}")
    return f.emit(f"load ptr, ptr {slot}, align 8{CONTEXT_ACCESS}")


def _call_import(f: StencilEmitter) -> None:
    callee = imported_callee(f, f.type, Hole("G"))
    _call_native(f, callee.code, callee.vmctx)


def _call_ref(f: StencilEmitter) -> None:
    f.take("A", "ptr")
    callee = referred_callee(f, 0)
    _call_native(f, callee.code, callee.vmctx)


def call_indirect(depth: int | None) -> Recipe:
    """Of functions of a final type (None), or of one of that depth and its subtypes."""

    def make(f: StencilEmitter) -> None:
        with_function_type(f, depth)
        f.take("A", "i32")
        callee = indirect_callee(f, (ScaledHole("N"), 0))
        _call_native(f, callee.code, callee.vmctx)

    return make


# --- entry

SAVED_REGISTERS = ("r15", "r14", "r13", "r12", "rbx")
_EXHAUSTED = f"""\
1:
movq {layout.VMCTX_LIBCALLS}(%rdi), %rax
movl $${int(TrapCode.STACK_EXHAUSTED)}, %esi
xorl %edx, %edx
callq *{8 * Libcall.TRAP}(%rax)
ud2
"""


def entry_ir(name: str, *, memory: bool) -> str:
    """The beginning of a function whose parameters are all in registers, and its end: the body is called in between.

    It is assembly, since LLVM would move the parameters. The body finds the stack as every function does; its frame
    slots, aligned to 16 bytes, are above the return address. Of memory 0 there is the base in a register, if there is
    that memory. The frame counts in the check of the stack. A `tailcc` function without stack arguments removes 8 bytes
    of them all the same.
    """
    pushes = "".join([f"pushq %{name}\n" for name in SAVED_REGISTERS])
    pops = "".join([f"popq %{name}\n" for name in reversed(SAVED_REGISTERS)])
    text = (
        f"pushq %rbp\nmovq %rsp, %rbp\n{pushes}subq $$F+8, %rsp\n"
        f"movq {layout.VMCTX_STORE}(%rdi), %rax\ncmpq {layout.STORE_STACK_LIMIT}(%rax), %rsp\njb 1f\n"
        f"movq %rdi, %r12\nmovq %rsp, %r13\n{'movq M(%r12), %r14' if memory else ''}\n"
        f"callq {NEXT}\nleaq -{8 * len(SAVED_REGISTERS)}(%rbp), %rsp\n{pops}popq %rbp\nretq $$8\n{_EXHAUSTED}"
    )
    assembly = text.replace("\n", "\\0A")
    header = f'define {CONVENTION} void @"{name}"() naked nounwind {{'
    return f'{header}\n  call void asm sideeffect "{assembly}", ""()\n  unreachable\n}}\n'
