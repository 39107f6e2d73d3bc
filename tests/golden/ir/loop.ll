; function 0
define tailcc i32 @f0(ptr %c, i32 %p0, i32 %p1) #0 !dbg !13 {
entry:
%m0.p = getelementptr i8, ptr %c, i64 48
%m0 = load ptr, ptr %m0.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = icmp eq i32 %p1, 0
%v2 = zext i1 %v1 to i32
br i1 %v1, label %b2, label %b3
b3:
br label %b4
b4:
%v3 = phi i32 [%p0, %b3], [%v10, %b4]
%v4 = phi i32 [%p1, %b3], [%v11, %b4]
%v5 = phi i32 [0, %b3], [%v9, %b4]
%v6 = zext i32 %v3 to i64
%v7 = getelementptr i8, ptr %m0, i64 %v6
%v8 = load i32, ptr %v7, align 1, !tbaa !5, !dbg !DILocation(line: 48, scope: !13)
%v9 = add i32 %v5, %v8, !dbg !DILocation(line: 48, scope: !13)
%v10 = add i32 %v3, 4
%v11 = sub i32 %v4, 1
%v12 = icmp ne i32 %v11, 0
br i1 %v12, label %b4, label %b5
b5:
br label %b2
b2:
%v13 = phi i32 [%p0, %b1], [%v10, %b5]
%v14 = phi i32 [%p1, %b1], [%v11, %b5]
%v15 = phi i32 [0, %b1], [%v9, %b5]
%v16 = trunc i64 0 to i32
%v17 = add i32 %v15, %v16
ret i32 %v17
}
