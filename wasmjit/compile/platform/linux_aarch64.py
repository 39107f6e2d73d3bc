"""Linux on AArch64. Written from the kernel's and glibc's headers, and run under emulation (tests/arm64)."""

from __future__ import annotations

from array import array

from wasmjit.compile.platform.description import GATE_BYTES, STUB_BYTES, Platform

_REGS = 184  # ucontext_t.uc_mcontext.regs
_SP, _PC = 432, 440
_FP = 29

# FPCR: 0 is round to nearest, denormals and NaN payloads kept.
_FLOAT_CONTROL = """
declare i64 @llvm.aarch64.get.fpcr()
declare void @llvm.aarch64.set.fpcr(i64)
define internal i64 @float_begin() alwaysinline nounwind {
  %old = call i64 @llvm.aarch64.get.fpcr()
  %usual = icmp eq i64 %old, 0
  br i1 %usual, label %done, label %set
set:
  call void @llvm.aarch64.set.fpcr(i64 0)
  br label %done
done:
  ret i64 %old
}
define internal void @float_end(i64 %old) alwaysinline nounwind {
  %usual = icmp eq i64 %old, 0
  br i1 %usual, label %done, label %set
set:
  call void @llvm.aarch64.set.fpcr(i64 %old)
  br label %done
done:
  ret void
}
"""

# The stub leaves the function's index in w16. x16 and x17 are free between functions, x9 holds no argument.
_LAZY = f"""
.text
.p2align 4
.globl wj_gate
.type wj_gate,@function
wj_gate:
adr x9, wj_gate+{GATE_BYTES}
ldr x17, wj_gate_slots
ldr x17, [x17, x16, lsl #3]
add x9, x9, x16, lsl #4
cmp x17, x9
b.eq 1f
br x17
1:
ldr x9, wj_gate_slots
ldr x17, wj_gate_lazy
br x17
.org wj_gate+{GATE_BYTES - 16}
wj_gate_slots:
.quad 0
wj_gate_lazy:
.quad 0
.size wj_gate, {GATE_BYTES}
.globl wj_lazy
.type wj_lazy,@function
wj_lazy:
stp x29, x30, [sp, #-16]!
mov x29, sp
sub sp, sp, #208
stp x0, x1, [sp, #0]
stp x2, x3, [sp, #16]
stp x4, x5, [sp, #32]
stp x6, x7, [sp, #48]
str x8, [sp, #64]
stp q0, q1, [sp, #80]
stp q2, q3, [sp, #112]
stp q4, q5, [sp, #144]
stp q6, q7, [sp, #176]
mov x0, x9
mov x1, x16
bl wj_lazy_call
mov x16, x0
ldp x0, x1, [sp, #0]
ldp x2, x3, [sp, #16]
ldp x4, x5, [sp, #32]
ldp x6, x7, [sp, #48]
ldr x8, [sp, #64]
ldp q0, q1, [sp, #80]
ldp q2, q3, [sp, #112]
ldp q4, q5, [sp, #144]
ldp q6, q7, [sp, #176]
add sp, sp, #208
ldp x29, x30, [sp], #16
br x16
.size wj_lazy, .-wj_lazy
"""

_MOVZ_W16, _MOVK_W16_HIGH, _B, _BRK = 0x52800010, 0x72A00010, 0x14000000, 0xD4200000


def _write_stubs(words: memoryview, count: int, jumps: int) -> None:
    words[0::4] = memoryview(array("I", [_MOVZ_W16 | (i & 0xFFFF) << 5 for i in range(count)]))
    words[1::4] = memoryview(array("I", [_MOVK_W16_HIGH | i >> 16 << 5 for i in range(count)]))
    back = [-(GATE_BYTES + STUB_BYTES * i + 8) >> 2 for i in range(count)]
    words[2::4] = memoryview(array("I", [_B | distance & 0x3FFFFFF for distance in back]))
    words[3::4] = memoryview(array("I", [_BRK]) * count)


_UNWIND = """
define dso_local void @wj_throw(ptr %c, ptr %exn) naked noinline noreturn {
  call void asm sideeffect "mov w3, #0\\0Ab wj_throw_from", ""()
  unreachable
}
define dso_local void @wj_throw_again(ptr %c, ptr %exn) naked noinline noreturn {
  call void asm sideeffect "mov w3, #1\\0Ab wj_throw_from", ""()
  unreachable
}
define dso_local void @wj_throw_from() naked noinline noreturn {
  call void asm sideeffect "stp x29, x30, [sp, #-16]!\\0Amov x29, sp\\0Asub sp, sp, #144\\0A\
stp x19, x20, [sp, #0]\\0Astp x21, x22, [sp, #16]\\0Astp x23, x24, [sp, #32]\\0A\
stp x25, x26, [sp, #48]\\0A\
stp x27, x28, [sp, #64]\\0Astp d8, d9, [sp, #80]\\0Astp d10, d11, [sp, #96]\\0A\
stp d12, d13, [sp, #112]\\0Astp d14, d15, [sp, #128]\\0A\
mov x0, x1\\0Amov x1, sp\\0Amov x2, x29\\0Abl wj_unwind", ""()
  unreachable
}
define internal void @wj_land(ptr %regs, ptr %frame, ptr %stack, ptr %exn, i64 %pad) naked noinline noreturn {
  call void asm sideeffect "ldp x19, x20, [x0, #0]\\0Aldp x21, x22, [x0, #16]\\0Aldp x23, x24, [x0, #32]\\0A\
ldp x25, x26, [x0, #48]\\0A\
ldp x27, x28, [x0, #64]\\0Aldp d8, d9, [x0, #80]\\0Aldp d10, d11, [x0, #96]\\0A\
ldp d12, d13, [x0, #112]\\0Aldp d14, d15, [x0, #128]\\0A\
mov x29, x1\\0Amov sp, x2\\0Amov x0, x3\\0Abr x4", ""()
  unreachable
}
"""

_FLUSH = array(
    "I",
    (
        *(0xD53B0023, 0xD3504C64, 0xD2800085, 0x9AC420A4),  # x4: size of a line of the data cache, by CTR_EL0
        *(0xD1000486, 0x8A260006),  # x6: start of the line of x0
        *(0xD50B7B26, 0x8B0400C6, 0xEB0100DF, 0x54FFFFA3),  # 1: dc cvau, x6; add x6, x6, x4; cmp x6, x1; b.lo 1b
        0xD5033B9F,  # dsb ish
        *(0x92400C63, 0x9AC320A3),  # x3: size of a line of the instruction cache
        *(0xD1000466, 0x8A260006),
        *(0xD50B7526, 0x8B0300C6, 0xEB0100DF, 0x54FFFFA3),  # 2: ic ivau, x6; add x6, x6, x3; cmp x6, x1; b.lo 2b
        *(0xD5033B9F, 0xD5033FDF, 0xD65F03C0),  # dsb ish; isb; ret
    ),
)

PLATFORM = Platform(
    arch="aarch64",
    elf_machine=183,
    context_pc=_PC,
    context_sp=_SP,
    context_fp=_REGS + 8 * _FP,
    jmp_buf_bytes=320,
    float_control_ir=_FLOAT_CONTROL,
    sys_timer_create=107,
    sys_timer_settime=110,
    sys_timer_delete=111,
    pack_align=4096,  # ADRP counts in pages
    lazy_asm=_LAZY,
    write_stubs=_write_stubs,
    unled_offset=0,
    saved_registers=(*range(19, 29), *range(72, 80)),
    frame_register=29,
    return_address_bytes=0,
    unwind_ir=_UNWIND,
    flush_code=_FLUSH.tobytes(),
)
