"""The machine code that every module needs, as LLVM IR: activations, traps, ownership of external references.

An *activation* is one entry from outside into wasm code. Its record lies in the frame of the `enter` trampoline; a
pthread key finds the thread's innermost one. A trap fills the activation's TrapInfo and jumps to its `jmp_buf`. That
only ever crosses frames of wasm code and thunks: whatever else lies between two activations is outside the inner one.

::

    Activation   0 ptr outer activation    8 ptr TrapInfo    16 ptr StoreHeader    24 frame address of `enter`
                32 i64 floating-point modes to restore       40 ptr ThreadRecord
                48 i64 whether the thread holds the GIL      56 PyThreadState to take it back with, or null
                64 jmp_buf

Nothing in the code is an address, so that it can be kept on disk. What differs from process to process is in
variables, which support.py sets: `wj_key` and `wj_chain_key`, pthread keys; `wj_arena`, start and size of the arena;
`wj_dispatch`, the function that host thunks call; `wj_arm`, what starts a thread's timer, if there is one
(interrupt_ir.py); and those of fault_ir.py and lazy_ir.py.
"""

from __future__ import annotations

from wasmjit.abi import layout
from wasmjit.abi.traps import TrapCode
from wasmjit.compile.fault_ir import fault_ir
from wasmjit.compile.initial_ir import INITIAL_IR
from wasmjit.compile.lazy_ir import lazy_ir
from wasmjit.compile.platform import Platform
from wasmjit.compile.thread_ir import thread_ir
from wasmjit.compile.unwind_ir import unwind_ir

ACTIVATION_OUTER = 0
ACTIVATION_TRAP = 8
ACTIVATION_STORE = 16
ACTIVATION_FRAME = 24
ACTIVATION_FLOAT = 32
ACTIVATION_THREAD = 40
ACTIVATION_HELD = 48
ACTIVATION_SAVED = 56
ACTIVATION_JMP_BUF = 64

ATTRIBUTES = 'nounwind uwtable "frame-pointer"="all" "probe-stack"="inline-asm"'


def activation_bytes(platform: Platform) -> int:
    """Size of an activation record, which is aligned to 16 bytes."""
    return ACTIVATION_JMP_BUF + platform.jmp_buf_bytes


def support_ir(platform: Platform) -> str:
    """The whole unit."""
    attributes = f"attributes #0 = {{ {ATTRIBUTES} }}\nattributes #1 = {{ noinline noreturn {ATTRIBUTES} }}\n"
    attributes += f"attributes #2 = {{ noinline {ATTRIBUTES} }}\n"
    unwinding = unwind_ir(platform, ACTIVATION_FRAME, ACTIVATION_TRAP, ACTIVATION_JMP_BUF)
    parts = [_COMMON, platform.float_control_ir, thread_ir(platform), _BEGIN, _END, _WALK, _TRAP, _CATCH, _EXTERN_STORE]
    return "".join([*parts, unwinding, lazy_ir(platform, ACTIVATION_STORE), fault_ir(platform), INITIAL_IR, attributes])


_COMMON = """
@wj_key = dso_local global i32 0
@wj_chain_key = dso_local global i32 0
@wj_arena = dso_local global [2 x i64] zeroinitializer
@wj_dispatch = dso_local global ptr null
@wj_arm = dso_local global ptr null

declare ptr @pthread_getspecific(i32)
declare i32 @pthread_setspecific(i32, ptr)
declare void @_longjmp(ptr, i32) noreturn
declare void @abort() noreturn
declare ptr @llvm.frameaddress.p0(i32)
declare i64 @llvm.umax.i64(i64, i64)
"""

# Opens an activation. The outermost one of a store sets how deep its wasm code may go; one that is too deep already
# (calls between Python and wasm that never end) is refused before it takes any more of the stack.
_BEGIN = f"""
define dso_local i32 @wj_begin(ptr %activation, ptr %c, ptr %trap, ptr %frame) #0 {{
  %thread = call ptr @wj_thread()
  %refused = call i32 @wj_begin_in(ptr %activation, ptr %c, ptr %trap, ptr %frame, ptr %thread)
  ret i32 %refused
}}
define dso_local i32 @wj_begin_in(ptr %activation, ptr %c, ptr %trap, ptr %frame, ptr %thread) #0 {{
  %store.p = getelementptr i8, ptr %c, i64 {layout.VMCTX_STORE}
  %store = load ptr, ptr %store.p, align 8
  %depth.p = getelementptr i8, ptr %store, i64 {layout.STORE_DEPTH}
  %depth = load i64, ptr %depth.p, align 8
  %limit.p = getelementptr i8, ptr %store, i64 {layout.STORE_STACK_LIMIT}
  %outermost = icmp eq i64 %depth, 0
  br i1 %outermost, label %first, label %check
first:
  %max.p = getelementptr i8, ptr %store, i64 {layout.STORE_MAX_STACK}
  %max = load i64, ptr %max.p, align 8
  %low.p = getelementptr i8, ptr %store, i64 {layout.STORE_STACK_LOW}
  %low = load i64, ptr %low.p, align 8
  %here = ptrtoint ptr %frame to i64
  %wanted = sub i64 %here, %max
  %granted = call i64 @llvm.umax.i64(i64 %wanted, i64 %low)
  store i64 %granted, ptr %limit.p, align 8
  br label %check
check:
  %limit = load ptr, ptr %limit.p, align 8
  %deep = icmp ult ptr %frame, %limit
  br i1 %deep, label %exhausted, label %grant
exhausted:
  call void @wj_describe(ptr %trap, i64 {int(TrapCode.STACK_EXHAUSTED)}, i64 0, i64 0)
  ret i32 {int(TrapCode.STACK_EXHAUSTED)}
interrupted:
  call void @wj_describe(ptr %trap, i64 {int(TrapCode.INTERRUPT)}, i64 0, i64 0)
  br i1 %outermost, label %late, label %refuse
late:
  %lasting = and i64 %interrupt, {layout.INTERRUPT_ALWAYS}
  store i64 %lasting, ptr %interrupt.p, align 8
  br label %refuse
refuse:
  ret i32 {int(TrapCode.INTERRUPT)}
grant:
  %interrupt.p = getelementptr i8, ptr %store, i64 {layout.STORE_INTERRUPT}
  %interrupt = load i64, ptr %interrupt.p, align 8
  %quiet = icmp eq i64 %interrupt, 0
  br i1 %quiet, label %arm, label %interrupted
arm:
  %calls.p = getelementptr i8, ptr %thread, i64 {layout.THREAD_CALLS}
  %calls = load i64, ptr %calls.p, align 8
  %calls.more = add i64 %calls, 1
  store i64 %calls.more, ptr %calls.p, align 8
  br label %open
open:
  %deeper = add i64 %depth, 1
  store i64 %deeper, ptr %depth.p, align 8
  %outer = load ptr, ptr %thread, align 8
  %float = call i64 @float_begin()
  store ptr %outer, ptr %activation, align 8
  %a.thread = getelementptr i8, ptr %activation, i64 {ACTIVATION_THREAD}
  store ptr %thread, ptr %a.thread, align 8
  %a.held = getelementptr i8, ptr %activation, i64 {ACTIVATION_HELD}
  store i64 0, ptr %a.held, align 8
  %a.saved = getelementptr i8, ptr %activation, i64 {ACTIVATION_SAVED}
  store i64 0, ptr %a.saved, align 8
  %a.trap = getelementptr i8, ptr %activation, i64 {ACTIVATION_TRAP}
  store ptr %trap, ptr %a.trap, align 8
  %a.store = getelementptr i8, ptr %activation, i64 {ACTIVATION_STORE}
  store ptr %store, ptr %a.store, align 8
  %a.frame = getelementptr i8, ptr %activation, i64 {ACTIVATION_FRAME}
  store ptr %frame, ptr %a.frame, align 8
  %a.float = getelementptr i8, ptr %activation, i64 {ACTIVATION_FLOAT}
  store i64 %float, ptr %a.float, align 8
  store ptr %activation, ptr %thread, align 8
  %armed.p = getelementptr i8, ptr %thread, i64 {layout.THREAD_ARMED}
  %armed = load i64, ptr %armed.p, align 8
  %running = icmp ne i64 %armed, 0
  br i1 %running, label %entered, label %start
start:
  %start.timer = load ptr, ptr @wj_arm, align 8
  %no.timer = icmp eq ptr %start.timer, null
  br i1 %no.timer, label %entered, label %timer
timer:
  call void %start.timer(ptr %thread)
  br label %entered
entered:
  ret i32 0
}}
define dso_local void @wj_describe(ptr %trap, i64 %code, i64 %offset, i64 %frames) #0 {{
  %code.p = getelementptr i8, ptr %trap, i64 {layout.TRAP_CODE}
  store i64 %code, ptr %code.p, align 8
  %offset.p = getelementptr i8, ptr %trap, i64 {layout.TRAP_OFFSET}
  store i64 %offset, ptr %offset.p, align 8
  %frames.p = getelementptr i8, ptr %trap, i64 {layout.TRAP_NUM_FRAMES}
  store i64 %frames, ptr %frames.p, align 8
  ret void
}}
"""

_END = f"""
define dso_local void @wj_end(ptr %activation) #0 {{
  %a.store = getelementptr i8, ptr %activation, i64 {ACTIVATION_STORE}
  %store = load ptr, ptr %a.store, align 8
  %depth.p = getelementptr i8, ptr %store, i64 {layout.STORE_DEPTH}
  %depth = load i64, ptr %depth.p, align 8
  %less = sub i64 %depth, 1
  store i64 %less, ptr %depth.p, align 8
  %outermost = icmp eq i64 %less, 0
  br i1 %outermost, label %idle, label %leave
idle:
  %interrupt.p = getelementptr i8, ptr %store, i64 {layout.STORE_INTERRUPT}
  %interrupt = load i64, ptr %interrupt.p, align 8
  %lasting = and i64 %interrupt, {layout.INTERRUPT_ALWAYS}
  store i64 %lasting, ptr %interrupt.p, align 8
  br label %leave
leave:
  %outer = load ptr, ptr %activation, align 8
  %a.thread = getelementptr i8, ptr %activation, i64 {ACTIVATION_THREAD}
  %thread = load ptr, ptr %a.thread, align 8
  store ptr %outer, ptr %thread, align 8
  %a.float = getelementptr i8, ptr %activation, i64 {ACTIVATION_FLOAT}
  %float = load i64, ptr %a.float, align 8
  call void @float_end(i64 %float)
  ret void
}}
"""

# Appends return addresses to TrapInfo, from the frame at %start outwards to the first frame that `enter` called, whose
# own return address is of no use. Whatever the registers hold, only the stack between %bottom and `enter` is read.
_WALK = f"""
define internal void @walk(ptr %trap, ptr %start, ptr %bottom, ptr %enter, i64 %known) #0 {{
entry:
  %frames.p = getelementptr i8, ptr %trap, i64 {layout.TRAP_NUM_FRAMES}
  br label %next
next:
  %n = phi i64 [ %known, %entry ], [ %more, %keep ]
  %frame = phi ptr [ %start, %entry ], [ %outer, %keep ]
  %lowest = phi ptr [ %bottom, %entry ], [ %frame, %keep ]
  store i64 %n, ptr %frames.p, align 8
  %room = icmp ult i64 %n, {layout.MAX_TRAP_FRAMES}
  %above = icmp uge ptr %frame, %lowest
  %below = icmp ult ptr %frame, %enter
  %bits = ptrtoint ptr %frame to i64
  %odd = and i64 %bits, 7
  %aligned = icmp eq i64 %odd, 0
  %ok.1 = and i1 %room, %above
  %ok.2 = and i1 %below, %aligned
  %ok = and i1 %ok.1, %ok.2
  br i1 %ok, label %read, label %done
read:
  %outer = load ptr, ptr %frame, align 8
  %inside = icmp ult ptr %outer, %enter
  %rising = icmp ugt ptr %outer, %frame
  %link = and i1 %inside, %rising
  br i1 %link, label %keep, label %done
keep:
  %return.p = getelementptr i8, ptr %frame, i64 8
  %return = load i64, ptr %return.p, align 8
  %slot.0 = getelementptr i8, ptr %trap, i64 {layout.TRAP_FRAMES}
  %slot = getelementptr i64, ptr %slot.0, i64 %n
  store i64 %return, ptr %slot, align 8
  %more = add i64 %n, 1
  br label %next
done:
  ret void
}}
"""

_TRAP = f"""
define dso_local void @wj_trap(ptr %c, i32 %code, i32 %offset) #1 {{
  %activation = call ptr @activation()
  %lost = icmp eq ptr %activation, null
  br i1 %lost, label %none, label %found
none:
  call void @abort()
  unreachable
found:
  %a.trap = getelementptr i8, ptr %activation, i64 {ACTIVATION_TRAP}
  %trap = load ptr, ptr %a.trap, align 8
  %wide.code = zext i32 %code to i64
  %wide.offset = zext i32 %offset to i64
  call void @wj_describe(ptr %trap, i64 %wide.code, i64 %wide.offset, i64 0)
  %frame = call ptr @llvm.frameaddress.p0(i32 0)
  call void @wj_leave(ptr %activation, ptr %trap, ptr %frame, ptr %frame, i64 0)
  unreachable
}}
define dso_local void @wj_leave(ptr %activation, ptr %trap, ptr %frame, ptr %bottom, i64 %known) #1 {{
  %a.frame = getelementptr i8, ptr %activation, i64 {ACTIVATION_FRAME}
  %enter = load ptr, ptr %a.frame, align 8
  call void @walk(ptr %trap, ptr %frame, ptr %bottom, ptr %enter, i64 %known)
  %buffer = getelementptr i8, ptr %activation, i64 {ACTIVATION_JMP_BUF}
  call void @_longjmp(ptr %buffer, i32 1)
  unreachable
}}
"""

# A fault of wasm code, from the signal handler: does not return if the thread has an activation.
_CATCH = f"""
define internal void @catch(i64 %pc, i64 %address, ptr %frame, ptr %bottom) #0 {{
  %activation = call ptr @activation()
  %lost = icmp eq ptr %activation, null
  br i1 %lost, label %none, label %found
none:
  ret void
found:
  %a.trap = getelementptr i8, ptr %activation, i64 {ACTIVATION_TRAP}
  %trap = load ptr, ptr %a.trap, align 8
  call void @wj_describe(ptr %trap, i64 {int(TrapCode.FAULT)}, i64 0, i64 1)
  %address.p = getelementptr i8, ptr %trap, i64 {layout.TRAP_FAULT_ADDRESS}
  store i64 %address, ptr %address.p, align 8
  %pc.p = getelementptr i8, ptr %trap, i64 {layout.TRAP_FAULT_PC}
  store i64 %pc, ptr %pc.p, align 8
  %first.p = getelementptr i8, ptr %trap, i64 {layout.TRAP_FRAMES}
  store i64 %pc, ptr %first.p, align 8
  call void @wj_leave(ptr %activation, ptr %trap, ptr %frame, ptr %bottom, i64 1)
  unreachable
}}
"""

# A cell that loses its last owner goes to the list that is swept when no wasm code of the store is running. The store
# is that of the running activation: cells never leave their store.
_EXTERN_STORE = f"""
define internal i1 @is_host(ptr %value) #0 {{
  %bits = ptrtoint ptr %value to i64
  %odd = and i64 %bits, 1
  %i31 = icmp ne i64 %odd, 0
  %null = icmp eq i64 %bits, 0
  %plain = or i1 %i31, %null
  br i1 %plain, label %no, label %look
look:
  %info = load ptr, ptr %value, align 8
  %kind = load i32, ptr %info, align 8
  %host = icmp eq i32 %kind, {layout.KIND_HOST}
  ret i1 %host
no:
  ret i1 false
}}
define dso_local void @wj_extern_store(ptr %slot, ptr %cell) #0 {{
  %old = load ptr, ptr %slot, align 8
  store ptr %cell, ptr %slot, align 8
  %counts = call i1 @is_host(ptr %cell)
  br i1 %counts, label %own, label %release
own:
  %owners.p = getelementptr i8, ptr %cell, i64 {layout.CELL_OWNERS}
  %owners = load i64, ptr %owners.p, align 8
  %more = add i64 %owners, 1
  store i64 %more, ptr %owners.p, align 8
  br label %release
release:
  %counted = call i1 @is_host(ptr %old)
  br i1 %counted, label %disown, label %done
disown:
  %count.p = getelementptr i8, ptr %old, i64 {layout.CELL_OWNERS}
  %count = load i64, ptr %count.p, align 8
  %fewer = sub i64 %count, 1
  store i64 %fewer, ptr %count.p, align 8
  %listed.p = getelementptr i8, ptr %old, i64 {layout.CELL_LISTED}
  %listed = load i64, ptr %listed.p, align 8
  %busy = or i64 %fewer, %listed
  %free = icmp eq i64 %busy, 0
  br i1 %free, label %find, label %done
find:
  %activation = call ptr @activation()
  %lost = icmp eq ptr %activation, null
  br i1 %lost, label %done, label %list
list:
  %a.store = getelementptr i8, ptr %activation, i64 {ACTIVATION_STORE}
  %store = load ptr, ptr %a.store, align 8
  %head.p = getelementptr i8, ptr %store, i64 {layout.STORE_UNOWNED}
  %head = load ptr, ptr %head.p, align 8
  %next.p = getelementptr i8, ptr %old, i64 {layout.CELL_NEXT}
  store ptr %head, ptr %next.p, align 8
  store i64 1, ptr %listed.p, align 8
  store ptr %old, ptr %head.p, align 8
  br label %done
done:
  ret void
}}
"""
