; function 0
define tailcc {i64, i32} @f0(ptr %c, i32 %p0, i64 %p1) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = insertvalue {i64, i32} poison, i64 %p1, 0
%v2 = insertvalue {i64, i32} %v1, i32 %p0, 1
ret {i64, i32} %v2
}

; function 1
declare ptr @llvm.frameaddress.p0(i32)
define tailcc i32 @f1(ptr %c, i32 %p0, i64 %p1) #0 !dbg !13 {
entry:
%slots.p = getelementptr i8, ptr %c, i64 8
%slots = load ptr, ptr %slots.p, align 8, !invariant.load !0
%store.p = getelementptr i8, ptr %c, i64 0
%store = load ptr, ptr %store.p, align 8, !invariant.load !0
%limit.p = getelementptr i8, ptr %store, i64 0
%limit = load ptr, ptr %limit.p, align 8, !tbaa !7
%frame = call ptr @llvm.frameaddress.p0(i32 0)
%deep = icmp ult ptr %frame, %limit
br i1 %deep, label %exhausted, label %b1, !prof !1
exhausted:
call void @trap(ptr %c, i32 10, i32 72)
unreachable
b1:
%v1 = getelementptr ptr, ptr %slots, i64 0
%v2 = load ptr, ptr %v1, align 8, !tbaa !7
%v3 = call tailcc {i64, i32} %v2(ptr %c, i32 %p0, i64 %p1) nomerge, !dbg !DILocation(line: 76, scope: !13)
%v4 = extractvalue {i64, i32} %v3, 0
%v5 = extractvalue {i64, i32} %v3, 1
%v6 = icmp ne i32 %p0, 0
br i1 %v6, label %b2, label %b3
b3:
%v7 = trunc i64 %v4 to i32
br label %b2
b2:
%v8 = phi i32 [1, %b1], [%v7, %b3]
%v9 = phi i64 [2, %b1], [9, %b3]
%v10 = trunc i64 %v9 to i32
%v11 = add i32 %v8, %v10
ret i32 %v11
}

; function 2
define tailcc {i32, i32} @f2(ptr %c, i32 %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
br label %b2
b2:
%v1 = phi i32 [%p0, %b1], [%v4, %b2]
%v2 = phi i32 [1, %b1], [%v5, %b2]
%v3 = phi i32 [%p0, %b1], [%v5, %b2]
%v4 = mul i32 %v1, %v2
%v5 = sub i32 %v3, 1
%v6 = icmp ne i32 %v5, 0
br i1 %v6, label %b2, label %b3
b3:
%v7 = insertvalue {i32, i32} poison, i32 %v4, 0
%v8 = insertvalue {i32, i32} %v7, i32 %v5, 1
ret {i32, i32} %v8
}

; function 3
define tailcc void @f3(ptr %c, ptr %ret) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = getelementptr i8, ptr %ret, i64 0
store i32 1, ptr %v1, align 8, !tbaa !7
%v2 = getelementptr i8, ptr %ret, i64 8
store i64 2, ptr %v2, align 8, !tbaa !7
%v3 = getelementptr i8, ptr %ret, i64 16
store float 0x4008000000000000, ptr %v3, align 8, !tbaa !7
%v4 = getelementptr i8, ptr %ret, i64 24
store double 0x4010000000000000, ptr %v4, align 8, !tbaa !7
%v5 = getelementptr i8, ptr %ret, i64 32
store i32 5, ptr %v5, align 8, !tbaa !7
%v6 = getelementptr i8, ptr %ret, i64 40
store i64 6, ptr %v6, align 8, !tbaa !7
ret void
}
