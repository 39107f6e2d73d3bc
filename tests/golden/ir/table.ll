; function 0
define tailcc void @f0(ptr %c, i32 %p0) #0 !dbg !13 {
entry:
%t0.p = getelementptr i8, ptr %c, i64 48
%t0 = load ptr, ptr %t0.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = getelementptr i8, ptr %c, i64 64
%v2 = zext i32 %p0 to i64
%v3 = getelementptr i8, ptr %t0, i64 8
%v4 = load i64, ptr %v3, align 8, !tbaa !7
%v5 = icmp uge i64 %v2, %v4
br i1 %v5, label %b2, label %b3, !prof !1
b2:
call void @trap(ptr %c, i32 6, i32 62)
unreachable
b3:
%v6 = load ptr, ptr %t0, align 8, !tbaa !7
%v7 = getelementptr ptr, ptr %v6, i64 %v2
store ptr %v1, ptr %v7, align 8, !tbaa !7
ret void
}

; function 1
define tailcc i32 @f1(ptr %c, i32 %p0) #0 !dbg !13 {
entry:
%t0.p = getelementptr i8, ptr %c, i64 48
%t0 = load ptr, ptr %t0.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = zext i32 %p0 to i64
%v2 = getelementptr i8, ptr %t0, i64 8
%v3 = load i64, ptr %v2, align 8, !tbaa !7
%v4 = icmp uge i64 %v1, %v3
br i1 %v4, label %b2, label %b3, !prof !1
b2:
call void @trap(ptr %c, i32 6, i32 69)
unreachable
b3:
%v5 = load ptr, ptr %t0, align 8, !tbaa !7
%v6 = getelementptr ptr, ptr %v5, i64 %v1
%v7 = load ptr, ptr %v6, align 8, !tbaa !7
%v8 = icmp eq ptr %v7, null
%v9 = zext i1 %v8 to i32
ret i32 %v9
}

; function 2
define tailcc void @f2(ptr %c, i32 %p0, ptr %p1) #0 !dbg !13 {
entry:
%t1.p = getelementptr i8, ptr %c, i64 56
%t1 = load ptr, ptr %t1.p, align 8, !invariant.load !0
%libcalls.p = getelementptr i8, ptr %c, i64 16
%libcalls = load ptr, ptr %libcalls.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = zext i32 %p0 to i64
%v2 = getelementptr i8, ptr %t1, i64 8
%v3 = load i64, ptr %v2, align 8, !tbaa !7
%v4 = icmp uge i64 %v1, %v3
br i1 %v4, label %b2, label %b3, !prof !1
b2:
call void @trap(ptr %c, i32 6, i32 79)
unreachable
b3:
%v5 = load ptr, ptr %t1, align 8, !tbaa !7
%v6 = getelementptr ptr, ptr %v5, i64 %v1
%v7 = getelementptr i8, ptr %libcalls, i64 8
%v8 = load ptr, ptr %v7, align 8, !invariant.load !0
call void %v8(ptr %v6, ptr %p1), !dbg !DILocation(line: 79, scope: !13)
ret void
}

; function 3
define tailcc i32 @f3(ptr %c) #0 !dbg !13 {
entry:
%libcalls.p = getelementptr i8, ptr %c, i64 16
%libcalls = load ptr, ptr %libcalls.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = ptrtoint ptr null to i64
%v2 = getelementptr i8, ptr %libcalls, i64 40
%v3 = load ptr, ptr %v2, align 8, !invariant.load !0
%v4 = call i64 %v3(ptr %c, i64 1, i64 %v1, i64 2, i64 0, i64 0), !dbg !DILocation(line: 88, scope: !13)
%v5 = icmp eq i64 %v4, -9223372036854775808
br i1 %v5, label %b2, label %b3, !prof !1
b2:
call void @trap(ptr %c, i32 11, i32 88)
unreachable
b3:
%v6 = trunc i64 %v4 to i32
ret i32 %v6
}

; function 4
define tailcc i32 @f4(ptr %c) #0 !dbg !13 {
entry:
%t0.p = getelementptr i8, ptr %c, i64 48
%t0 = load ptr, ptr %t0.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = getelementptr i8, ptr %t0, i64 8
%v2 = load i64, ptr %v1, align 8, !tbaa !7
%v3 = trunc i64 %v2 to i32
ret i32 %v3
}
