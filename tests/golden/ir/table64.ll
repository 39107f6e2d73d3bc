; function 0
declare ptr @llvm.frameaddress.p0(i32)
define tailcc void @f0(ptr %c, i64 %p0) #0 !dbg !13 {
entry:
%t0.p = getelementptr i8, ptr %c, i64 48
%t0 = load ptr, ptr %t0.p, align 8, !invariant.load !0
%types.p = getelementptr i8, ptr %c, i64 24
%types = load ptr, ptr %types.p, align 8, !invariant.load !0
%store.p = getelementptr i8, ptr %c, i64 0
%store = load ptr, ptr %store.p, align 8, !invariant.load !0
%limit.p = getelementptr i8, ptr %store, i64 0
%limit = load ptr, ptr %limit.p, align 8, !tbaa !7
%frame = call ptr @llvm.frameaddress.p0(i32 0)
%deep = icmp ult ptr %frame, %limit
br i1 %deep, label %exhausted, label %b1, !prof !1
exhausted:
call void @trap(ptr %c, i32 10, i32 38)
unreachable
b1:
%v1 = getelementptr i8, ptr %t0, i64 8
%v2 = load i64, ptr %v1, align 8, !tbaa !7
%v3 = icmp uge i64 %p0, %v2
br i1 %v3, label %b2, label %b3, !prof !1
b2:
call void @trap(ptr %c, i32 7, i32 40)
unreachable
b3:
%v4 = load ptr, ptr %t0, align 8, !tbaa !7
%v5 = getelementptr ptr, ptr %v4, i64 %p0
%v6 = load ptr, ptr %v5, align 8, !tbaa !7
%v7 = icmp eq ptr %v6, null
br i1 %v7, label %b4, label %b5, !prof !1
b4:
call void @trap(ptr %c, i32 8, i32 40)
unreachable
b5:
%v8 = getelementptr i8, ptr %types, i64 8
%v9 = load i64, ptr %v8, align 8, !invariant.load !0
%v10 = getelementptr i8, ptr %v6, i64 16
%v11 = load i64, ptr %v10, align 8, !tbaa !7
%v12 = icmp ne i64 %v11, %v9
br i1 %v12, label %b6, label %b7, !prof !1
b6:
call void @trap(ptr %c, i32 9, i32 40)
unreachable
b7:
%v13 = load ptr, ptr %v6, align 8, !tbaa !7
%v14 = getelementptr i8, ptr %v6, i64 8
%v15 = load ptr, ptr %v14, align 8, !tbaa !7
call tailcc void %v13(ptr %v15) nomerge, !dbg !DILocation(line: 40, scope: !13)
ret void
}

; function 1
define tailcc i64 @f1(ptr %c) #0 !dbg !13 {
entry:
%t0.p = getelementptr i8, ptr %c, i64 48
%t0 = load ptr, ptr %t0.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = getelementptr i8, ptr %t0, i64 8
%v2 = load i64, ptr %v1, align 8, !tbaa !7
ret i64 %v2
}
