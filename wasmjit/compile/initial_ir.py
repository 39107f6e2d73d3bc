"""What gives new instances their contents, as LLVM IR (part of the unit of support_ir.py): loops over long lists."""

from __future__ import annotations

INITIAL_IR = """
; Data segments `first` to `last`: the bytes of `source` from starts[i] to ends[i] go to places[i] of a memory.
; Returns the index of the first one that does not fit, where it stops; or `last`.
define dso_local i64 @wj_copy_segments(ptr %memory, i64 %length, ptr %source, ptr %places, ptr %starts, ptr %ends,
                                       i64 %first, i64 %last) #0 {
entry:
  br label %next
next:
  %i = phi i64 [ %first, %entry ], [ %i.next, %copy ]
  %more = icmp ult i64 %i, %last
  br i1 %more, label %check, label %done
check:
  %place.p = getelementptr i32, ptr %places, i64 %i
  %start.p = getelementptr i32, ptr %starts, i64 %i
  %end.p = getelementptr i32, ptr %ends, i64 %i
  %place.32 = load i32, ptr %place.p, align 4
  %start.32 = load i32, ptr %start.p, align 4
  %end.32 = load i32, ptr %end.p, align 4
  %place = zext i32 %place.32 to i64
  %start = zext i32 %start.32 to i64
  %end = zext i32 %end.32 to i64
  %size = sub i64 %end, %start
  %stop = add i64 %place, %size
  %fits = icmp ule i64 %stop, %length
  br i1 %fits, label %copy, label %done
copy:
  %to = getelementptr i8, ptr %memory, i64 %place
  %from = getelementptr i8, ptr %source, i64 %start
  call void @llvm.memcpy.p0.p0.i64(ptr %to, ptr %from, i64 %size, i1 false)
  %i.next = add i64 %i, 1
  br label %next
done:
  ret i64 %i
}

; Adds to `count` words, each `stride` words after the one before.
define dso_local void @wj_add_words(ptr %words, i64 %count, i64 %stride, i64 %addend) #0 {
entry:
  br label %next
next:
  %i = phi i64 [ 0, %entry ], [ %i.next, %add ]
  %more = icmp ult i64 %i, %count
  br i1 %more, label %add, label %done
add:
  %offset = mul i64 %i, %stride
  %word.p = getelementptr i64, ptr %words, i64 %offset
  %word = load i64, ptr %word.p, align 8
  %sum = add i64 %word, %addend
  store i64 %sum, ptr %word.p, align 8
  %i.next = add i64 %i, 1
  br label %next
done:
  ret void
}
"""
