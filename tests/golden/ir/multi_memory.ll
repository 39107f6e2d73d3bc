; function 0
define tailcc void @f0(ptr %c, i32 %p0) #0 !dbg !13 {
entry:
%m0.p = getelementptr i8, ptr %c, i64 48
%m0 = load ptr, ptr %m0.p, align 8, !invariant.load !0
%m1.p = getelementptr i8, ptr %c, i64 64
%m1 = load ptr, ptr %m1.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = zext i32 %p0 to i64
%v2 = add nuw nsw i64 %v1, 4
%v3 = getelementptr i8, ptr %m0, i64 %v2
%v4 = load i32, ptr %v3, align 1, !tbaa !5, !dbg !DILocation(line: 40, scope: !13)
%v5 = zext i32 %p0 to i64
%v6 = getelementptr i8, ptr %m1, i64 %v5
%v7 = load i32, ptr %v6, align 1, !tbaa !5, !dbg !DILocation(line: 45, scope: !13)
%v8 = add i32 %v4, %v7, !dbg !DILocation(line: 45, scope: !13)
%v9 = zext i32 %p0 to i64
%v10 = getelementptr i8, ptr %m1, i64 %v9
store i32 %v8, ptr %v10, align 1, !tbaa !5, !dbg !DILocation(line: 50, scope: !13)
ret void
}

; function 1
define tailcc i32 @f1(ptr %c) #0 !dbg !13 {
entry:
%md1.p = getelementptr i8, ptr %c, i64 72
%md1 = load ptr, ptr %md1.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = getelementptr i8, ptr %md1, i64 8
%v2 = load i64, ptr %v1, align 8, !tbaa !7
%v3 = lshr i64 %v2, 16
%v4 = trunc i64 %v3 to i32
ret i32 %v4
}
