; function 0
declare ptr @llvm.frameaddress.p0(i32)
define tailcc i32 @f0(ptr %c, i32 %p0, i32 %p1) #0 !dbg !13 {
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
call void @trap(ptr %c, i32 10, i32 49)
unreachable
b1:
%v1 = zext i32 %p1 to i64
%v2 = getelementptr i8, ptr %t0, i64 8
%v3 = load i64, ptr %v2, align 8, !tbaa !7
%v4 = icmp uge i64 %v1, %v3
br i1 %v4, label %b2, label %b3, !prof !1
b2:
call void @trap(ptr %c, i32 7, i32 53)
unreachable
b3:
%v5 = load ptr, ptr %t0, align 8, !tbaa !7
%v6 = getelementptr ptr, ptr %v5, i64 %v1
%v7 = load ptr, ptr %v6, align 8, !tbaa !7
%v8 = icmp eq ptr %v7, null
br i1 %v8, label %b4, label %b5, !prof !1
b4:
call void @trap(ptr %c, i32 8, i32 53)
unreachable
b5:
%v9 = getelementptr i8, ptr %types, i64 0
%v10 = load i64, ptr %v9, align 8, !invariant.load !0
%v11 = getelementptr i8, ptr %v7, i64 16
%v12 = load i64, ptr %v11, align 8, !tbaa !7
%v13 = icmp ne i64 %v12, %v10
br i1 %v13, label %b6, label %b7, !prof !1
b6:
call void @trap(ptr %c, i32 9, i32 53)
unreachable
b7:
%v14 = load ptr, ptr %v7, align 8, !tbaa !7
%v15 = getelementptr i8, ptr %v7, i64 8
%v16 = load ptr, ptr %v15, align 8, !tbaa !7
%v17 = call tailcc i32 %v14(ptr %v16, i32 %p0) nomerge, !dbg !DILocation(line: 53, scope: !13)
ret i32 %v17
}

; function 1
declare ptr @llvm.frameaddress.p0(i32)
define tailcc void @f1(ptr %c, i32 %p0) #0 !dbg !13 {
entry:
%t1.p = getelementptr i8, ptr %c, i64 56
%t1 = load ptr, ptr %t1.p, align 8, !invariant.load !0
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
call void @trap(ptr %c, i32 10, i32 59)
unreachable
b1:
%v1 = zext i32 %p0 to i64
%v2 = getelementptr i8, ptr %t1, i64 8
%v3 = load i64, ptr %v2, align 8, !tbaa !7
%v4 = icmp uge i64 %v1, %v3
br i1 %v4, label %b2, label %b3, !prof !1
b2:
call void @trap(ptr %c, i32 7, i32 61)
unreachable
b3:
%v5 = load ptr, ptr %t1, align 8, !tbaa !7
%v6 = getelementptr ptr, ptr %v5, i64 %v1
%v7 = load ptr, ptr %v6, align 8, !tbaa !7
%v8 = icmp eq ptr %v7, null
br i1 %v8, label %b4, label %b5, !prof !1
b4:
call void @trap(ptr %c, i32 8, i32 61)
unreachable
b5:
%v9 = getelementptr i8, ptr %types, i64 24
%v10 = load i64, ptr %v9, align 8, !invariant.load !0
%v11 = getelementptr i8, ptr %v7, i64 16
%v12 = load i64, ptr %v11, align 8, !tbaa !7
%v13 = icmp ne i64 %v12, %v10
br i1 %v13, label %b6, label %b7, !prof !1
b6:
call void @trap(ptr %c, i32 9, i32 61)
unreachable
b7:
%v14 = load ptr, ptr %v7, align 8, !tbaa !7
%v15 = getelementptr i8, ptr %v7, i64 8
%v16 = load ptr, ptr %v15, align 8, !tbaa !7
call tailcc void %v14(ptr %v16) nomerge, !dbg !DILocation(line: 61, scope: !13)
ret void
}
