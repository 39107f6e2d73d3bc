; function 0
declare void @llvm.memmove.p0.p0.i64(ptr, ptr, i64, i1)
define tailcc void @f0(ptr %c, i32 %p0, i32 %p1, i32 %p2) #0 !dbg !13 {
entry:
%md0.p = getelementptr i8, ptr %c, i64 56
%md0 = load ptr, ptr %md0.p, align 8, !invariant.load !0
%m0.p = getelementptr i8, ptr %c, i64 48
%m0 = load ptr, ptr %m0.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = zext i32 %p2 to i64
%v2 = zext i32 %p1 to i64
%v3 = zext i32 %p0 to i64
%v4 = add nuw nsw i64 %v3, %v1
%v5 = getelementptr i8, ptr %md0, i64 8
%v6 = load i64, ptr %v5, align 8, !tbaa !7
%v7 = icmp ugt i64 %v4, %v6
br i1 %v7, label %b2, label %b3, !prof !1
b2:
call void @trap(ptr %c, i32 5, i32 46)
unreachable
b3:
%v8 = getelementptr i8, ptr %m0, i64 %v3
%v9 = add nuw nsw i64 %v2, %v1
%v10 = getelementptr i8, ptr %md0, i64 8
%v11 = load i64, ptr %v10, align 8, !tbaa !7
%v12 = icmp ugt i64 %v9, %v11
br i1 %v12, label %b4, label %b5, !prof !1
b4:
call void @trap(ptr %c, i32 5, i32 46)
unreachable
b5:
%v13 = getelementptr i8, ptr %m0, i64 %v2
call void @llvm.memmove.p0.p0.i64(ptr %v8, ptr %v13, i64 %v1, i1 true), !dbg !DILocation(line: 46, scope: !13)
ret void
}

; function 1
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
define tailcc void @f1(ptr %c, i32 %p0, i32 %p1, i32 %p2) #0 !dbg !13 {
entry:
%md0.p = getelementptr i8, ptr %c, i64 56
%md0 = load ptr, ptr %md0.p, align 8, !invariant.load !0
%m0.p = getelementptr i8, ptr %c, i64 48
%m0 = load ptr, ptr %m0.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = zext i32 %p2 to i64
%v2 = zext i32 %p0 to i64
%v3 = add nuw nsw i64 %v2, %v1
%v4 = getelementptr i8, ptr %md0, i64 8
%v5 = load i64, ptr %v4, align 8, !tbaa !7
%v6 = icmp ugt i64 %v3, %v5
br i1 %v6, label %b2, label %b3, !prof !1
b2:
call void @trap(ptr %c, i32 5, i32 59)
unreachable
b3:
%v7 = getelementptr i8, ptr %m0, i64 %v2
%v8 = trunc i32 %p1 to i8
call void @llvm.memset.p0.i64(ptr %v7, i8 %v8, i64 %v1, i1 false), !dbg !DILocation(line: 59, scope: !13)
ret void
}

; function 2
define tailcc void @f2(ptr %c, i32 %p0) #0 !dbg !13 {
entry:
%libcalls.p = getelementptr i8, ptr %c, i64 16
%libcalls = load ptr, ptr %libcalls.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = zext i32 %p0 to i64
%v2 = getelementptr i8, ptr %libcalls, i64 24
%v3 = load ptr, ptr %v2, align 8, !invariant.load !0
%v4 = call i64 %v3(ptr %c, i64 0, i64 0, i64 %v1, i64 0, i64 5), !dbg !DILocation(line: 71, scope: !13)
%v5 = icmp ne i64 %v4, 0
br i1 %v5, label %b2, label %b3, !prof !1
b2:
%v6 = trunc i64 %v4 to i32
%v7 = icmp eq i32 %v6, 0
%v8 = select i1 %v7, i32 11, i32 %v6
call void @trap(ptr %c, i32 %v8, i32 71)
unreachable
b3:
%v9 = getelementptr i8, ptr %libcalls, i64 32
%v10 = load ptr, ptr %v9, align 8, !invariant.load !0
%v11 = call i64 %v10(ptr %c, i64 0, i64 0, i64 0, i64 0, i64 0), !dbg !DILocation(line: 75, scope: !13)
%v12 = icmp ne i64 %v11, 0
br i1 %v12, label %b4, label %b5, !prof !1
b4:
%v13 = trunc i64 %v11 to i32
%v14 = icmp eq i32 %v13, 0
%v15 = select i1 %v14, i32 11, i32 %v13
call void @trap(ptr %c, i32 %v15, i32 75)
unreachable
b5:
ret void
}
