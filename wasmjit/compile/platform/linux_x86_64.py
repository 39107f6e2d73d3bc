"""Linux on x86-64: glibc and musl agree on all of these."""

from __future__ import annotations

from wasmjit.compile.platform.description import Platform

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

PLATFORM = Platform(
    elf_machine=62,
    context_pc=_GREGS + 8 * _RIP,
    context_sp=_GREGS + 8 * _RSP,
    context_fp=_GREGS + 8 * _RBP,
    jmp_buf_bytes=208,
    float_control_ir=_FLOAT_CONTROL,
    sys_timer_create=222,
    sys_timer_settime=223,
    sys_timer_delete=226,
)
