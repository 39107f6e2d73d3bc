"""Throwing: from a throw outwards to the first frame whose function has a handler there, as LLVM IR.

Frames are found by their frame pointers, what a function saved and where its handlers are by tables (unwind.py), which
Python makes of an object's unwind sections when an exception first passes through its code. `wj_unwind_pages` leads
from a page of the arena to the table of the object there; 0 means that it has not been made.

::

    table       0 ptr start of the object   8 i64 number of functions   16 functions, ascending
    function    0 i32 begin   4 i32 end    8 i32 first site   12 i32 number of sites   16 i32 stack pointer below the
                frame pointer, in bytes   20 i32 unused   24 for each saved register a byte: 0, or where it was saved,
                in words below an address   48 i32 that address above the frame pointer, in bytes
    site        0 i32 begin   4 i32 end    8 i32 landing pad     (behind the functions; all relative to the start)

Every frame that an exception passes leaves its place in the exception, which makes the backtrace.
"""

from __future__ import annotations

from wasmjit.abi import layout
from wasmjit.abi.libcalls import Libcall
from wasmjit.abi.traps import TrapCode
from wasmjit.compile.platform import Platform
from wasmjit.compile.unwinder import UNWIND_PAGE_BITS

TABLE_HEADER_BYTES = 16
FUNCTION_BYTES = 56
SITE_BYTES = 12


def unwind_ir(platform: Platform, activation_frame: int, activation_trap: int, activation_jmp_buf: int) -> str:
    """What belongs to the support code."""
    uncaught = _UNCAUGHT.format(
        activation_frame=activation_frame, activation_trap=activation_trap, jmp_buf=activation_jmp_buf
    )
    return "".join([_VARIABLES, platform.unwind_ir, _FIND, _unwind(platform, activation_frame), uncaught, _NEW, _DROP])


_VARIABLES = """
@wj_unwind_pages = dso_local global ptr null
@wj_unwind_fill = dso_local global ptr null
"""

_FIND = f"""
define internal ptr @unwind_table(i64 %pc) #0 {{
  %arena = load i64, ptr @wj_arena, align 8
  %arena.size = load i64, ptr getelementptr inbounds (i8, ptr @wj_arena, i64 8), align 8
  %offset = sub i64 %pc, %arena
  %inside = icmp ult i64 %offset, %arena.size
  br i1 %inside, label %look, label %none
look:
  %pages = load ptr, ptr @wj_unwind_pages, align 8
  %page = lshr i64 %offset, {UNWIND_PAGE_BITS}
  %slot = getelementptr ptr, ptr %pages, i64 %page
  br label %again
again:
  %table = load volatile ptr, ptr %slot, align 8
  %missing = icmp eq ptr %table, null
  br i1 %missing, label %fill, label %found
fill:
  %filler = load ptr, ptr @wj_unwind_fill, align 8
  call void %filler(i64 %pc)
  br label %again
found:
  ret ptr %table
none:
  ret ptr null
}}
define internal ptr @find_record(ptr %first, i64 %count, i64 %bytes, i32 %at) #0 {{
entry:
  br label %next
next:
  %low = phi i64 [ 0, %entry ], [ %low.2, %step ]
  %high = phi i64 [ %count, %entry ], [ %high.2, %step ]
  %more = icmp ult i64 %low, %high
  br i1 %more, label %step, label %done
step:
  %sum = add i64 %low, %high
  %middle = lshr i64 %sum, 1
  %offset = mul i64 %middle, %bytes
  %record = getelementptr i8, ptr %first, i64 %offset
  %begin = load i32, ptr %record, align 4
  %left = icmp ult i32 %at, %begin
  %after = add i64 %middle, 1
  %low.2 = select i1 %left, i64 %low, i64 %after
  %high.2 = select i1 %left, i64 %middle, i64 %high
  br label %next
done:
  %any = icmp ne i64 %low, 0
  br i1 %any, label %candidate, label %none
candidate:
  %last = sub i64 %low, 1
  %last.offset = mul i64 %last, %bytes
  %found = getelementptr i8, ptr %first, i64 %last.offset
  %end.p = getelementptr i8, ptr %found, i64 4
  %end = load i32, ptr %end.p, align 4
  %covers = icmp ult i32 %at, %end
  %result = select i1 %covers, ptr %found, ptr null
  ret ptr %result
none:
  ret ptr null
}}
define internal ptr @unwind_function(ptr %table, i64 %pc) #0 {{
  %none = icmp eq ptr %table, null
  br i1 %none, label %unknown, label %look
look:
  %start = load i64, ptr %table, align 8
  %offset = sub i64 %pc, %start
  %at = trunc i64 %offset to i32
  %count.p = getelementptr i8, ptr %table, i64 8
  %count = load i64, ptr %count.p, align 8
  %first = getelementptr i8, ptr %table, i64 {TABLE_HEADER_BYTES}
  %found = call ptr @find_record(ptr %first, i64 %count, i64 {FUNCTION_BYTES}, i32 %at)
  ret ptr %found
unknown:
  ret ptr null
}}
define internal i64 @unwind_pad(ptr %table, ptr %function, i64 %pc) #0 {{
  %sites.p = getelementptr i8, ptr %function, i64 12
  %sites = load i32, ptr %sites.p, align 4
  %none = icmp eq i32 %sites, 0
  br i1 %none, label %no, label %look
look:
  %start = load i64, ptr %table, align 8
  %offset = sub i64 %pc, %start
  %at = trunc i64 %offset to i32
  %functions.p = getelementptr i8, ptr %table, i64 8
  %functions = load i64, ptr %functions.p, align 8
  %functions.bytes = mul i64 %functions, {FUNCTION_BYTES}
  %number.p = getelementptr i8, ptr %function, i64 8
  %number = load i32, ptr %number.p, align 4
  %number.wide = zext i32 %number to i64
  %number.bytes = mul i64 %number.wide, {SITE_BYTES}
  %first.1 = getelementptr i8, ptr %table, i64 {TABLE_HEADER_BYTES}
  %first.2 = getelementptr i8, ptr %first.1, i64 %functions.bytes
  %first = getelementptr i8, ptr %first.2, i64 %number.bytes
  %sites.wide = zext i32 %sites to i64
  %site = call ptr @find_record(ptr %first, i64 %sites.wide, i64 {SITE_BYTES}, i32 %at)
  %miss = icmp eq ptr %site, null
  br i1 %miss, label %no, label %yes
yes:
  %pad.p = getelementptr i8, ptr %site, i64 8
  %pad = load i32, ptr %pad.p, align 4
  %pad.wide = zext i32 %pad to i64
  %result = add i64 %start, %pad.wide
  ret i64 %result
no:
  ret i64 0
}}
define internal void @note_place(ptr %exn, i64 %pc) #0 {{
  %count.p = getelementptr i8, ptr %exn, i64 {layout.EXN_NUM_PLACES}
  %count = load i64, ptr %count.p, align 8
  %room = icmp ult i64 %count, {layout.MAX_EXN_PLACES}
  br i1 %room, label %store, label %done
store:
  %places = getelementptr i8, ptr %exn, i64 {layout.EXN_PLACES}
  %place = getelementptr i64, ptr %places, i64 %count
  store i64 %pc, ptr %place, align 8
  %more = add i64 %count, 1
  store i64 %more, ptr %count.p, align 8
  br label %done
done:
  ret void
}}
"""


def _unwind(platform: Platform, activation_frame: int) -> str:
    """`%regs` holds the callee-saved registers as at the call of the throwing libcall, whose frame is `%frame`.

    The landing pad's function expects its own registers, which every frame on the way may have saved.
    """
    restores = "".join(_restore(i) for i in range(len(platform.saved_registers)))
    return f"""
define internal void @restore(ptr %function, ptr %frame, ptr %regs) #0 {{
  %cfa.p = getelementptr i8, ptr %function, i64 48
  %cfa.offset = load i32, ptr %cfa.p, align 4
  %cfa.wide = zext i32 %cfa.offset to i64
  %cfa = getelementptr i8, ptr %frame, i64 %cfa.wide
  br label %r0
{restores}
r{len(platform.saved_registers)}:
  ret void
}}
define dso_local void @wj_unwind(ptr %exn, ptr %regs, ptr %from, i32 %again) #0 {{
entry:
  %activation = call ptr @activation()
  %a.frame = getelementptr i8, ptr %activation, i64 {activation_frame}
  %enter = load ptr, ptr %a.frame, align 8
  br label %next
next:
  %below = phi ptr [ %from, %entry ], [ %frame, %go ]
  %note = phi i32 [ %again, %entry ], [ 0, %go ]
  %return.p = getelementptr i8, ptr %below, i64 8
  %return = load i64, ptr %return.p, align 8
  %frame = load ptr, ptr %below, align 8
  %outside = icmp uge ptr %frame, %enter
  %falling = icmp ule ptr %frame, %below
  %end = or i1 %outside, %falling
  br i1 %end, label %uncaught, label %look
look:
  %pc = sub i64 %return, 1
  %noted = icmp ne i32 %note, 0
  br i1 %noted, label %find, label %place
place:
  call void @note_place(ptr %exn, i64 %return)
  br label %find
find:
  %table = call ptr @unwind_table(i64 %pc)
  %function = call ptr @unwind_function(ptr %table, i64 %pc)
  %unknown = icmp eq ptr %function, null
  br i1 %unknown, label %go, label %known
known:
  %pad = call i64 @unwind_pad(ptr %table, ptr %function, i64 %pc)
  %handler = icmp ne i64 %pad, 0
  br i1 %handler, label %land, label %pass
pass:
  call void @restore(ptr %function, ptr %frame, ptr %regs)
  br label %go
go:
  br label %next
land:
  %size.p = getelementptr i8, ptr %function, i64 16
  %size = load i32, ptr %size.p, align 4
  %size.wide = zext i32 %size to i64
  %size.negative = sub i64 0, %size.wide
  %sp = getelementptr i8, ptr %frame, i64 %size.negative
  call void @wj_land(ptr %regs, ptr %frame, ptr %sp, ptr %exn, i64 %pad)
  unreachable
uncaught:
  call void @uncaught(ptr %activation, ptr %exn)
  unreachable
}}
"""


def _restore(i: int) -> str:
    return f"""
r{i}:
  %slot.p.{i} = getelementptr i8, ptr %function, i64 {24 + i}
  %slot.{i} = load i8, ptr %slot.p.{i}, align 1
  %kept.{i} = icmp eq i8 %slot.{i}, 0
  br i1 %kept.{i}, label %r{i + 1}, label %s{i}
s{i}:
  %wide.{i} = zext i8 %slot.{i} to i64
  %words.{i} = sub i64 0, %wide.{i}
  %saved.p.{i} = getelementptr i64, ptr %cfa, i64 %words.{i}
  %saved.{i} = load i64, ptr %saved.p.{i}, align 8
  %reg.p.{i} = getelementptr i64, ptr %regs, i64 {i}
  store i64 %saved.{i}, ptr %reg.p.{i}, align 8
  br label %r{i + 1}
"""


_UNCAUGHT = f"""
define internal void @uncaught(ptr %activation, ptr %exn) #1 {{{{
  %a.trap = getelementptr i8, ptr %activation, i64 {{activation_trap}}
  %trap = load ptr, ptr %a.trap, align 8
  call void @wj_describe(ptr %trap, i64 {int(TrapCode.UNCAUGHT_EXCEPTION)}, i64 0, i64 0)
  %address.p = getelementptr i8, ptr %trap, i64 {layout.TRAP_FAULT_ADDRESS}
  store ptr %exn, ptr %address.p, align 8
  %buffer = getelementptr i8, ptr %activation, i64 {{jmp_buf}}
  call void @_longjmp(ptr %buffer, i32 1)
  unreachable
}}}}
"""

# A new exception out of the store's free list. If that is empty, the runtime looks for exceptions that nobody can reach
# any more: it needs to know where this thread's stack ends, with what the registers hold on it.
_NEW = f"""
declare i32 @_setjmp(ptr) returns_twice
define dso_local ptr @wj_exn_new(ptr %c, ptr %tag) #0 {{
entry:
  %store.p = getelementptr i8, ptr %c, i64 {layout.VMCTX_STORE}
  %store = load ptr, ptr %store.p, align 8
  %free.p = getelementptr i8, ptr %store, i64 {layout.STORE_FREE_EXN}
  %first = load ptr, ptr %free.p, align 8
  %empty = icmp eq ptr %first, null
  br i1 %empty, label %slow, label %take
slow:
  %more = call i64 @exn_refill(ptr %c)
  %refilled = load ptr, ptr %free.p, align 8
  %failed = icmp eq ptr %refilled, null
  br i1 %failed, label %fail, label %take
fail:
  ret ptr null
take:
  %exn = phi ptr [ %first, %entry ], [ %refilled, %slow ]
  %next.p = getelementptr i8, ptr %exn, i64 {layout.EXN_NEXT}
  %next = load ptr, ptr %next.p, align 8
  store ptr %next, ptr %free.p, align 8
  store ptr %tag, ptr %exn, align 8
  %owners.p = getelementptr i8, ptr %exn, i64 {layout.EXN_OWNERS}
  store i64 0, ptr %owners.p, align 8
  %kept.p = getelementptr i8, ptr %exn, i64 {layout.EXN_KEPT}
  store i64 0, ptr %kept.p, align 8
  %places.p = getelementptr i8, ptr %exn, i64 {layout.EXN_NUM_PLACES}
  store i64 0, ptr %places.p, align 8
  ret ptr %exn
}}
define internal i64 @exn_refill(ptr %c) #2 {{
  %registers = alloca [512 x i8], align 16
  %ignored = call i32 @_setjmp(ptr %registers) returns_twice
  %low = ptrtoint ptr %registers to i64
  %table.p = getelementptr i8, ptr %c, i64 {layout.VMCTX_LIBCALLS}
  %table = load ptr, ptr %table.p, align 8
  %refill.p = getelementptr i8, ptr %table, i64 {8 * Libcall.EXN_REFILL}
  %refill = load ptr, ptr %refill.p, align 8
  %result = call i64 %refill(ptr %c, i64 %low, i64 0, i64 0, i64 0, i64 0)
  ret i64 %result
}}
"""

# An exception whose payload has been taken, and to which no reference was ever made, is free again at once.
_DROP = f"""
define dso_local void @wj_exn_drop(ptr %c, ptr %exn) #0 {{
  %kept.p = getelementptr i8, ptr %exn, i64 {layout.EXN_KEPT}
  %kept = load i64, ptr %kept.p, align 8
  %free = icmp eq i64 %kept, 0
  br i1 %free, label %drop, label %done
drop:
  %store.p = getelementptr i8, ptr %c, i64 {layout.VMCTX_STORE}
  %store = load ptr, ptr %store.p, align 8
  %free.p = getelementptr i8, ptr %store, i64 {layout.STORE_FREE_EXN}
  %first = load ptr, ptr %free.p, align 8
  %next.p = getelementptr i8, ptr %exn, i64 {layout.EXN_NEXT}
  store ptr %first, ptr %next.p, align 8
  store ptr null, ptr %exn, align 8
  store ptr %exn, ptr %free.p, align 8
  br label %done
done:
  ret void
}}
"""
