; function 1
declare ptr @llvm.frameaddress.p0(i32)
define tailcc i32 @f1(ptr %c, i32 %p0) #0 !dbg !13 {
entry:
%store.p = getelementptr i8, ptr %c, i64 0
%store = load ptr, ptr %store.p, align 8, !invariant.load !0
%limit.p = getelementptr i8, ptr %store, i64 0
%limit = load ptr, ptr %limit.p, align 8, !tbaa !7
%frame = call ptr @llvm.frameaddress.p0(i32 0)
%deep = icmp ult ptr %frame, %limit
br i1 %deep, label %exhausted, label %b1, !prof !1
exhausted:
call void @trap(ptr %c, i32 10, i32 58)
unreachable
b1:
%v1 = getelementptr i8, ptr %c, i64 48
%v2 = load ptr, ptr %v1, align 8, !invariant.load !0
%v3 = getelementptr i8, ptr %c, i64 56
%v4 = load ptr, ptr %v3, align 8, !invariant.load !0
%v5 = call tailcc i32 %v2(ptr %v4, i32 %p0, double 0x3FE0000000000000) nomerge, !dbg !DILocation(line: 69, scope: !13)
ret i32 %v5
}

; function 2
define tailcc {i64, i64} @f2(ptr %c, i64 %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = add i64 %p0, 1
%v2 = insertvalue {i64, i64} poison, i64 %p0, 0
%v3 = insertvalue {i64, i64} %v2, i64 %v1, 1
ret {i64, i64} %v3
}

; function 3
declare ptr @llvm.frameaddress.p0(i32)
define tailcc i64 @f3(ptr %c, i64 %p0) #0 !dbg !13 {
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
call void @trap(ptr %c, i32 10, i32 84)
unreachable
b1:
%v1 = getelementptr ptr, ptr %slots, i64 1
%v2 = load ptr, ptr %v1, align 8, !tbaa !7
%v3 = call tailcc {i64, i64} %v2(ptr %c, i64 %p0) nomerge, !dbg !DILocation(line: 86, scope: !13)
%v4 = extractvalue {i64, i64} %v3, 0
%v5 = extractvalue {i64, i64} %v3, 1
%v6 = mul i64 %v4, %v5
ret i64 %v6
}

; function 4
declare ptr @llvm.frameaddress.p0(i32)
define tailcc i32 @f4(ptr %c, i32 %p0) #0 !dbg !13 {
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
%v1 = icmp ne i32 %p0, 0
br i1 %v1, label %b3, label %b4
b3:
%v2 = sub i32 %p0, 1
%v3 = call tailcc i32 @f4(ptr %c, i32 %v2) nomerge, !dbg !DILocation(line: 103, scope: !13)
%v4 = mul i32 %p0, %v3
br label %b2
b4:
br label %b2
b2:
%v5 = phi i32 [%v4, %b3], [1, %b4]
ret i32 %v5
}
