; function 0
define tailcc i32 @f0(ptr %c, i32 %p0) #0 !dbg !13 {
entry:
%m0.p = getelementptr i8, ptr %c, i64 48
%m0 = load ptr, ptr %m0.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = zext i32 %p0 to i64
%v2 = getelementptr i8, ptr %m0, i64 %v1
%v3 = load i32, ptr %v2, align 1, !tbaa !5, !dbg !DILocation(line: 61, scope: !13)
ret i32 %v3, !dbg !DILocation(line: 61, scope: !13)
}

; function 1
define tailcc i64 @f1(ptr %c, i32 %p0) #0 !dbg !13 {
entry:
%m0.p = getelementptr i8, ptr %c, i64 48
%m0 = load ptr, ptr %m0.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = zext i32 %p0 to i64
%v2 = add nuw nsw i64 %v1, 8
%v3 = getelementptr i8, ptr %m0, i64 %v2
%v4 = load i32, ptr %v3, align 1, !tbaa !5, !dbg !DILocation(line: 69, scope: !13)
%v5 = sext i32 %v4 to i64, !dbg !DILocation(line: 69, scope: !13)
ret i64 %v5, !dbg !DILocation(line: 69, scope: !13)
}

; function 2
define tailcc void @f2(ptr %c, i32 %p0, i64 %p1) #0 !dbg !13 {
entry:
%m0.p = getelementptr i8, ptr %c, i64 48
%m0 = load ptr, ptr %m0.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = zext i32 %p0 to i64
%v2 = add nuw nsw i64 %v1, 4294967295
%v3 = getelementptr i8, ptr %m0, i64 %v2
store i64 %p1, ptr %v3, align 1, !tbaa !5, !dbg !DILocation(line: 79, scope: !13)
ret void
}

; function 3
define tailcc void @f3(ptr %c, i32 %p0, i32 %p1) #0 !dbg !13 {
entry:
%m0.p = getelementptr i8, ptr %c, i64 48
%m0 = load ptr, ptr %m0.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = zext i32 %p0 to i64
%v2 = getelementptr i8, ptr %m0, i64 %v1
%v3 = trunc i32 %p1 to i16
store i16 %v3, ptr %v2, align 1, !tbaa !5, !dbg !DILocation(line: 93, scope: !13)
ret void
}

; function 4
define tailcc double @f4(ptr %c) #0 !dbg !13 {
entry:
%m0.p = getelementptr i8, ptr %c, i64 48
%m0 = load ptr, ptr %m0.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = add nuw nsw i64 1, 16
%v2 = getelementptr i8, ptr %m0, i64 %v1
%v3 = load double, ptr %v2, align 1, !tbaa !5, !dbg !DILocation(line: 101, scope: !13)
ret double %v3, !dbg !DILocation(line: 101, scope: !13)
}

; function 5
define tailcc void @f5(ptr %c, i32 %p0) #0 !dbg !13 {
entry:
%m0.p = getelementptr i8, ptr %c, i64 48
%m0 = load ptr, ptr %m0.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = zext i32 %p0 to i64
%v2 = getelementptr i8, ptr %m0, i64 %v1
%v3 = load volatile i8, ptr %v2, align 1, !tbaa !5, !dbg !DILocation(line: 109, scope: !13)
%v4 = zext i8 %v3 to i32, !dbg !DILocation(line: 109, scope: !13)
ret void
}

; function 6
define tailcc i32 @f6(ptr %c, i32 %p0) #0 !dbg !13 {
entry:
%libcalls.p = getelementptr i8, ptr %c, i64 16
%libcalls = load ptr, ptr %libcalls.p, align 8, !invariant.load !0
%md0.p = getelementptr i8, ptr %c, i64 56
%md0 = load ptr, ptr %md0.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = zext i32 %p0 to i64
%v2 = getelementptr i8, ptr %libcalls, i64 16
%v3 = load ptr, ptr %v2, align 8, !invariant.load !0
%v4 = call i64 %v3(ptr %c, i64 0, i64 %v1, i64 0, i64 0, i64 0), !dbg !DILocation(line: 118, scope: !13)
%v5 = icmp eq i64 %v4, -9223372036854775808
br i1 %v5, label %b2, label %b3, !prof !1
b2:
call void @trap(ptr %c, i32 11, i32 118)
unreachable
b3:
%v6 = trunc i64 %v4 to i32
%v7 = getelementptr i8, ptr %md0, i64 8
%v8 = load i64, ptr %v7, align 8, !tbaa !7
%v9 = lshr i64 %v8, 16
%v10 = trunc i64 %v9 to i32
%v11 = add i32 %v6, %v10
ret i32 %v11
}
