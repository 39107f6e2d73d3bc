; function 0
define tailcc void @f0(ptr %c, ptr %ret) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = getelementptr i8, ptr %ret, i64 0
store i32 1, ptr %v1, align 8, !tbaa !7
%v2 = getelementptr i8, ptr %ret, i64 8
store i64 2, ptr %v2, align 8, !tbaa !7
%v3 = getelementptr i8, ptr %ret, i64 16
store i32 3, ptr %v3, align 8, !tbaa !7
%v4 = getelementptr i8, ptr %ret, i64 24
store i32 4, ptr %v4, align 8, !tbaa !7
ret void
}

; function 1
define tailcc void @f1(ptr %c, ptr %ret) #0 !dbg !13 {
entry:
%slots.p = getelementptr i8, ptr %c, i64 8
%slots = load ptr, ptr %slots.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = getelementptr ptr, ptr %slots, i64 0
%v2 = load ptr, ptr %v1, align 8, !tbaa !7
musttail call tailcc void %v2(ptr %c, ptr %ret), !dbg !DILocation(line: 44, scope: !13)
ret void
}

; function 2
declare ptr @llvm.frameaddress.p0(i32)
define tailcc i32 @f2(ptr %c) #0 !dbg !13 {
entry:
%slots.p = getelementptr i8, ptr %c, i64 8
%slots = load ptr, ptr %slots.p, align 8, !invariant.load !0
%results.32 = alloca [32 x i8], align 16
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
%v1 = getelementptr ptr, ptr %slots, i64 0
%v2 = load ptr, ptr %v1, align 8, !tbaa !7
call tailcc void %v2(ptr %c, ptr %results.32) nomerge, !dbg !DILocation(line: 49, scope: !13)
%v3 = getelementptr i8, ptr %results.32, i64 0
%v4 = load i32, ptr %v3, align 8, !tbaa !7
%v5 = getelementptr i8, ptr %results.32, i64 8
%v6 = load i64, ptr %v5, align 8, !tbaa !7
%v7 = getelementptr i8, ptr %results.32, i64 16
%v8 = load i32, ptr %v7, align 8, !tbaa !7
%v9 = getelementptr i8, ptr %results.32, i64 24
%v10 = load i32, ptr %v9, align 8, !tbaa !7
ret i32 %v4
}
