"""The form that the description of a platform has."""

from __future__ import annotations

from wasmjit.light import Callable
from wasmjit.record import record

GATE_BYTES = 128
"""Size of the gate of a module's stubs, its two words included (lazy_ir.py)."""

STUB_BYTES = 16
"""Size of the stub of a function."""


@record
class Platform:
    """An operating system on a processor, whose name is `arch`. Offsets and sizes in bytes.

    `context_*` are offsets in `ucontext_t` of the program counter, the stack pointer and the frame pointer, `siginfo_*`
    in `siginfo_t`, `action_*` in `struct sigaction`; `jmp_buf_bytes` and `mask_bytes` are sizes of a `jmp_buf` and a
    `sigset_t`. `float_control_ir` defines, in LLVM IR, `i64 @float_begin()`, which sets the rounding and denormal modes
    that WebAssembly needs and returns those that were set, and `void @float_end(i64)`, which brings them back.
    `sys_*` are numbers of system calls.

    Packs of code start at multiples of `pack_align`. `lazy_asm` is the assembly of `wj_gate` and `wj_lazy`
    (lazy_ir.py); `write_stubs` fills 32-bit words with so many stubs, in front of which there is the gate. Each goes to
    the address in its word of those that begin `jumps` bytes behind the first stub, or, if it heeds no such words,
    to the gate; what goes to the gate in any case is `unled_offset` bytes inside.
    `saved_registers` are the DWARF numbers of the registers that functions save for their callers, but for the frame
    pointer, which is `frame_register`; `return_address_bytes` lie between a frame as LLVM counts it and the canonical
    frame address. `unwind_ir` defines `void @wj_throw(ptr vmctx, ptr exn)` and `@wj_throw_again`, which call
    `wj_unwind` with the saved registers in memory, and `void @wj_land(ptr registers, ptr frame, ptr stack, ptr exn,
    i64 pad)`, which takes them from there and jumps to a landing pad.

    `flush_code` is the machine code of `void flush(void *start, void *end)`, which lets the processor see instructions
    that have been written there; empty where it sees them anyway.
    """

    arch: str
    elf_machine: int
    context_pc: int
    context_sp: int
    context_fp: int
    jmp_buf_bytes: int
    float_control_ir: str
    sys_timer_create: int
    sys_timer_settime: int
    sys_timer_delete: int
    pack_align: int
    lazy_asm: str
    write_stubs: Callable[[memoryview, int, int], None]
    unled_offset: int
    saved_registers: tuple[int, ...]
    frame_register: int
    return_address_bytes: int
    unwind_ir: str
    flush_code: bytes = b""
    siginfo_code: int = 8
    siginfo_address: int = 16
    action_bytes: int = 152
    action_handler: int = 0
    action_mask: int = 8
    action_flags: int = 136
    mask_bytes: int = 128
    sigbus: int = 7
    sigsegv: int = 11
    sig_block: int = 0
    sig_setmask: int = 2
    sa_siginfo: int = 0x4
    sa_onstack: int = 0x08000000
    sa_nodefer: int = 0x40000000
    sa_restart: int = 0x10000000
    sigurg: int = 23
