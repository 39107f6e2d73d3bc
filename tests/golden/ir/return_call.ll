; function 1
define tailcc i64 @f1(ptr %c, i32 %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = getelementptr i8, ptr %c, i64 48
%v2 = load ptr, ptr %v1, align 8, !invariant.load !0
%v3 = getelementptr i8, ptr %c, i64 56
%v4 = load ptr, ptr %v3, align 8, !invariant.load !0
%v5 = musttail call tailcc i64 %v2(ptr %v4, i32 %p0), !dbg !DILocation(line: 49, scope: !13)
ret i64 %v5
}

; function 2
define tailcc i64 @f2(ptr %c, i32 %p0) #0 !dbg !13 {
entry:
%slots.p = getelementptr i8, ptr %c, i64 8
%slots = load ptr, ptr %slots.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = getelementptr ptr, ptr %slots, i64 0
%v2 = load ptr, ptr %v1, align 8, !tbaa !7
%v3 = musttail call tailcc i64 %v2(ptr %c, i32 7), !dbg !DILocation(line: 56, scope: !13)
ret i64 %v3
}

; function 3
define tailcc i64 @f3(ptr %c, i32 %p0) #0 !dbg !13 {
entry:
%t0.p = getelementptr i8, ptr %c, i64 64
%t0 = load ptr, ptr %t0.p, align 8, !invariant.load !0
%types.p = getelementptr i8, ptr %c, i64 24
%types = load ptr, ptr %types.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = getelementptr i8, ptr %t0, i64 8
%v2 = load i64, ptr %v1, align 8, !tbaa !7
%v3 = icmp uge i64 2, %v2
br i1 %v3, label %b2, label %b3, !prof !1
b2:
call void @trap(ptr %c, i32 7, i32 65)
unreachable
b3:
%v4 = load ptr, ptr %t0, align 8, !tbaa !7
%v5 = getelementptr ptr, ptr %v4, i64 2
%v6 = load ptr, ptr %v5, align 8, !tbaa !7
%v7 = icmp eq ptr %v6, null
br i1 %v7, label %b4, label %b5, !prof !1
b4:
call void @trap(ptr %c, i32 8, i32 65)
unreachable
b5:
%v8 = getelementptr i8, ptr %types, i64 0
%v9 = load i64, ptr %v8, align 8, !invariant.load !0
%v10 = getelementptr i8, ptr %v6, i64 16
%v11 = load i64, ptr %v10, align 8, !tbaa !7
%v12 = icmp ne i64 %v11, %v9
br i1 %v12, label %b6, label %b7, !prof !1
b6:
call void @trap(ptr %c, i32 9, i32 65)
unreachable
b7:
%v13 = load ptr, ptr %v6, align 8, !tbaa !7
%v14 = getelementptr i8, ptr %v6, i64 8
%v15 = load ptr, ptr %v14, align 8, !tbaa !7
%v16 = musttail call tailcc i64 %v13(ptr %v15, i32 %p0), !dbg !DILocation(line: 65, scope: !13)
ret i64 %v16
}

; function 4
define tailcc void @f4(ptr %c, i32 %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = icmp ne i32 %p0, 0
br i1 %v1, label %b3, label %b4
b3:
musttail call tailcc void @f4(ptr %c, i32 0), !dbg !DILocation(line: 77, scope: !13)
ret void
b4:
br label %b2
b2:
ret void
}
