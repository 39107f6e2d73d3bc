"""Allocation of structures and arrays, as LLVM IR: a unit of its own, optimised, since programs live in it (abi/gc.py).

Each size class hands out the free cells of a block by moving a cursor; generated code does that itself as long as the
cursor is below the limit. Here is what happens then: the next run of free cells, the next block with room, a block that
is free, and when as many blocks are in use as may be, a collection (collect_ir.py), for which the runtime is called, as
it alone knows all roots.
"""

from __future__ import annotations

from wasmjit.abi import gc, layout
from wasmjit.abi.libcalls import Libcall
from wasmjit.abi.traps import TrapCode
from wasmjit.compile.collect_ir import COLLECT_IR
from wasmjit.compile.platform import Platform
from wasmjit.compile.support_ir import ATTRIBUTES


def gc_ir(platform: Platform) -> str:
    """The whole unit; it refers to the support code."""
    attributes = f"attributes #0 = {{ {ATTRIBUTES} }}\nattributes #1 = {{ noinline {ATTRIBUTES} }}\n"
    return "".join(
        [_DECLARATIONS, _helpers(), _SMALL, _TAKE, _NEW, _slow(platform), _ARRAY, _FILL, _HOLD, COLLECT_IR, attributes]
    )


_DECLARATIONS = """
@wj_key = external global i32
declare ptr @pthread_getspecific(i32)
declare dso_local void @wj_trap(ptr, i32, i32) noreturn
declare i32 @_setjmp(ptr) returns_twice
declare ptr @llvm.stacksave.p0()
declare ptr @llvm.frameaddress.p0(i32)
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
declare i64 @llvm.umin.i64(i64, i64)
declare i64 @llvm.umax.i64(i64, i64)
declare void @llvm.prefetch.p0(ptr, i32, i32, i32)
"""


def _field(name: str, offset: int, type: str) -> str:
    return f"""
define internal {type} @get.{name}(ptr %heap) alwaysinline {{
  %p = getelementptr i8, ptr %heap, i64 {offset}
  %v = load {type}, ptr %p, align 8
  ret {type} %v
}}
define internal void @set.{name}(ptr %heap, {type} %v) alwaysinline {{
  %p = getelementptr i8, ptr %heap, i64 {offset}
  store {type} %v, ptr %p, align 8
  ret void
}}
"""


def _helpers() -> str:
    fields = [
        ("base", gc.HEAP_BASE), ("end", gc.HEAP_END), ("limit", gc.HEAP_LIMIT), ("old", gc.HEAP_OLD),
        ("new", gc.HEAP_NEW), ("table", gc.HEAP_TABLE), ("marks", gc.HEAP_MARKS), ("top", gc.HEAP_MARKS_TOP),
        ("used", gc.HEAP_USED), ("due", gc.HEAP_DUE), ("search", gc.HEAP_SEARCH), ("stack", gc.HEAP_STACK),
        ("stress", gc.HEAP_STRESS), ("most", gc.HEAP_MOST), ("cursor", gc.CLASS_CURSOR), ("climit", gc.CLASS_LIMIT),
        ("block", gc.CLASS_BLOCK), ("next", gc.CLASS_NEXT),
    ]  # fmt: skip
    return "".join([_field(name, offset, "i64") for name, offset in fields]) + _ENTRIES


_ENTRIES = f"""
define internal ptr @entry(ptr %heap, i64 %index) alwaysinline {{
  %table = call i64 @get.table(ptr %heap)
  %table.p = inttoptr i64 %table to ptr
  %offset = mul i64 %index, {gc.ENTRY_BYTES}
  %p = getelementptr i8, ptr %table.p, i64 %offset
  ret ptr %p
}}
define internal i32 @entry.size(ptr %entry) alwaysinline {{
  %p = getelementptr i8, ptr %entry, i64 {gc.ENTRY_SIZE}
  %v = load i32, ptr %p, align 4
  ret i32 %v
}}
define internal void @entry.set(ptr %entry, i64 %allocated, i32 %size, i32 %count) alwaysinline {{
  store i64 %allocated, ptr %entry, align 8
  %size.p = getelementptr i8, ptr %entry, i64 {gc.ENTRY_SIZE}
  store i32 %size, ptr %size.p, align 4
  %count.p = getelementptr i8, ptr %entry, i64 {gc.ENTRY_COUNT}
  store i32 %count, ptr %count.p, align 4
  ret void
}}
define internal i64 @start(ptr %heap, i64 %index) alwaysinline {{
  %base = call i64 @get.base(ptr %heap)
  %offset = shl i64 %index, {gc.BLOCK_LOG2}
  %start = add i64 %base, %offset
  ret i64 %start
}}
define internal i64 @blocks(ptr %heap) alwaysinline {{
  %base = call i64 @get.base(ptr %heap)
  %end = call i64 @get.end(ptr %heap)
  %bytes = sub i64 %end, %base
  %blocks = lshr i64 %bytes, {gc.BLOCK_LOG2}
  ret i64 %blocks
}}
define internal i1 @bit(i64 %bitmap, i64 %base, i64 %address) alwaysinline {{
  %offset = sub i64 %address, %base
  %index = lshr i64 %offset, {gc.GRANULE_LOG2}
  %byte.index = lshr i64 %index, 3
  %bitmap.p = inttoptr i64 %bitmap to ptr
  %byte.p = getelementptr i8, ptr %bitmap.p, i64 %byte.index
  %byte = load i8, ptr %byte.p, align 1
  %low = trunc i64 %index to i8
  %shift = and i8 %low, 7
  %shifted = lshr i8 %byte, %shift
  %set = trunc i8 %shifted to i1
  ret i1 %set
}}
"""

# The next cell of a class: of the run, of the rest of its block, of a block that has room, of a free block; null if a
# collection is due.
_SMALL = f"""
define internal ptr @small(ptr %heap, ptr %class, i64 %size) #0 {{
entry:
  %base = call i64 @get.base(ptr %heap)
  %old = call i64 @get.old(ptr %heap)
  br label %again
again:
  %cursor = call i64 @get.cursor(ptr %class)
  %limit = call i64 @get.climit(ptr %class)
  %after = add i64 %cursor, %size
  %fits = icmp ule i64 %after, %limit
  br i1 %fits, label %take, label %run
take:
  call void @set.cursor(ptr %class, i64 %after)
  %stress = call i64 @get.stress(ptr %heap)
  %stressed = icmp ne i64 %stress, 0
  br i1 %stressed, label %shorten, label %done
shorten:
  call void @set.climit(ptr %class, i64 %after)
  br label %done
done:
  %object = inttoptr i64 %cursor to ptr
  ret ptr %object
run:
  %index = call i64 @get.block(ptr %class)
  %inside = icmp sge i64 %index, 0
  br i1 %inside, label %scan, label %look
scan:
  %first = call i64 @start(ptr %heap, i64 %index)
  %cells = udiv i64 {gc.BLOCK_BYTES}, %size
  %bytes = mul i64 %cells, %size
  %end = add i64 %first, %bytes
  br label %occupied
occupied:
  %p = phi i64 [ %limit, %scan ], [ %p.next, %step ]
  %more = icmp ult i64 %p, %end
  br i1 %more, label %test, label %leave
test:
  %set = call i1 @bit(i64 %old, i64 %base, i64 %p)
  br i1 %set, label %step, label %free
step:
  %p.next = add i64 %p, %size
  br label %occupied
free:
  %q = phi i64 [ %p, %test ], [ %q.next, %free.test ]
  %q.next = add i64 %q, %size
  %q.more = icmp ult i64 %q.next, %end
  br i1 %q.more, label %free.test, label %found
free.test:
  %q.set = call i1 @bit(i64 %old, i64 %base, i64 %q.next)
  br i1 %q.set, label %found, label %free
found:
  call void @set.cursor(ptr %class, i64 %p)
  call void @set.climit(ptr %class, i64 %q.next)
  br label %again
leave:
  call void @set.block(ptr %class, i64 -1)
  call void @set.cursor(ptr %class, i64 0)
  call void @set.climit(ptr %class, i64 0)
  br label %look
look:
  %blocks = call i64 @blocks(ptr %heap)
  %from = call i64 @get.next(ptr %class)
  %size.32 = trunc i64 %size to i32
  br label %candidate
candidate:
  %i = phi i64 [ %from, %look ], [ %i.next, %other ]
  %i.more = icmp ult i64 %i, %blocks
  br i1 %i.more, label %compare, label %fresh
compare:
  %entry.p = call ptr @entry(ptr %heap, i64 %i)
  %entry.size = call i32 @entry.size(ptr %entry.p)
  %same = icmp eq i32 %entry.size, %size.32
  br i1 %same, label %unswept, label %other
unswept:
  %allocated = load i64, ptr %entry.p, align 8
  %i.start = call i64 @start(ptr %heap, i64 %i)
  %whole = icmp eq i64 %allocated, %i.start
  br i1 %whole, label %use, label %other
other:
  %i.next = add i64 %i, 1
  br label %candidate
fresh:
  call void @set.next(ptr %class, i64 %i)
  %taken = call i64 @take_blocks(ptr %heap, i64 1)
  %none = icmp slt i64 %taken, 0
  br i1 %none, label %due, label %use.fresh
due:
  ret ptr null
use.fresh:
  %fresh.p = call ptr @entry(ptr %heap, i64 %taken)
  br label %use
use:
  %chosen = phi i64 [ %i, %unswept ], [ %taken, %use.fresh ]
  %chosen.p = phi ptr [ %entry.p, %unswept ], [ %fresh.p, %use.fresh ]
  %chosen.start = call i64 @start(ptr %heap, i64 %chosen)
  %chosen.end = add i64 %chosen.start, {gc.BLOCK_BYTES}
  call void @entry.set(ptr %chosen.p, i64 %chosen.end, i32 %size.32, i32 0)
  call void @set.block(ptr %class, i64 %chosen)
  call void @set.cursor(ptr %class, i64 %chosen.start)
  call void @set.climit(ptr %class, i64 %chosen.start)
  br label %again
}}
"""

# Index of the first of %n free blocks in a row, or -1 if a collection is due or no address space is left.
_TAKE = f"""
define internal i64 @take_blocks(ptr %heap, i64 %n) #1 {{
entry:
  %used = call i64 @get.used(ptr %heap)
  %due = call i64 @get.due(ptr %heap)
  %wanted = add i64 %used, %n
  %over = icmp ugt i64 %wanted, %due
  br i1 %over, label %none, label %search
search:
  %blocks = call i64 @blocks(ptr %heap)
  %single = icmp eq i64 %n, 1
  %hint = call i64 @get.search(ptr %heap)
  %from = select i1 %single, i64 %hint, i64 0
  br label %next
next:
  %i = phi i64 [ %from, %search ], [ %i.next, %step ]
  %length = phi i64 [ 0, %search ], [ %length.next, %step ]
  %more = icmp ult i64 %i, %blocks
  br i1 %more, label %look, label %extend
look:
  %entry.p = call ptr @entry(ptr %heap, i64 %i)
  %size = call i32 @entry.size(ptr %entry.p)
  %free = icmp eq i32 %size, 0
  %longer = add i64 %length, 1
  %length.next = select i1 %free, i64 %longer, i64 0
  %enough = icmp eq i64 %length.next, %n
  br i1 %enough, label %found, label %step
step:
  %i.next = add i64 %i, 1
  br label %next
found:
  %after = add i64 %i, 1
  br i1 %single, label %remember, label %have
remember:
  call void @set.search(ptr %heap, i64 %after)
  br label %have
have:
  %first = sub i64 %after, %n
  br label %done
extend:
  br i1 %single, label %exhausted, label %grow
exhausted:
  call void @set.search(ptr %heap, i64 %blocks)
  br label %grow
grow:
  %end = call i64 @get.end(ptr %heap)
  %limit = call i64 @get.limit(ptr %heap)
  %bytes = shl i64 %n, {gc.BLOCK_LOG2}
  %end.new = add i64 %end, %bytes
  %fits = icmp ule i64 %end.new, %limit
  br i1 %fits, label %grown, label %none
grown:
  call void @set.end(ptr %heap, i64 %end.new)
  br label %done
done:
  %result = phi i64 [ %first, %have ], [ %blocks, %grown ]
  call void @set.used(ptr %heap, i64 %wanted)
  ret i64 %result
none:
  ret i64 -1
}}
"""

# An object with its TypeInfo, its references null and nothing else set; null if a collection is due.
_NEW = f"""
define dso_local ptr @wj_gc_new(ptr %heap, ptr %info, i64 %size) #0 {{
  %is.small = icmp ule i64 %size, {gc.MAX_SMALL_BYTES}
  br i1 %is.small, label %small, label %large
small:
  %granules = add i64 %size, 15
  %rounded = and i64 %granules, -16
  %tiny = icmp ule i64 %rounded, 128
  br i1 %tiny, label %linear, label %geometric
linear:
  %sixteenth = lshr i64 %rounded, 4
  %linear.class = sub i64 %sixteenth, 1
  br label %chosen
geometric:
  %less = sub i64 %rounded, 1
  %zeros = call i64 @llvm.ctlz.i64(i64 %less, i1 true)
  %log = sub i64 63, %zeros
  %quarter.log = sub i64 %log, 2
  %quarter = lshr i64 %less, %quarter.log
  %part = and i64 %quarter, 3
  %power = sub i64 %log, 7
  %fours = shl i64 %power, 2
  %class.1 = add i64 %fours, %part
  %geometric.class = add i64 %class.1, 8
  %up = add i64 %quarter, 1
  %class.size = shl i64 %up, %quarter.log
  br label %chosen
chosen:
  %class.index = phi i64 [ %linear.class, %linear ], [ %geometric.class, %geometric ]
  %cell = phi i64 [ %rounded, %linear ], [ %class.size, %geometric ]
  %class.offset = mul i64 %class.index, {gc.CLASS_BYTES}
  %classes = getelementptr i8, ptr %heap, i64 {gc.HEAP_CLASSES}
  %class = getelementptr i8, ptr %classes, i64 %class.offset
  %object.small = call ptr @small(ptr %heap, ptr %class, i64 %cell)
  br label %check
large:
  %more = add i64 %size, {gc.BLOCK_BYTES - 1}
  %n = lshr i64 %more, {gc.BLOCK_LOG2}
  %first = call i64 @take_blocks(ptr %heap, i64 %n)
  %none = icmp slt i64 %first, 0
  br i1 %none, label %due, label %lay
lay:
  %address = call i64 @start(ptr %heap, i64 %first)
  %bytes = shl i64 %n, {gc.BLOCK_LOG2}
  %end = add i64 %address, %bytes
  %head = call ptr @entry(ptr %heap, i64 %first)
  %n.32 = trunc i64 %n to i32
  call void @entry.set(ptr %head, i64 %end, i32 {gc.LARGE}, i32 %n.32)
  br label %parts
parts:
  %i = phi i64 [ 1, %lay ], [ %i.next, %part.set ]
  %again = icmp ult i64 %i, %n
  br i1 %again, label %part.set, label %laid
part.set:
  %index = add i64 %first, %i
  %entry.p = call ptr @entry(ptr %heap, i64 %index)
  %i.32 = trunc i64 %i to i32
  call void @entry.set(ptr %entry.p, i64 0, i32 {gc.PART}, i32 %i.32)
  %i.next = add i64 %i, 1
  br label %parts
laid:
  %object.large = inttoptr i64 %address to ptr
  br label %check
check:
  %object = phi ptr [ %object.small, %chosen ], [ %object.large, %laid ]
  %failed = icmp eq ptr %object, null
  br i1 %failed, label %due, label %made
made:
  %refs.p = getelementptr i8, ptr %info, i64 {layout.TYPE_INFO_NUM_REFS}
  %refs = load i64, ptr %refs.p, align 8
  %traced = icmp ne i64 %refs, 0
  br i1 %traced, label %clear, label %ready
clear:
  call void @llvm.memset.p0.i64(ptr %object, i8 0, i64 %size, i1 false)
  br label %ready
ready:
  store ptr %info, ptr %object, align 8
  ret ptr %object
due:
  ret ptr null
}}
declare i64 @llvm.ctlz.i64(i64, i1)
"""


def _slow(platform: Platform) -> str:
    """Allocate for wasm code, and collect if need be. What registers hold goes to the stack, where it is looked for."""
    return f"""
define internal ptr @heap_of(ptr %c) alwaysinline {{
  %store.p = getelementptr i8, ptr %c, i64 {layout.VMCTX_STORE}
  %store = load ptr, ptr %store.p, align 8
  %heap.p = getelementptr i8, ptr %store, i64 {layout.STORE_HEAP}
  %heap = load ptr, ptr %heap.p, align 8
  ret ptr %heap
}}
define internal void @collect_now(ptr %c, ptr %heap, i64 %size) #1 {{
  %registers = alloca [{platform.jmp_buf_bytes} x i8], align 16
  %ignored = call i32 @_setjmp(ptr %registers) returns_twice
  %bottom = call ptr @llvm.stacksave.p0()
  %bottom.i = ptrtoint ptr %bottom to i64
  call void @set.stack(ptr %heap, i64 %bottom.i)
  %table.p = getelementptr i8, ptr %c, i64 {layout.VMCTX_LIBCALLS}
  %table = load ptr, ptr %table.p, align 8
  %code.p = getelementptr i8, ptr %table, i64 {8 * Libcall.GC_COLLECT}
  %code = load ptr, ptr %code.p, align 8
  %status = call i64 %code(ptr %c, i64 %size, i64 0, i64 0, i64 0, i64 0)
  call void @set.stack(ptr %heap, i64 0)
  %raised = icmp ne i64 %status, 0
  br i1 %raised, label %failed, label %done
failed:
  call void @wj_trap(ptr %c, i32 {int(TrapCode.HOST_EXCEPTION)}, i32 0)
  unreachable
done:
  ret void
}}
define dso_local ptr @wj_gc_struct(ptr %c, ptr %info, i64 %size) #0 {{
  %heap = call ptr @heap_of(ptr %c)
  %stress = call i64 @get.stress(ptr %heap)
  %stressed = icmp ne i64 %stress, 0
  br i1 %stressed, label %collect, label %try
try:
  %first = call ptr @wj_gc_new(ptr %heap, ptr %info, i64 %size)
  %got = icmp ne ptr %first, null
  br i1 %got, label %done, label %collect
collect:
  call void @collect_now(ptr %c, ptr %heap, i64 %size)
  %second = call ptr @wj_gc_new(ptr %heap, ptr %info, i64 %size)
  %got.now = icmp ne ptr %second, null
  br i1 %got.now, label %done, label %extend
extend:
  %most = call i64 @get.most(ptr %heap)
  call void @set.due(ptr %heap, i64 %most)
  %third = call ptr @wj_gc_new(ptr %heap, ptr %info, i64 %size)
  %got.last = icmp ne ptr %third, null
  br i1 %got.last, label %done, label %exhausted
exhausted:
  call void @wj_trap(ptr %c, i32 {int(TrapCode.GC_HEAP_EXHAUSTED)}, i32 0)
  unreachable
done:
  %object = phi ptr [ %first, %try ], [ %second, %collect ], [ %third, %extend ]
  ret ptr %object
}}
"""


# The length is below 2^32 and an element has at most 16 bytes, so the size cannot overflow.
_ARRAY = f"""
define dso_local ptr @wj_gc_array(ptr %c, ptr %info, i64 %length, i64 %log2) #0 {{
  %elements = shl i64 %length, %log2
  %size = add i64 %elements, {gc.ARRAY_ELEMENTS}
  %object = call ptr @wj_gc_struct(ptr %c, ptr %info, i64 %size)
  %length.p = getelementptr i8, ptr %object, i64 {gc.ARRAY_LENGTH}
  store i64 %length, ptr %length.p, align 8
  ret ptr %object
}}
"""

_FILL = (
    """
define dso_local void @wj_gc_fill(ptr %at, i64 %n, i64 %log2, i64 %low, i64 %high) #0 {
entry:
  switch i64 %log2, label %wide [
    i64 0, label %bytes
    i64 1, label %halves
    i64 2, label %words
    i64 3, label %longs
  ]
bytes:
  %byte = trunc i64 %low to i8
  call void @llvm.memset.p0.i64(ptr %at, i8 %byte, i64 %n, i1 false)
  ret void
"""
    + "".join(
        f"""{label}:
  %value.{label} = {make}
  %some.{label} = icmp ne i64 %n, 0
  br i1 %some.{label}, label %loop.{label}, label %done
loop.{label}:
  %i.{label} = phi i64 [ 0, %{label} ], [ %next.{label}, %loop.{label} ]
  %p.{label} = getelementptr {type}, ptr %at, i64 %i.{label}
  store {type} %value.{label}, ptr %p.{label}, align {align}
  %next.{label} = add i64 %i.{label}, 1
  %more.{label} = icmp ult i64 %next.{label}, %n
  br i1 %more.{label}, label %loop.{label}, label %done
"""
        for label, type, make, align in (
            ("halves", "i16", "trunc i64 %low to i16", 2),
            ("words", "i32", "trunc i64 %low to i32", 4),
            ("longs", "i64", "add i64 %low, 0", 8),
            ("wide", "<2 x i64>", "insertelement <2 x i64> %pair, i64 %high, i32 1", 8),
        )
    ).replace("\nwide:\n", "\nwide:\n  %pair = insertelement <2 x i64> poison, i64 %low, i32 0\n")
    + """done:
  ret void
}
"""
)

# Objects of the host that are stored into the heap are kept until a collection no longer finds them.
_HOLD = f"""
define internal void @wj_gc_hold(ptr %value) #0 {{
  %bits = ptrtoint ptr %value to i64
  %odd = and i64 %bits, 1
  %small = icmp ne i64 %odd, 0
  %null = icmp eq i64 %bits, 0
  %plain = or i1 %small, %null
  br i1 %plain, label %done, label %look
look:
  %info = load ptr, ptr %value, align 8
  %kind = load i32, ptr %info, align 8
  %host = icmp eq i32 %kind, {layout.KIND_HOST}
  br i1 %host, label %hold, label %done
hold:
  %held.p = getelementptr i8, ptr %value, i64 {layout.CELL_HELD}
  store i64 {layout.HELD}, ptr %held.p, align 8
  br label %done
done:
  ret void
}}
define dso_local void @wj_gc_hold_exns(ptr %at, i64 %n) #0 {{
entry:
  br label %next
next:
  %i = phi i64 [ 0, %entry ], [ %i.next, %step ]
  %more = icmp ult i64 %i, %n
  br i1 %more, label %one, label %done
one:
  %p = getelementptr ptr, ptr %at, i64 %i
  %value = load ptr, ptr %p, align 8
  %null = icmp eq ptr %value, null
  br i1 %null, label %step, label %hold
hold:
  %owners.p = getelementptr i8, ptr %value, i64 {layout.EXN_OWNERS}
  store i64 1, ptr %owners.p, align 8
  br label %step
step:
  %i.next = add i64 %i, 1
  br label %next
done:
  ret void
}}
define dso_local void @wj_gc_hold_all(ptr %at, i64 %n) #0 {{
entry:
  br label %next
next:
  %i = phi i64 [ 0, %entry ], [ %i.next, %one ]
  %more = icmp ult i64 %i, %n
  br i1 %more, label %one, label %done
one:
  %p = getelementptr ptr, ptr %at, i64 %i
  %value = load ptr, ptr %p, align 8
  call void @wj_gc_hold(ptr %value)
  %i.next = add i64 %i, 1
  br label %next
done:
  ret void
}}
"""
