; function 0
define tailcc ptr @f0(ptr %c, i32 %p0, i32 %p1) #0 !dbg !13 {
entry:
%types.p = getelementptr i8, ptr %c, i64 24
%types = load ptr, ptr %types.p, align 8, !invariant.load !0
%store.p = getelementptr i8, ptr %c, i64 0
%store = load ptr, ptr %store.p, align 8, !invariant.load !0
%heap.p = getelementptr i8, ptr %store, i64 136
%heap = load ptr, ptr %heap.p, align 8, !invariant.load !0
%libcalls.p = getelementptr i8, ptr %c, i64 16
%libcalls = load ptr, ptr %libcalls.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = getelementptr i8, ptr %types, i64 0
%v2 = load i64, ptr %v1, align 8, !invariant.load !0
%v3 = inttoptr i64 %v2 to ptr
%v4 = getelementptr i8, ptr %heap, i64 160
%v5 = getelementptr i8, ptr %heap, i64 168
%v6 = load ptr, ptr %v4, align 8, !tbaa !900008
%v7 = load ptr, ptr %v5, align 8, !tbaa !900008
%v8 = getelementptr i8, ptr %v6, i64 32
%v9 = icmp ugt ptr %v8, %v7
br i1 %v9, label %b2, label %b3, !prof !1
b2:
%v10 = getelementptr i8, ptr %libcalls, i64 136
%v11 = load ptr, ptr %v10, align 8, !invariant.load !0
%v12 = call ptr %v11(ptr %c, ptr %v3, i64 32), !dbg !DILocation(line: 60, scope: !13)
%v13 = load ptr, ptr %v4, align 8, !tbaa !900008
br label %b3
b3:
%v14 = phi ptr [%v6, %b1], [%v12, %b2]
%v15 = phi ptr [%v8, %b1], [%v13, %b2]
store ptr %v3, ptr %v14, align 8, !tbaa !900006
%v16 = getelementptr i8, ptr %v14, i64 8
store i32 %p0, ptr %v16, align 4, !tbaa !900004
%v17 = getelementptr i8, ptr %v14, i64 12
%v18 = trunc i32 %p1 to i8
store i8 %v18, ptr %v17, align 1, !tbaa !900004
%v19 = getelementptr i8, ptr %v14, i64 16
store ptr null, ptr %v19, align 8, !tbaa !900004
%v20 = getelementptr i8, ptr %v14, i64 24
store ptr null, ptr %v20, align 8, !tbaa !900004
fence syncscope("singlethread") seq_cst
store ptr %v15, ptr %v4, align 8, !tbaa !900008
ret ptr %v14
}

; function 1
define tailcc i32 @f1(ptr %c, ptr %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = icmp eq ptr %p0, null
br i1 %v1, label %b2, label %b3, !prof !1
b2:
call void @trap(ptr %c, i32 20, i32 68)
unreachable
b3:
%v2 = getelementptr i8, ptr %p0, i64 8
%v3 = load i32, ptr %v2, align 4, !tbaa !900004
%v4 = icmp eq ptr %p0, null
br i1 %v4, label %b4, label %b5, !prof !1
b4:
call void @trap(ptr %c, i32 20, i32 74)
unreachable
b5:
%v5 = getelementptr i8, ptr %p0, i64 12
%v6 = load i8, ptr %v5, align 1, !tbaa !900004
%v7 = sext i8 %v6 to i32
%v8 = add i32 %v3, %v7
ret i32 %v8
}

; function 2
define tailcc void @f2(ptr %c, ptr %p0, ptr %p1) #0 !dbg !13 {
entry:
%libcalls.p = getelementptr i8, ptr %c, i64 16
%libcalls = load ptr, ptr %libcalls.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = icmp eq ptr %p0, null
br i1 %v1, label %b2, label %b3, !prof !1
b2:
call void @trap(ptr %c, i32 20, i32 86)
unreachable
b3:
%v2 = getelementptr i8, ptr %p0, i64 24
store ptr %p1, ptr %v2, align 8, !tbaa !900004
%v3 = getelementptr i8, ptr %libcalls, i64 160
%v4 = load ptr, ptr %v3, align 8, !invariant.load !0
call void %v4(ptr %v2, i64 1)
ret void
}
