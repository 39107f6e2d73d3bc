; function 0
define tailcc i32 @f0(ptr %c, ptr %p0) #0 !dbg !13 {
entry:
%types.p = getelementptr i8, ptr %c, i64 24
%types = load ptr, ptr %types.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = icmp eq ptr %p0, null
br i1 %v1, label %b2, label %b3
b3:
%v2 = ptrtoint ptr %p0 to i64
%v3 = trunc i64 %v2 to i1
br i1 %v3, label %b2, label %b4
b4:
%v4 = getelementptr i8, ptr %p0, i64 0
%v5 = load ptr, ptr %v4, align 8, !tbaa !900006
%v6 = getelementptr i8, ptr %types, i64 0
%v7 = load i64, ptr %v6, align 8, !invariant.load !0
%v8 = getelementptr i8, ptr %v5, i64 40
%v9 = getelementptr i64, ptr %v8, i64 0
%v10 = load i64, ptr %v9, align 8, !invariant.load !0
%v11 = icmp eq i64 %v10, %v7
br label %b2
b2:
%v12 = phi i1 [false, %b1], [false, %b3], [%v11, %b4]
%v13 = zext i1 %v12 to i32
ret i32 %v13
}

; function 1
define tailcc ptr @f1(ptr %c, ptr %p0) #0 !dbg !13 {
entry:
%types.p = getelementptr i8, ptr %c, i64 24
%types = load ptr, ptr %types.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = icmp eq ptr %p0, null
br i1 %v1, label %b2, label %b3
b3:
%v2 = ptrtoint ptr %p0 to i64
%v3 = trunc i64 %v2 to i1
br i1 %v3, label %b2, label %b4
b4:
%v4 = getelementptr i8, ptr %p0, i64 0
%v5 = load ptr, ptr %v4, align 8, !tbaa !900006
%v6 = getelementptr i8, ptr %types, i64 8
%v7 = load i64, ptr %v6, align 8, !invariant.load !0
%v8 = ptrtoint ptr %v5 to i64
%v9 = icmp eq i64 %v8, %v7
br label %b2
b2:
%v10 = phi i1 [true, %b1], [false, %b3], [%v9, %b4]
%v11 = xor i1 %v10, true
br i1 %v11, label %b5, label %b6, !prof !1
b5:
call void @trap(ptr %c, i32 23, i32 65)
unreachable
b6:
ret ptr %p0
}

; function 2
define tailcc i32 @f2(ptr %c, ptr %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = icmp eq ptr %p0, null
br i1 %v1, label %b3, label %b4
b4:
%v2 = ptrtoint ptr %p0 to i64
%v3 = trunc i64 %v2 to i1
br label %b3
b3:
%v4 = phi i1 [false, %b1], [%v3, %b4]
br i1 %v4, label %b2, label %b5
b5:
br label %exit
b2:
%v5 = icmp eq ptr %p0, null
br i1 %v5, label %b6, label %b7, !prof !1
b6:
call void @trap(ptr %c, i32 22, i32 87)
unreachable
b7:
%v6 = ptrtoint ptr %p0 to i64
%v7 = trunc i64 %v6 to i32
%v8 = ashr i32 %v7, 1
br label %exit
exit:
%v9 = phi i32 [-1, %b5], [%v8, %b7]
ret i32 %v9
}

; function 3
declare ptr @llvm.frameaddress.p0(i32)
define tailcc i32 @f3(ptr %c, ptr %p0) #0 !dbg !13 {
entry:
%store.p = getelementptr i8, ptr %c, i64 0
%store = load ptr, ptr %store.p, align 8, !invariant.load !0
%limit.p = getelementptr i8, ptr %store, i64 0
%limit = load ptr, ptr %limit.p, align 8, !tbaa !7
%frame = call ptr @llvm.frameaddress.p0(i32 0)
%deep = icmp ult ptr %frame, %limit
br i1 %deep, label %exhausted, label %b1, !prof !1
exhausted:
call void @trap(ptr %c, i32 10, i32 92)
unreachable
b1:
%v1 = icmp eq ptr %p0, null
br i1 %v1, label %b2, label %b3, !prof !1
b2:
call void @trap(ptr %c, i32 19, i32 94)
unreachable
b3:
%v2 = load ptr, ptr %p0, align 8, !tbaa !7
%v3 = getelementptr i8, ptr %p0, i64 8
%v4 = load ptr, ptr %v3, align 8, !tbaa !7
%v5 = call tailcc i32 %v2(ptr %v4) nomerge, !dbg !DILocation(line: 94, scope: !13)
ret i32 %v5
}
