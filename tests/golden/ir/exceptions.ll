; function 1
declare void @llvm.experimental.stackmap(i64, i32, ...)
declare ptr @llvm.frameaddress.p0(i32)
define tailcc i32 @f1(ptr %c, i32 %p0) #0 personality ptr @personality !dbg !13 {
entry:
%tag0.p = getelementptr i8, ptr %c, i64 64
%tag0 = load ptr, ptr %tag0.p, align 8, !invariant.load !0
%libcalls.p = getelementptr i8, ptr %c, i64 16
%libcalls = load ptr, ptr %libcalls.p, align 8, !invariant.load !0
%tag1.p = getelementptr i8, ptr %c, i64 72
%tag1 = load ptr, ptr %tag1.p, align 8, !invariant.load !0
call void (i64, i32, ...) @llvm.experimental.stackmap(i64 0, i32 0) nounwind
%store.p = getelementptr i8, ptr %c, i64 0
%store = load ptr, ptr %store.p, align 8, !invariant.load !0
%limit.p = getelementptr i8, ptr %store, i64 0
%limit = load ptr, ptr %limit.p, align 8, !tbaa !7
%frame = call ptr @llvm.frameaddress.p0(i32 0)
%deep = icmp ult ptr %frame, %limit
br i1 %deep, label %exhausted, label %b1, !prof !1
exhausted:
call void @trap(ptr %c, i32 10, i32 60)
unreachable
b1:
%v1 = getelementptr i8, ptr %c, i64 48
%v2 = load ptr, ptr %v1, align 8, !invariant.load !0
%v3 = getelementptr i8, ptr %c, i64 56
%v4 = load ptr, ptr %v3, align 8, !invariant.load !0
invoke tailcc void %v2(ptr %v4) nomerge to label %b10 unwind label %b8, !dbg !DILocation(line: 76, scope: !13)
b10:
%v5 = getelementptr i8, ptr %c, i64 48
%v6 = load ptr, ptr %v5, align 8, !invariant.load !0
%v7 = getelementptr i8, ptr %c, i64 56
%v8 = load ptr, ptr %v7, align 8, !invariant.load !0
invoke tailcc void %v6(ptr %v8) nomerge to label %b11 unwind label %b8, !dbg !DILocation(line: 82, scope: !13)
b11:
br label %b7
b8:
%v9 = phi i32 [%p0, %b1], [7, %b10]
%v10 = landingpad {ptr, i32} catch ptr null
%v11 = extractvalue {ptr, i32} %v10, 0
%v12 = load ptr, ptr %v11, align 8, !tbaa !7
%v13 = icmp eq ptr %v12, %tag0
br i1 %v13, label %b12, label %b13
b12:
%v14 = getelementptr i8, ptr %v11, i64 288
%v15 = load i32, ptr %v14, align 8, !tbaa !7
%v16 = getelementptr i8, ptr %v11, i64 296
%v17 = load double, ptr %v16, align 8, !tbaa !7
%v18 = getelementptr i8, ptr %libcalls, i64 104
%v19 = load ptr, ptr %v18, align 8, !invariant.load !0
call void %v19(ptr %c, ptr %v11), !dbg !DILocation(line: 84, scope: !13)
br label %b6
b13:
br label %b5
b7:
br label %exit
b6:
%v20 = add i32 %v15, %v9
br label %exit
b5:
%v21 = load ptr, ptr %v11, align 8, !tbaa !7
%v22 = icmp eq ptr %v21, %tag1
br i1 %v22, label %b14, label %b15
b14:
%v23 = getelementptr i8, ptr %libcalls, i64 104
%v24 = load ptr, ptr %v23, align 8, !invariant.load !0
call void %v24(ptr %c, ptr %v11), !dbg !DILocation(line: 93, scope: !13)
br label %b2
b15:
%v25 = getelementptr i8, ptr %libcalls, i64 88
%v26 = load ptr, ptr %v25, align 8, !invariant.load !0
call void %v26(ptr %c, ptr %v11) nomerge, !dbg !DILocation(line: 93, scope: !13)
unreachable
b2:
br label %exit
exit:
%v27 = phi i32 [1, %b7], [%v20, %b6], [2, %b2]
ret i32 %v27
}

; function 2
define tailcc void @f2(ptr %c) #0 !dbg !13 {
entry:
%tag0.p = getelementptr i8, ptr %c, i64 64
%tag0 = load ptr, ptr %tag0.p, align 8, !invariant.load !0
%libcalls.p = getelementptr i8, ptr %c, i64 16
%libcalls = load ptr, ptr %libcalls.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = getelementptr i8, ptr %libcalls, i64 96
%v2 = load ptr, ptr %v1, align 8, !invariant.load !0
%v3 = call ptr %v2(ptr %c, ptr %tag0), !dbg !DILocation(line: 112, scope: !13)
%v4 = icmp eq ptr %v3, null
br i1 %v4, label %b2, label %b3, !prof !1
b2:
call void @trap(ptr %c, i32 11, i32 112)
unreachable
b3:
%v5 = getelementptr i8, ptr %v3, i64 288
store i32 1, ptr %v5, align 8, !tbaa !7
%v6 = getelementptr i8, ptr %v3, i64 296
store double 0x4000000000000000, ptr %v6, align 8, !tbaa !7
%v7 = getelementptr i8, ptr %libcalls, i64 80
%v8 = load ptr, ptr %v7, align 8, !invariant.load !0
call void %v8(ptr %c, ptr %v3) nomerge, !dbg !DILocation(line: 112, scope: !13)
unreachable
}

; function 3
declare void @llvm.experimental.stackmap(i64, i32, ...)
declare ptr @llvm.frameaddress.p0(i32)
define tailcc ptr @f3(ptr %c) #0 personality ptr @personality !dbg !13 {
entry:
%store.p = getelementptr i8, ptr %c, i64 0
%store = load ptr, ptr %store.p, align 8, !invariant.load !0
call void (i64, i32, ...) @llvm.experimental.stackmap(i64 0, i32 0) nounwind
%limit.p = getelementptr i8, ptr %store, i64 0
%limit = load ptr, ptr %limit.p, align 8, !tbaa !7
%frame = call ptr @llvm.frameaddress.p0(i32 0)
%deep = icmp ult ptr %frame, %limit
br i1 %deep, label %exhausted, label %b1, !prof !1
exhausted:
call void @trap(ptr %c, i32 10, i32 117)
unreachable
b1:
%v1 = getelementptr i8, ptr %c, i64 48
%v2 = load ptr, ptr %v1, align 8, !invariant.load !0
%v3 = getelementptr i8, ptr %c, i64 56
%v4 = load ptr, ptr %v3, align 8, !invariant.load !0
invoke tailcc void %v2(ptr %v4) nomerge to label %b6 unwind label %b4, !dbg !DILocation(line: 124, scope: !13)
b6:
br label %b3
b4:
%v5 = landingpad {ptr, i32} catch ptr null
%v6 = extractvalue {ptr, i32} %v5, 0
%v7 = getelementptr i8, ptr %v6, i64 16
store i64 1, ptr %v7, align 8, !tbaa !7
%v8 = getelementptr i8, ptr %store, i64 104
store i64 1, ptr %v8, align 8, !tbaa !7
br label %b2
b3:
br label %b2
b2:
%v9 = phi ptr [%v6, %b4], [null, %b3]
ret ptr %v9
}
