"""Linux on x86-64: glibc and musl agree on all of these."""

from __future__ import annotations

from wasmjit.compile.platform.description import GATE_BYTES, STUB_BYTES, Platform
from wasmjit.words import words as pack_words

_GREGS = 40
_RBP, _RSP, _RIP = 10, 15, 16

# MXCSR: 0x1F80 is round to nearest, all exceptions masked, denormals kept; the low six bits are sticky flags. Python
# extensions built with -ffast-math switch denormals off for the thread that loads them. The kernel gives a signal
# handler the default, so the comparison at the end is with what was saved, not with what is set.
_FLOAT_CONTROL = """
declare void @llvm.x86.sse.stmxcsr(ptr)
declare void @llvm.x86.sse.ldmxcsr(ptr)
define internal i64 @float_begin() alwaysinline nounwind {
  %slot = alloca i32, align 4
  call void @llvm.x86.sse.stmxcsr(ptr %slot)
  %old = load i32, ptr %slot, align 4
  %modes = and i32 %old, 65472
  %usual = icmp eq i32 %modes, 8064
  br i1 %usual, label %done, label %set
set:
  store i32 8064, ptr %slot, align 4
  call void @llvm.x86.sse.ldmxcsr(ptr %slot)
  br label %done
done:
  %wide = zext i32 %old to i64
  ret i64 %wide
}
define internal void @float_end(i64 %saved) alwaysinline nounwind {
  %slot = alloca i32, align 4
  %old = trunc i64 %saved to i32
  %modes = and i32 %old, 65472
  %usual = icmp eq i32 %modes, 8064
  br i1 %usual, label %done, label %set
set:
  store i32 %old, ptr %slot, align 4
  call void @llvm.x86.sse.ldmxcsr(ptr %slot)
  br label %done
done:
  ret void
}
"""

# The address behind the stub's call tells the gate which it is. r10, r11 and rax hold no arguments in `tailcc`.
_LAZY = f"""
.text
.p2align 4
.globl wj_gate
.type wj_gate,@function
wj_gate:
popq %rax
leaq wj_gate+{GATE_BYTES}(%rip), %r10
subq %r10, %rax
leaq -{STUB_BYTES}(%r10,%rax), %r10
shrq $4, %rax
decq %rax
movq wj_gate_slots(%rip), %r11
movq (%r11,%rax,8), %r11
cmpq %r10, %r11
je 1f
jmpq *%r11
1:
movq wj_gate_slots(%rip), %r10
jmpq *wj_gate_lazy(%rip)
.org wj_gate+{GATE_BYTES - 16}, 0xcc
wj_gate_slots:
.quad 0
wj_gate_lazy:
.quad 0
.size wj_gate, {GATE_BYTES}
.globl wj_lazy
.type wj_lazy,@function
wj_lazy:
pushq %rbp
movq %rsp, %rbp
subq $176, %rsp
movq %rdi, (%rsp)
movq %rsi, 8(%rsp)
movq %rdx, 16(%rsp)
movq %rcx, 24(%rsp)
movq %r8, 32(%rsp)
movq %r9, 40(%rsp)
movups %xmm0, 48(%rsp)
movups %xmm1, 64(%rsp)
movups %xmm2, 80(%rsp)
movups %xmm3, 96(%rsp)
movups %xmm4, 112(%rsp)
movups %xmm5, 128(%rsp)
movups %xmm6, 144(%rsp)
movups %xmm7, 160(%rsp)
movq %r10, %rdi
movq %rax, %rsi
call wj_lazy_call
movq %rax, %r11
movq (%rsp), %rdi
movq 8(%rsp), %rsi
movq 16(%rsp), %rdx
movq 24(%rsp), %rcx
movq 32(%rsp), %r8
movq 40(%rsp), %r9
movups 48(%rsp), %xmm0
movups 64(%rsp), %xmm1
movups 80(%rsp), %xmm2
movups 96(%rsp), %xmm3
movups 112(%rsp), %xmm4
movups 128(%rsp), %xmm5
movups 144(%rsp), %xmm6
movups 160(%rsp), %xmm7
leave
jmpq *%r11
.size wj_lazy, .-wj_lazy
"""

_NOP_JMP_AT = 0x25FF9066  # xchg %ax, %ax; jmpq *distance(%rip)
_NOP_CALL = 0xE8001F0F  # nopl (%rax); call gate
_CALL_OFFSET = 8


def _write_stubs(words: memoryview, count: int, jumps: int) -> None:
    first_end = GATE_BYTES + STUB_BYTES
    words[0::4] = pack_words("I", [_NOP_JMP_AT] * count)
    first = jumps - _CALL_OFFSET
    words[1::4] = pack_words("i", range(first, first + (8 - STUB_BYTES) * count, 8 - STUB_BYTES)).cast("B").cast("I")
    words[2::4] = pack_words("I", [_NOP_CALL] * count)
    distances = pack_words("i", range(-first_end, -first_end - STUB_BYTES * count, -STUB_BYTES))
    words[3::4] = distances.cast("B").cast("I")


_UNWIND = """
define dso_local void @wj_throw(ptr %c, ptr %exn) naked noinline noreturn {
  call void asm sideeffect "xorl %ecx, %ecx\\0Ajmp wj_throw_from", ""()
  unreachable
}
define dso_local void @wj_throw_again(ptr %c, ptr %exn) naked noinline noreturn {
  call void asm sideeffect "movl $$1, %ecx\\0Ajmp wj_throw_from", ""()
  unreachable
}
define dso_local void @wj_throw_from() naked noinline noreturn {
  call void asm sideeffect "pushq %rbp\\0Amovq %rsp, %rbp\\0Asubq $$48, %rsp\\0A\
movq %rbx, (%rsp)\\0Amovq %r12, 8(%rsp)\\0Amovq %r13, 16(%rsp)\\0Amovq %r14, 24(%rsp)\\0Amovq %r15, 32(%rsp)\\0A\
movq %rsi, %rdi\\0Amovq %rsp, %rsi\\0Amovq %rbp, %rdx\\0Acallq wj_unwind", ""()
  unreachable
}
define internal void @wj_land(ptr %regs, ptr %frame, ptr %stack, ptr %exn, i64 %pad) naked noinline noreturn {
  call void asm sideeffect "movq (%rdi), %rbx\\0Amovq 8(%rdi), %r12\\0Amovq 16(%rdi), %r13\\0A\
movq 24(%rdi), %r14\\0Amovq 32(%rdi), %r15\\0Amovq %rsi, %rbp\\0Amovq %rdx, %rsp\\0Amovq %rcx, %rax\\0A\
jmpq *%r8", ""()
  unreachable
}
"""

PLATFORM = Platform(
    arch="x86_64",
    elf_machine=62,
    context_pc=_GREGS + 8 * _RIP,
    context_sp=_GREGS + 8 * _RSP,
    context_fp=_GREGS + 8 * _RBP,
    jmp_buf_bytes=208,
    float_control_ir=_FLOAT_CONTROL,
    sys_timer_create=222,
    sys_timer_settime=223,
    sys_timer_delete=226,
    pack_align=64,
    lazy_asm=_LAZY,
    write_stubs=_write_stubs,
    unled_offset=_CALL_OFFSET,
    saved_registers=(3, 12, 13, 14, 15),
    frame_register=6,
    return_address_bytes=8,
    unwind_ir=_UNWIND,
)
