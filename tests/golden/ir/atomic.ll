; function 0
define tailcc i32 @f0(ptr %c, i32 %p0) #0 !dbg !13 {
entry:
%m0.p = getelementptr i8, ptr %c, i64 48
%m0 = load ptr, ptr %m0.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = zext i32 %p0 to i64
%v2 = add nuw nsw i64 %v1, 2
%v3 = getelementptr i8, ptr %m0, i64 %v2
%v4 = load volatile i32, ptr %v3, align 1, !tbaa !5, !dbg !DILocation(line: 80, scope: !13)
ret i32 %v4, !dbg !DILocation(line: 80, scope: !13)
}

; function 1
define tailcc i64 @f1(ptr %c, i32 %p0) #0 !dbg !13 {
entry:
%m0.p = getelementptr i8, ptr %c, i64 48
%m0 = load ptr, ptr %m0.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = zext i32 %p0 to i64
%v2 = add nuw nsw i64 %v1, 4
%v3 = getelementptr i8, ptr %m0, i64 %v2
%v4 = and i64 %v2, 1
%v5 = icmp ne i64 %v4, 0
br i1 %v5, label %b2, label %b3, !prof !1
b2:
call void @trap(ptr %c, i32 26, i32 88)
unreachable
b3:
%v6 = load atomic i16, ptr %v3 seq_cst, align 2, !tbaa !5, !dbg !DILocation(line: 88, scope: !13)
%v7 = zext i16 %v6 to i64, !dbg !DILocation(line: 88, scope: !13)
ret i64 %v7, !dbg !DILocation(line: 88, scope: !13)
}

; function 2
define tailcc void @f2(ptr %c, i32 %p0, i32 %p1) #0 !dbg !13 {
entry:
%m0.p = getelementptr i8, ptr %c, i64 48
%m0 = load ptr, ptr %m0.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = trunc i32 %p1 to i8
%v2 = zext i32 %p0 to i64
%v3 = getelementptr i8, ptr %m0, i64 %v2
store atomic i8 %v1, ptr %v3 seq_cst, align 1, !tbaa !5, !dbg !DILocation(line: 99, scope: !13)
ret void
}

; function 3
define tailcc i64 @f3(ptr %c, i32 %p0, i64 %p1) #0 !dbg !13 {
entry:
%m0.p = getelementptr i8, ptr %c, i64 48
%m0 = load ptr, ptr %m0.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = trunc i64 %p1 to i32
%v2 = zext i32 %p0 to i64
%v3 = getelementptr i8, ptr %m0, i64 %v2
%v4 = and i64 %v2, 3
%v5 = icmp ne i64 %v4, 0
br i1 %v5, label %b2, label %b3, !prof !1
b2:
call void @trap(ptr %c, i32 26, i32 110)
unreachable
b3:
%v6 = atomicrmw sub ptr %v3, i32 %v1 seq_cst, align 4, !tbaa !5, !dbg !DILocation(line: 110, scope: !13)
%v7 = zext i32 %v6 to i64
ret i64 %v7
}

; function 4
define tailcc i32 @f4(ptr %c, i32 %p0, i32 %p1, i32 %p2) #0 !dbg !13 {
entry:
%m0.p = getelementptr i8, ptr %c, i64 48
%m0 = load ptr, ptr %m0.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = trunc i32 %p2 to i16
%v2 = trunc i32 %p1 to i16
%v3 = zext i16 %v2 to i32
%v4 = icmp eq i32 %v3, %p1
%v5 = select i1 %v4, i16 %v1, i16 %v2
%v6 = zext i32 %p0 to i64
%v7 = getelementptr i8, ptr %m0, i64 %v6
%v8 = and i64 %v6, 1
%v9 = icmp ne i64 %v8, 0
br i1 %v9, label %b2, label %b3, !prof !1
b2:
call void @trap(ptr %c, i32 26, i32 123)
unreachable
b3:
%v10 = cmpxchg ptr %v7, i16 %v2, i16 %v5 seq_cst seq_cst, align 2, !tbaa !5, !dbg !DILocation(line: 123, scope: !13)
%v11 = extractvalue { i16, i1 } %v10, 0
%v12 = zext i16 %v11 to i32
ret i32 %v12
}

; function 5
define tailcc i32 @f5(ptr %c, i32 %p0, i32 %p1, i64 %p2) #0 !dbg !13 {
entry:
%m0.p = getelementptr i8, ptr %c, i64 48
%m0 = load ptr, ptr %m0.p, align 8, !invariant.load !0
%libcalls.p = getelementptr i8, ptr %c, i64 16
%libcalls = load ptr, ptr %libcalls.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = zext i32 %p1 to i64
%v2 = zext i32 %p0 to i64
%v3 = getelementptr i8, ptr %m0, i64 %v2
%v4 = and i64 %v2, 3
%v5 = icmp ne i64 %v4, 0
br i1 %v5, label %b2, label %b3, !prof !1
b2:
call void @trap(ptr %c, i32 26, i32 136)
unreachable
b3:
%v6 = load atomic volatile i32, ptr %v3 monotonic, align 4, !dbg !DILocation(line: 136, scope: !13)
%v7 = getelementptr i8, ptr %libcalls, i64 184
%v8 = load ptr, ptr %v7, align 8, !invariant.load !0
%v9 = call i64 %v8(ptr %c, i64 0, i64 %v2, i64 %v1, i64 %p2, i64 4), !dbg !DILocation(line: 136, scope: !13)
%v10 = icmp eq i64 %v9, -9223372036854775808
br i1 %v10, label %b4, label %b5, !prof !1
b4:
call void @trap(ptr %c, i32 11, i32 136)
unreachable
b5:
%v11 = trunc i64 %v9 to i32
ret i32 %v11
}

; function 6
define tailcc i32 @f6(ptr %c, i32 %p0, i32 %p1) #0 !dbg !13 {
entry:
%m0.p = getelementptr i8, ptr %c, i64 48
%m0 = load ptr, ptr %m0.p, align 8, !invariant.load !0
%libcalls.p = getelementptr i8, ptr %c, i64 16
%libcalls = load ptr, ptr %libcalls.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = zext i32 %p1 to i64
%v2 = zext i32 %p0 to i64
%v3 = getelementptr i8, ptr %m0, i64 %v2
%v4 = and i64 %v2, 3
%v5 = icmp ne i64 %v4, 0
br i1 %v5, label %b2, label %b3, !prof !1
b2:
call void @trap(ptr %c, i32 26, i32 147)
unreachable
b3:
%v6 = load atomic volatile i32, ptr %v3 monotonic, align 4, !dbg !DILocation(line: 147, scope: !13)
%v7 = getelementptr i8, ptr %libcalls, i64 176
%v8 = load ptr, ptr %v7, align 8, !invariant.load !0
%v9 = call i64 %v8(ptr %c, i64 0, i64 %v2, i64 %v1, i64 0, i64 0), !dbg !DILocation(line: 147, scope: !13)
%v10 = icmp eq i64 %v9, -9223372036854775808
br i1 %v10, label %b4, label %b5, !prof !1
b4:
call void @trap(ptr %c, i32 11, i32 147)
unreachable
b5:
%v11 = trunc i64 %v9 to i32
ret i32 %v11
}

; function 7
define tailcc i32 @f7(ptr %c) #0 !dbg !13 {
entry:
%md0.p = getelementptr i8, ptr %c, i64 56
%md0 = load ptr, ptr %md0.p, align 8, !invariant.load !0
br label %b1
b1:
fence seq_cst
%v1 = getelementptr i8, ptr %md0, i64 8
%v2 = load atomic i64, ptr %v1 monotonic, align 8, !tbaa !7
%v3 = lshr i64 %v2, 16
%v4 = trunc i64 %v3 to i32
ret i32 %v4
}
