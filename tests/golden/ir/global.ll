; function 0
define tailcc i32 @f0(ptr %c) #0 !dbg !13 {
entry:
%g0.p = getelementptr i8, ptr %c, i64 48
%g0 = load ptr, ptr %g0.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = load i32, ptr %g0, !tbaa !7
%v2 = add i32 %v1, 1
store i32 %v2, ptr %g0, align 8, !tbaa !7
%v3 = load i32, ptr %g0, !tbaa !7
ret i32 %v3
}

; function 1
define tailcc void @f1(ptr %c, i64 %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = getelementptr i8, ptr %c, i64 64
store i64 %p0, ptr %v1, align 8, !tbaa !7
ret void
}

; function 2
define tailcc float @f2(ptr %c) #0 !dbg !13 {
entry:
br label %b1
b1:
ret float 0x3FF8000000000000
}
