"""Hand-written LLVM IR as wasm functions: a store, a VMContext and a guarded memory round them, and calls into them.

Loaded by conftest.py for the tests, and by scripts that run in processes of their own.
"""

from __future__ import annotations

import ctypes
import mmap
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from wasmjit.abi import layout
from wasmjit.abi.libcalls import Libcall
from wasmjit.abi.signature import buffer_structs
from wasmjit.abi.traps import TrapCode
from wasmjit.compile.llvm.object import CodegenSettings, compile_ir
from wasmjit.compile.loader import LoadedObject
from wasmjit.compile.platform import mapping
from wasmjit.compile.support import native_support

MEMORY_FIELD = layout.VMCTX_HEADER_BYTES
GUARD_BYTES = 16 << 20

# What every unit starts with: functions that trap, and a check of the stack, as the lowering writes them.
PRELUDE = f"""
define internal void @trap(ptr %c, i32 %code, i32 %offset) #2 {{
  %table.p = getelementptr i8, ptr %c, i64 {layout.VMCTX_LIBCALLS}
  %table = load ptr, ptr %table.p, align 8
  %trap.p = getelementptr i8, ptr %table, i64 {8 * Libcall.TRAP}
  %trap = load ptr, ptr %trap.p, align 8
  call void %trap(ptr %c, i32 %code, i32 %offset)
  unreachable
}}
define internal i1 @too_deep(ptr %c, ptr %frame) alwaysinline {{
  %store = load ptr, ptr %c, align 8
  %limit = load ptr, ptr %store, align 8
  %deep = icmp ult ptr %frame, %limit
  ret i1 %deep
}}
declare ptr @llvm.frameaddress.p0(i32)
attributes #0 = {{ noinline nounwind "frame-pointer"="all" "probe-stack"="inline-asm" "disable-tail-calls"="true" }}
attributes #2 = {{ noinline noreturn cold nounwind "frame-pointer"="all" "disable-tail-calls"="true" }}
!llvm.dbg.cu = !{{!1}}
!llvm.module.flags = !{{!3}}
!1 = distinct !DICompileUnit(language: DW_LANG_C99, file: !2, emissionKind: LineTablesOnly)
!2 = !DIFile(filename: "wasm", directory: "")
!3 = !{{i32 2, !"Debug Info Version", i32 3}}
!4 = !DISubroutineType(types: !5)
!5 = !{{}}
"""


def scope(number: int, name: str) -> str:
    """Metadata `number` as the debug scope of function `name`."""
    return (
        f'!{number} = distinct !DISubprogram(name: "{name}", scope: !2, file: !2, type: !4, unit: !1, '
        "spFlags: DISPFlagDefinition)\n"
    )


class TrapRaised(Exception):
    """A call trapped. `frames` are (function name, line) of the machine addresses, innermost first."""

    def __init__(self, code: TrapCode, offset: int, address: int, pc: int, frames: list[tuple[str | None, int | None]]):
        self.code, self.offset, self.address, self.pc, self.frames = code, offset, address, pc, frames
        super().__init__(code.name)


@dataclass
class Guest:
    """An instance: code made of `ir` (without the prelude), a memory of one page with guard pages behind it."""

    ir: str
    opt: str = "0"
    max_stack: int = 512 << 10
    stack_low: int = 0
    objects: list[LoadedObject] = field(default_factory=list)

    def __post_init__(self) -> None:
        support = native_support()
        support.install_signal_handlers()
        self.support = support
        self.code = LoadedObject(compile_ir(PRELUDE + self.ir, CodegenSettings(self.opt), verify=True))
        self.objects.append(self.code)
        self.header = (ctypes.c_uint64 * (layout.STORE_HEADER_BYTES // 8))()
        self.header[layout.STORE_MAX_STACK // 8] = self.max_stack
        self.header[layout.STORE_STACK_LOW // 8] = self.stack_low
        self.libcalls = (ctypes.c_uint64 * len(Libcall))()
        for libcall in (Libcall.TRAP, Libcall.EXTERN_STORE):
            self.libcalls[libcall] = support.libcall(libcall)
        self.memory = mapping.reserve(GUARD_BYTES)
        mapping.protect(self.memory, mmap.PAGESIZE, mapping.READ_WRITE)
        self.vmctx, self.host_context = self.context(), self.context()
        self.vmctx[MEMORY_FIELD // 8] = self.memory
        self.trap_info = (ctypes.c_uint64 * (layout.TRAP_INFO_BYTES // 8))()

    def close(self) -> None:
        """Give the address space of the memory back."""
        ctypes.CDLL(None).munmap(ctypes.c_void_p(self.memory), ctypes.c_size_t(GUARD_BYTES))

    def context(self) -> ctypes.Array[ctypes.c_uint64]:
        """A VMContext, or a host context, of this store."""
        words = (ctypes.c_uint64 * 16)()
        words[layout.VMCTX_STORE // 8] = ctypes.addressof(self.header)
        words[layout.VMCTX_LIBCALLS // 8] = ctypes.addressof(self.libcalls)
        return words

    @property
    def depth(self) -> int:
        """Open activations."""
        return self.header[layout.STORE_DEPTH // 8]

    def call(self, name: str, key: str, *args: object) -> tuple[object, ...]:
        """Call a function of the unit. Raises TrapRaised."""
        return self.call_code(self.code.symbols[name], key, args)

    def call_code(self, code: int, key: str, args: Sequence[object], vmctx: int | None = None) -> tuple[object, ...]:
        """Call machine code."""
        pack, unpack, size = buffer_structs(key)
        buffer = ctypes.create_string_buffer(pack.pack(*args), size)
        enter = ctypes.CFUNCTYPE(ctypes.c_int32, *[ctypes.c_void_p] * 4)(self.support.enter(key))
        trap_info = ctypes.addressof(self.trap_info)
        status = enter(code, vmctx or ctypes.addressof(self.vmctx), ctypes.addressof(buffer), trap_info)
        if status:
            raise self._trap(TrapCode(status))
        return unpack.unpack_from(buffer)

    def _trap(self, code: TrapCode) -> TrapRaised:
        info = self.trap_info
        assert info[layout.TRAP_CODE // 8] == code
        first = layout.TRAP_FRAMES // 8
        pcs = list(info[first : first + info[layout.TRAP_NUM_FRAMES // 8]])
        exact = 1 if code is TrapCode.FAULT else 0
        frames = [self.locate(pc if i < exact else pc - 1) for i, pc in enumerate(pcs)]
        fault = info[layout.TRAP_FAULT_ADDRESS // 8], info[layout.TRAP_FAULT_PC // 8]
        return TrapRaised(code, info[layout.TRAP_OFFSET // 8], *fault, frames)

    def locate(self, pc: int) -> tuple[str | None, int | None]:
        """Function and line of a machine address."""
        for obj in self.objects:
            if obj.start <= pc < obj.end:
                return obj.function_at(pc), obj.line_at(pc)
        return None, None


# A function that loads from the memory, with a caller; the lines are 1000 (the call) and 2000 (the load).
LOAD_IR = f"""
define tailcc i32 @load(ptr %c, i32 %a) #0 !dbg !10 {{
  %base.p = getelementptr i8, ptr %c, i64 {MEMORY_FIELD}
  %base = load ptr, ptr %base.p, align 8
  %index = zext i32 %a to i64
  %p = getelementptr i8, ptr %base, i64 %index
  %v = load i32, ptr %p, align 1, !dbg !DILocation(line: 2000, scope: !10)
  ret i32 %v
}}
define tailcc i32 @outer(ptr %c, i32 %a) #0 !dbg !11 {{
  %v = call tailcc i32 @load(ptr %c, i32 %a), !dbg !DILocation(line: 1000, scope: !11)
  %w = add i32 %v, 1
  ret i32 %w
}}
define tailcc void @unreachable(ptr %c, i32 %n) #0 !dbg !12 {{
  %last = icmp eq i32 %n, 0
  br i1 %last, label %stop, label %go
stop:
  call void @trap(ptr %c, i32 1, i32 4711), !dbg !DILocation(line: 300, scope: !12)
  unreachable
go:
  %m = sub i32 %n, 1
  call tailcc void @unreachable(ptr %c, i32 %m), !dbg !DILocation(line: 400, scope: !12)
  ret void
}}
""" + "".join(scope(number, name) for number, name in ((10, "load"), (11, "outer"), (12, "unreachable")))

# Endless recursion with the check of the stack, and one function whose frame alone is larger than any stack here.
STACK_IR = """
define tailcc i32 @deep(ptr %c, i32 %n) #0 !dbg !10 {
  %frame = call ptr @llvm.frameaddress.p0(i32 0)
  %too.deep = call i1 @too_deep(ptr %c, ptr %frame)
  br i1 %too.deep, label %stop, label %go
stop:
  call void @trap(ptr %c, i32 10, i32 55), !dbg !DILocation(line: 55, scope: !10)
  unreachable
go:
  %m = add i32 %n, 1
  %v = call tailcc i32 @deep(ptr %c, i32 %m), !dbg !DILocation(line: 66, scope: !10)
  %w = add i32 %v, 1
  ret i32 %w
}
define tailcc i32 @unchecked(ptr %c, i32 %n) #0 !dbg !11 {
  %m = add i32 %n, 1
  %v = call tailcc i32 @unchecked(ptr %c, i32 %m), !dbg !DILocation(line: 77, scope: !11)
  %w = add i32 %v, 1
  ret i32 %w
}
define tailcc i32 @huge(ptr %c, i32 %n) #0 !dbg !12 {
  %space = alloca [67108864 x i8], align 16
  %p = getelementptr i8, ptr %space, i32 %n
  store volatile i8 1, ptr %p, !dbg !DILocation(line: 88, scope: !12)
  %v = load volatile i8, ptr %p, !dbg !DILocation(line: 89, scope: !12)
  %w = zext i8 %v to i32
  ret i32 %w
}
""" + "".join(scope(number, name) for number, name in ((10, "deep"), (11, "unchecked"), (12, "huge")))


def use_signal_stack(size: int = 64 << 10) -> ctypes.Array[ctypes.c_char]:
    """Give this thread an alternate signal stack; it must be kept as long as the thread runs."""
    memory = ctypes.create_string_buffer(size)
    stack_t = struct.pack("<QixxxxQ", ctypes.addressof(memory), 0, size)
    if ctypes.CDLL(None).sigaltstack(stack_t, None):
        raise OSError("sigaltstack")
    return memory


def drop_signal_stack() -> None:
    """Take the alternate signal stack away again."""
    disable = 2
    if ctypes.CDLL(None).sigaltstack(struct.pack("<QixxxxQ", 0, disable, 0), None):
        raise OSError("sigaltstack")
