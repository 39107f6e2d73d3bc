"""Linux on AArch64. Written from the kernel's and glibc's headers; not yet run on such a machine."""

from __future__ import annotations

from wasmjit.compile.platform.description import Platform

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

PLATFORM = Platform(
    elf_machine=183,
    context_pc=_PC,
    context_sp=_SP,
    context_fp=_REGS + 8 * _FP,
    jmp_buf_bytes=320,
    float_control_ir=_FLOAT_CONTROL,
    sys_timer_create=107,
    sys_timer_settime=110,
    sys_timer_delete=111,
)
