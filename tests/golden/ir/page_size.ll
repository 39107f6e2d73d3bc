; function 0
define tailcc i32 @f0(ptr %c, i32 %p0) #0 !dbg !13 {
entry:
%md0.p = getelementptr i8, ptr %c, i64 56
%md0 = load ptr, ptr %md0.p, align 8, !invariant.load !0
%m0.p = getelementptr i8, ptr %c, i64 48
%m0 = load ptr, ptr %m0.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = zext i32 %p0 to i64
%v2 = add nuw nsw i64 %v1, 1
%v3 = getelementptr i8, ptr %md0, i64 8
%v4 = load i64, ptr %v3, align 8, !tbaa !7
%v5 = icmp ugt i64 %v2, %v4
br i1 %v5, label %b2, label %b3, !prof !1
b2:
call void @trap(ptr %c, i32 5, i32 38)
unreachable
b3:
%v6 = getelementptr i8, ptr %m0, i64 %v1
%v7 = load i8, ptr %v6, align 1, !tbaa !5, !dbg !DILocation(line: 38, scope: !13)
%v8 = zext i8 %v7 to i32, !dbg !DILocation(line: 38, scope: !13)
ret i32 %v8, !dbg !DILocation(line: 38, scope: !13)
}

; function 1
define tailcc i32 @f1(ptr %c) #0 !dbg !13 {
entry:
%md0.p = getelementptr i8, ptr %c, i64 56
%md0 = load ptr, ptr %md0.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = getelementptr i8, ptr %md0, i64 8
%v2 = load i64, ptr %v1, align 8, !tbaa !7
%v3 = lshr i64 %v2, 0
%v4 = trunc i64 %v3 to i32
ret i32 %v4
}
