; function 0
declare i64 @llvm.usub.sat.i64(i64, i64)
define tailcc i32 @f0(ptr %c, i64 %p0) #0 !dbg !13 {
entry:
%md0.p = getelementptr i8, ptr %c, i64 56
%md0 = load ptr, ptr %md0.p, align 8, !invariant.load !0
%m0.p = getelementptr i8, ptr %c, i64 48
%m0 = load ptr, ptr %m0.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = getelementptr i8, ptr %md0, i64 8
%v2 = load i64, ptr %v1, align 8, !tbaa !7
%v3 = call i64 @llvm.usub.sat.i64(i64 %v2, i64 11)
%v4 = icmp uge i64 %p0, %v3
br i1 %v4, label %b2, label %b3, !prof !1
b2:
call void @trap(ptr %c, i32 5, i32 59)
unreachable
b3:
%v5 = add nuw i64 %p0, 8
%v6 = getelementptr i8, ptr %m0, i64 %v5
%v7 = load i32, ptr %v6, align 1, !tbaa !5, !dbg !DILocation(line: 59, scope: !13)
ret i32 %v7, !dbg !DILocation(line: 59, scope: !13)
}

; function 1
declare i64 @llvm.usub.sat.i64(i64, i64)
define tailcc void @f1(ptr %c, i64 %p0, double %p1) #0 !dbg !13 {
entry:
%md0.p = getelementptr i8, ptr %c, i64 56
%md0 = load ptr, ptr %md0.p, align 8, !invariant.load !0
%m0.p = getelementptr i8, ptr %c, i64 48
%m0 = load ptr, ptr %m0.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = getelementptr i8, ptr %md0, i64 8
%v2 = load i64, ptr %v1, align 8, !tbaa !7
%v3 = call i64 @llvm.usub.sat.i64(i64 %v2, i64 -1)
%v4 = icmp uge i64 %p0, %v3
br i1 %v4, label %b2, label %b3, !prof !1
b2:
call void @trap(ptr %c, i32 5, i32 69)
unreachable
b3:
%v5 = add nuw i64 %p0, -4
%v6 = getelementptr i8, ptr %m0, i64 %v5
store double %p1, ptr %v6, align 1, !tbaa !5, !dbg !DILocation(line: 69, scope: !13)
ret void
}

; function 2
define tailcc i64 @f2(ptr %c) #0 !dbg !13 {
entry:
%md0.p = getelementptr i8, ptr %c, i64 56
%md0 = load ptr, ptr %md0.p, align 8, !invariant.load !0
%libcalls.p = getelementptr i8, ptr %c, i64 16
%libcalls = load ptr, ptr %libcalls.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = getelementptr i8, ptr %md0, i64 8
%v2 = load i64, ptr %v1, align 8, !tbaa !7
%v3 = lshr i64 %v2, 16
%v4 = getelementptr i8, ptr %libcalls, i64 16
%v5 = load ptr, ptr %v4, align 8, !invariant.load !0
%v6 = call i64 %v5(ptr %c, i64 0, i64 %v3, i64 0, i64 0, i64 0), !dbg !DILocation(line: 86, scope: !13)
%v7 = icmp eq i64 %v6, -9223372036854775808
br i1 %v7, label %b2, label %b3, !prof !1
b2:
call void @trap(ptr %c, i32 11, i32 86)
unreachable
b3:
ret i64 %v6
}

; function 3
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
define tailcc void @f3(ptr %c, i64 %p0, i32 %p1, i64 %p2) #0 !dbg !13 {
entry:
%md0.p = getelementptr i8, ptr %c, i64 56
%md0 = load ptr, ptr %md0.p, align 8, !invariant.load !0
%m0.p = getelementptr i8, ptr %c, i64 48
%m0 = load ptr, ptr %m0.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = getelementptr i8, ptr %md0, i64 8
%v2 = load i64, ptr %v1, align 8, !tbaa !7
%v3 = icmp ugt i64 %p2, %v2
br i1 %v3, label %b2, label %b3, !prof !1
b2:
call void @trap(ptr %c, i32 5, i32 97)
unreachable
b3:
%v4 = sub nuw i64 %v2, %p2
%v5 = icmp ugt i64 %p0, %v4
br i1 %v5, label %b4, label %b5, !prof !1
b4:
call void @trap(ptr %c, i32 5, i32 97)
unreachable
b5:
%v6 = getelementptr i8, ptr %m0, i64 %p0
%v7 = trunc i32 %p1 to i8
call void @llvm.memset.p0.i64(ptr %v6, i8 %v7, i64 %p2, i1 false), !dbg !DILocation(line: 97, scope: !13)
ret void
}

; function 4
declare void @llvm.memmove.p0.p0.i64(ptr, ptr, i64, i1)
define tailcc void @f4(ptr %c, i64 %p0, i32 %p1, i32 %p2) #0 !dbg !13 {
entry:
%md0.p = getelementptr i8, ptr %c, i64 56
%md0 = load ptr, ptr %md0.p, align 8, !invariant.load !0
%m0.p = getelementptr i8, ptr %c, i64 48
%m0 = load ptr, ptr %m0.p, align 8, !invariant.load !0
%md1.p = getelementptr i8, ptr %c, i64 72
%md1 = load ptr, ptr %md1.p, align 8, !invariant.load !0
%m1.p = getelementptr i8, ptr %c, i64 64
%m1 = load ptr, ptr %m1.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = zext i32 %p2 to i64
%v2 = zext i32 %p1 to i64
%v3 = getelementptr i8, ptr %md0, i64 8
%v4 = load i64, ptr %v3, align 8, !tbaa !7
%v5 = icmp ugt i64 %v1, %v4
br i1 %v5, label %b2, label %b3, !prof !1
b2:
call void @trap(ptr %c, i32 5, i32 109)
unreachable
b3:
%v6 = sub nuw i64 %v4, %v1
%v7 = icmp ugt i64 %p0, %v6
br i1 %v7, label %b4, label %b5, !prof !1
b4:
call void @trap(ptr %c, i32 5, i32 109)
unreachable
b5:
%v8 = getelementptr i8, ptr %m0, i64 %p0
%v9 = add nuw nsw i64 %v2, %v1
%v10 = getelementptr i8, ptr %md1, i64 8
%v11 = load i64, ptr %v10, align 8, !tbaa !7
%v12 = icmp ugt i64 %v9, %v11
br i1 %v12, label %b6, label %b7, !prof !1
b6:
call void @trap(ptr %c, i32 5, i32 109)
unreachable
b7:
%v13 = getelementptr i8, ptr %m1, i64 %v2
call void @llvm.memmove.p0.p0.i64(ptr %v8, ptr %v13, i64 %v1, i1 true), !dbg !DILocation(line: 109, scope: !13)
ret void
}
