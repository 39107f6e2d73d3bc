"""The collector, as LLVM IR (part of the unit of gc_ir.py): mark and sweep, with the world stopped, moving nothing.

Roots are ranges of words that hold references (tables, globals, what Python holds), and the stack of this thread from
where wasm code stopped up to where the store was entered first. There any word may be a reference: it counts if it
points into a cell that is allocated. Objects are traced by their TypeInfos. A sweep looks at the bitmap only: blocks
without a mark are free again; the others are gone through when their size class needs room.
"""

from __future__ import annotations

from wasmjit.abi import gc, layout
from wasmjit.compile.support_ir import ACTIVATION_FRAME, ACTIVATION_STORE

MIN_DUE_BLOCKS = 256
"""Blocks (of 64 KiB) in use at which the first collection is due, and the least for the next one."""

_MARK = f"""
define internal void @mark_object(ptr %heap, i64 %new, i64 %base, i64 %address) alwaysinline {{
  %offset = sub i64 %address, %base
  %index = lshr i64 %offset, {gc.GRANULE_LOG2}
  %byte.index = lshr i64 %index, 3
  %new.p = inttoptr i64 %new to ptr
  %byte.p = getelementptr i8, ptr %new.p, i64 %byte.index
  %byte = load i8, ptr %byte.p, align 1
  %low = trunc i64 %index to i8
  %shift = and i8 %low, 7
  %mask = shl i8 1, %shift
  %hit = and i8 %byte, %mask
  %marked = icmp ne i8 %hit, 0
  br i1 %marked, label %done, label %mark
mark:
  %with = or i8 %byte, %mask
  store i8 %with, ptr %byte.p, align 1
  %object = inttoptr i64 %address to ptr
  call void @llvm.prefetch.p0(ptr %object, i32 0, i32 3, i32 1)
  %top = call i64 @get.top(ptr %heap)
  %top.p = inttoptr i64 %top to ptr
  store i64 %address, ptr %top.p, align 8
  %top.new = add i64 %top, 8
  call void @set.top(ptr %heap, i64 %top.new)
  br label %done
done:
  ret void
}}
define internal void @mark_value(ptr %heap, i64 %new, i64 %base, i64 %bytes, i64 %value) alwaysinline {{
  %offset = sub i64 %value, %base
  %odd = and i64 %value, 1
  %plain = icmp ne i64 %odd, 0
  br i1 %plain, label %done, label %pointer
pointer:
  %inside = icmp ult i64 %offset, %bytes
  br i1 %inside, label %object, label %outside
object:
  call void @mark_object(ptr %heap, i64 %new, i64 %base, i64 %value)
  br label %done
outside:
  %null = icmp eq i64 %value, 0
  br i1 %null, label %done, label %host
host:
  %cell = inttoptr i64 %value to ptr
  %held.p = getelementptr i8, ptr %cell, i64 {layout.CELL_HELD}
  %held = load i64, ptr %held.p, align 8
  %found = or i64 %held, {layout.MARKED}
  store i64 %found, ptr %held.p, align 8
  br label %done
done:
  ret void
}}
"""

_CONSERVATIVE = f"""
define internal void @mark_word(ptr %heap, i64 %new, i64 %base, i64 %bytes, i64 %word) #0 {{
  %offset = sub i64 %word, %base
  %inside = icmp ult i64 %offset, %bytes
  br i1 %inside, label %look, label %done
look:
  %index = lshr i64 %offset, {gc.BLOCK_LOG2}
  %entry.p = call ptr @entry(ptr %heap, i64 %index)
  %size = call i32 @entry.size(ptr %entry.p)
  switch i32 %size, label %small [
    i32 0, label %done
    i32 {gc.LARGE}, label %large
    i32 {gc.PART}, label %part
  ]
part:
  %count.p = getelementptr i8, ptr %entry.p, i64 {gc.ENTRY_COUNT}
  %back = load i32, ptr %count.p, align 4
  %back.64 = zext i32 %back to i64
  %head = sub i64 %index, %back.64
  %head.p = call ptr @entry(ptr %heap, i64 %head)
  br label %whole
large:
  br label %whole
whole:
  %large.index = phi i64 [ %index, %large ], [ %head, %part ]
  %large.p = phi ptr [ %entry.p, %large ], [ %head.p, %part ]
  %large.start = call i64 @start(ptr %heap, i64 %large.index)
  br label %check
small:
  %size.64 = zext i32 %size to i64
  %first = call i64 @start(ptr %heap, i64 %index)
  %within = sub i64 %word, %first
  %cell = udiv i64 %within, %size.64
  %cell.offset = mul i64 %cell, %size.64
  %small.start = add i64 %first, %cell.offset
  %cell.end = add i64 %cell.offset, %size.64
  %ends = icmp ule i64 %cell.end, {gc.BLOCK_BYTES}
  br i1 %ends, label %check, label %done
check:
  %object = phi i64 [ %large.start, %whole ], [ %small.start, %small ]
  %object.p = phi ptr [ %large.p, %whole ], [ %entry.p, %small ]
  %allocated = load i64, ptr %object.p, align 8
  %below = icmp ult i64 %object, %allocated
  br i1 %below, label %mark, label %old
old:
  %old.bitmap = call i64 @get.old(ptr %heap)
  %survived = call i1 @bit(i64 %old.bitmap, i64 %base, i64 %object)
  br i1 %survived, label %mark, label %done
mark:
  call void @mark_object(ptr %heap, i64 %new, i64 %base, i64 %object)
  br label %done
done:
  ret void
}}
"""

_TRACE = f"""
define internal void @trace(ptr %heap, i64 %new, i64 %base, i64 %bytes) #0 {{
entry:
  %bottom = call i64 @get.marks(ptr %heap)
  br label %pop
pop:
  %top = call i64 @get.top(ptr %heap)
  %empty = icmp eq i64 %top, %bottom
  br i1 %empty, label %done, label %take
take:
  %below = sub i64 %top, 8
  call void @set.top(ptr %heap, i64 %below)
  %below.p = inttoptr i64 %below to ptr
  %object = load ptr, ptr %below.p, align 8
  %info = load ptr, ptr %object, align 8
  %kind = load i32, ptr %info, align 8
  %count.p = getelementptr i8, ptr %info, i64 {layout.TYPE_INFO_NUM_REFS}
  %count = load i64, ptr %count.p, align 8
  %leaf = icmp eq i64 %count, 0
  br i1 %leaf, label %pop, label %inner
inner:
  %is.array = icmp eq i32 %kind, {layout.KIND_ARRAY}
  br i1 %is.array, label %array, label %struct
struct:
  %refs.p = getelementptr i8, ptr %info, i64 {layout.TYPE_INFO_REFS}
  %refs = load ptr, ptr %refs.p, align 8
  br label %field
field:
  %i = phi i64 [ 0, %struct ], [ %i.next, %field ]
  %offset.p = getelementptr i32, ptr %refs, i64 %i
  %offset = load i32, ptr %offset.p, align 4
  %field.p = getelementptr i8, ptr %object, i32 %offset
  %value = load i64, ptr %field.p, align 8
  call void @mark_value(ptr %heap, i64 %new, i64 %base, i64 %bytes, i64 %value)
  %i.next = add i64 %i, 1
  %i.more = icmp ult i64 %i.next, %count
  br i1 %i.more, label %field, label %pop
array:
  %length.p = getelementptr i8, ptr %object, i64 {gc.ARRAY_LENGTH}
  %length.32 = load i32, ptr %length.p, align 8
  %length = zext i32 %length.32 to i64
  %elements = getelementptr i8, ptr %object, i64 {gc.ARRAY_ELEMENTS}
  br label %element
element:
  %j = phi i64 [ 0, %array ], [ %j.next, %one ]
  %j.more = icmp ult i64 %j, %length
  br i1 %j.more, label %one, label %pop
one:
  %element.p = getelementptr i64, ptr %elements, i64 %j
  %item = load i64, ptr %element.p, align 8
  call void @mark_value(ptr %heap, i64 %new, i64 %base, i64 %bytes, i64 %item)
  %j.next = add i64 %j, 1
  br label %element
done:
  ret void
}}
"""

# The words from the bottom of the stack of wasm code to the frame of the store's outermost activation.
_STACK = f"""
define internal void @mark_stack(ptr %heap, ptr %store, i64 %new, i64 %base, i64 %bytes) #1 {{
entry:
  %key = load i32, ptr @wj_key, align 4
  %thread = call ptr @pthread_getspecific(i32 %key)
  %here = call ptr @llvm.frameaddress.p0(i32 0)
  %here.i = ptrtoint ptr %here to i64
  %stranger = icmp eq ptr %thread, null
  br i1 %stranger, label %done, label %begin
begin:
  %innermost.p = getelementptr i8, ptr %thread, i64 {layout.THREAD_ACTIVATION}
  %innermost = load ptr, ptr %innermost.p, align 8
  br label %activation
activation:
  %a = phi ptr [ %innermost, %begin ], [ %outer, %known ]
  %end = phi i64 [ 0, %begin ], [ %end.next, %known ]
  %last = icmp eq ptr %a, null
  br i1 %last, label %scan, label %known
known:
  %store.p = getelementptr i8, ptr %a, i64 {ACTIVATION_STORE}
  %a.store = load ptr, ptr %store.p, align 8
  %ours = icmp eq ptr %a.store, %store
  %frame.p = getelementptr i8, ptr %a, i64 {ACTIVATION_FRAME}
  %frame = load i64, ptr %frame.p, align 8
  %end.next = select i1 %ours, i64 %frame, i64 %end
  %outer = load ptr, ptr %a, align 8
  br label %activation
scan:
  %noted = call i64 @get.stack(ptr %heap)
  %some = icmp ne i64 %noted, 0
  %from = select i1 %some, i64 %noted, i64 %here.i
  %aligned = and i64 %from, -8
  call void @mark_words(ptr %heap, i64 %aligned, i64 %end, i64 %new, i64 %base, i64 %bytes)
  br label %done
done:
  ret void
}}
define internal void @mark_words(ptr %heap, i64 %first, i64 %end, i64 %new, i64 %base, i64 %bytes) #1 {{
entry:
  br label %next
next:
  %at = phi i64 [ %first, %entry ], [ %at.next, %word ]
  %more = icmp ult i64 %at, %end
  br i1 %more, label %word, label %done
word:
  %at.p = inttoptr i64 %at to ptr
  %value = load i64, ptr %at.p, align 8
  call void @mark_word(ptr %heap, i64 %new, i64 %base, i64 %bytes, i64 %value)
  %at.next = add i64 %at, 8
  br label %next
done:
  ret void
}}
define internal void @mark_ranges(ptr %heap, ptr %ranges, i64 %n, i64 %new, i64 %base, i64 %bytes) #1 {{
entry:
  br label %range
range:
  %i = phi i64 [ 0, %entry ], [ %i.next, %range.end ]
  %more = icmp ult i64 %i, %n
  br i1 %more, label %words, label %done
words:
  %range.p = getelementptr [2 x i64], ptr %ranges, i64 %i
  %first = load ptr, ptr %range.p, align 8
  %count.p = getelementptr i8, ptr %range.p, i64 8
  %count = load i64, ptr %count.p, align 8
  br label %next
next:
  %j = phi i64 [ 0, %words ], [ %j.next, %word ]
  %j.more = icmp ult i64 %j, %count
  br i1 %j.more, label %word, label %range.end
word:
  %p = getelementptr i64, ptr %first, i64 %j
  %value = load i64, ptr %p, align 8
  call void @mark_value(ptr %heap, i64 %new, i64 %base, i64 %bytes, i64 %value)
  %j.next = add i64 %j, 1
  br label %next
range.end:
  %i.next = add i64 %i, 1
  br label %range
done:
  ret void
}}
"""

_SWEEP = f"""
define internal i1 @has_marks(i64 %new, i64 %index) #0 {{
entry:
  %bytes = mul i64 %index, {gc.BLOCK_BYTES >> (gc.GRANULE_LOG2 + 3)}
  %new.p = inttoptr i64 %new to ptr
  %first = getelementptr i8, ptr %new.p, i64 %bytes
  br label %next
next:
  %i = phi i64 [ 0, %entry ], [ %i.next, %next ]
  %seen = phi i64 [ 0, %entry ], [ %seen.next, %next ]
  %p = getelementptr i64, ptr %first, i64 %i
  %word = load i64, ptr %p, align 8
  %seen.next = or i64 %seen, %word
  %i.next = add i64 %i, 1
  %more = icmp ult i64 %i.next, {gc.BLOCK_BYTES >> (gc.GRANULE_LOG2 + 6)}
  br i1 %more, label %next, label %done
done:
  %any = icmp ne i64 %seen.next, 0
  ret i1 %any
}}
define internal void @sweep(ptr %heap, i64 %new, i64 %base) #1 {{
entry:
  %blocks = call i64 @blocks(ptr %heap)
  br label %next
next:
  %i = phi i64 [ 0, %entry ], [ %i.next, %step ]
  %used = phi i64 [ 0, %entry ], [ %used.next, %step ]
  %freeing = phi i1 [ false, %entry ], [ %freeing.next, %step ]
  %more = icmp ult i64 %i, %blocks
  br i1 %more, label %look, label %done
look:
  %entry.p = call ptr @entry(ptr %heap, i64 %i)
  %size = call i32 @entry.size(ptr %entry.p)
  %first = call i64 @start(ptr %heap, i64 %i)
  switch i32 %size, label %live [
    i32 0, label %free
    i32 {gc.PART}, label %part
  ]
part:
  br i1 %freeing, label %free, label %keep.part
keep.part:
  br label %step
live:
  %marked = call i1 @has_marks(i64 %new, i64 %i)
  br i1 %marked, label %keep, label %free
keep:
  store i64 %first, ptr %entry.p, align 8
  br label %step
free:
  call void @entry.set(ptr %entry.p, i64 0, i32 0, i32 0)
  br label %step
step:
  %kept = phi i64 [ 1, %keep.part ], [ 1, %keep ], [ 0, %free ]
  %freeing.next = phi i1 [ false, %keep.part ], [ false, %keep ], [ true, %free ]
  %used.next = add i64 %used, %kept
  %i.next = add i64 %i, 1
  br label %next
done:
  call void @set.used(ptr %heap, i64 %used)
  ret void
}}
define internal void @forget_runs(ptr %heap, i1 %before) #1 {{
entry:
  %classes = getelementptr i8, ptr %heap, i64 {gc.HEAP_CLASSES}
  br label %next
next:
  %i = phi i64 [ 0, %entry ], [ %i.next, %step ]
  %offset = mul i64 %i, {gc.CLASS_BYTES}
  %class = getelementptr i8, ptr %classes, i64 %offset
  br i1 %before, label %note, label %reset
note:
  %index = call i64 @get.block(ptr %class)
  %open = icmp sge i64 %index, 0
  br i1 %open, label %cut, label %step
cut:
  %cursor = call i64 @get.cursor(ptr %class)
  %entry.p = call ptr @entry(ptr %heap, i64 %index)
  store i64 %cursor, ptr %entry.p, align 8
  br label %step
reset:
  call void @set.block(ptr %class, i64 -1)
  call void @set.cursor(ptr %class, i64 0)
  call void @set.climit(ptr %class, i64 0)
  call void @set.next(ptr %class, i64 0)
  br label %step
step:
  %i.next = add i64 %i, 1
  %more = icmp ult i64 %i.next, {len(gc.CLASS_SIZES)}
  br i1 %more, label %next, label %done
done:
  ret void
}}
"""

_COLLECT = f"""
define dso_local void @wj_gc_collect(ptr %store, ptr %ranges, i64 %n, i64 %words, i64 %m) #1 {{
  %heap.p = getelementptr i8, ptr %store, i64 {layout.STORE_HEAP}
  %heap = load ptr, ptr %heap.p, align 8
  call void @forget_runs(ptr %heap, i1 true)
  %base = call i64 @get.base(ptr %heap)
  %end = call i64 @get.end(ptr %heap)
  %bytes = sub i64 %end, %base
  %new = call i64 @get.new(ptr %heap)
  %bottom = call i64 @get.marks(ptr %heap)
  call void @set.top(ptr %heap, i64 %bottom)
  call void @mark_ranges(ptr %heap, ptr %ranges, i64 %n, i64 %new, i64 %base, i64 %bytes)
  %words.bytes = shl i64 %m, 3
  %words.end = add i64 %words, %words.bytes
  call void @mark_words(ptr %heap, i64 %words, i64 %words.end, i64 %new, i64 %base, i64 %bytes)
  call void @mark_stack(ptr %heap, ptr %store, i64 %new, i64 %base, i64 %bytes)
  call void @trace(ptr %heap, i64 %new, i64 %base, i64 %bytes)
  call void @sweep(ptr %heap, i64 %new, i64 %base)
  %old = call i64 @get.old(ptr %heap)
  call void @set.old(ptr %heap, i64 %new)
  call void @set.new(ptr %heap, i64 %old)
  %old.p = inttoptr i64 %old to ptr
  %bitmap.bytes = lshr i64 %bytes, {gc.GRANULE_LOG2 + 3}
  call void @llvm.memset.p0.i64(ptr %old.p, i8 0, i64 %bitmap.bytes, i1 false)
  call void @forget_runs(ptr %heap, i1 false)
  call void @set.search(ptr %heap, i64 0)
  %used = call i64 @get.used(ptr %heap)
  %twice = shl i64 %used, 1
  %wanted = call i64 @llvm.umax.i64(i64 %twice, i64 {MIN_DUE_BLOCKS})
  %most = call i64 @get.most(ptr %heap)
  %due = call i64 @llvm.umin.i64(i64 %wanted, i64 %most)
  call void @set.due(ptr %heap, i64 %due)
  ret void
}}
"""

COLLECT_IR = "".join([_MARK, _CONSERVATIVE, _TRACE, _STACK, _SWEEP, _COLLECT])
