; function 0
define tailcc i32 @f0(ptr %c, ptr %p0, i32 %p1) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = icmp eq ptr %p0, null
br i1 %v1, label %b2, label %b3, !prof !1
b2:
call void @trap(ptr %c, i32 21, i32 70)
unreachable
b3:
%v2 = getelementptr i8, ptr %p0, i64 8
%v3 = load i32, ptr %v2, align 8, !tbaa !900006
%v4 = icmp uge i32 %p1, %v3
br i1 %v4, label %b4, label %b5, !prof !1
b4:
call void @trap(ptr %c, i32 24, i32 70)
unreachable
b5:
%v5 = zext i32 %p1 to i64
%v6 = getelementptr i8, ptr %p0, i64 16
%v7 = shl i64 %v5, 1
%v8 = getelementptr i8, ptr %v6, i64 %v7
%v9 = load i16, ptr %v8, align 2, !tbaa !900004
%v10 = zext i16 %v9 to i32
ret i32 %v10
}

; function 1
define tailcc void @f1(ptr %c, ptr %p0, i32 %p1, i32 %p2) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = icmp eq ptr %p0, null
br i1 %v1, label %b2, label %b3, !prof !1
b2:
call void @trap(ptr %c, i32 21, i32 82)
unreachable
b3:
%v2 = getelementptr i8, ptr %p0, i64 8
%v3 = load i32, ptr %v2, align 8, !tbaa !900006
%v4 = icmp uge i32 %p1, %v3
br i1 %v4, label %b4, label %b5, !prof !1
b4:
call void @trap(ptr %c, i32 24, i32 82)
unreachable
b5:
%v5 = zext i32 %p1 to i64
%v6 = getelementptr i8, ptr %p0, i64 16
%v7 = shl i64 %v5, 1
%v8 = getelementptr i8, ptr %v6, i64 %v7
%v9 = trunc i32 %p2 to i16
store i16 %v9, ptr %v8, align 2, !tbaa !900004
ret void
}

; function 2
define tailcc ptr @f2(ptr %c, i32 %p0) #0 !dbg !13 {
entry:
%types.p = getelementptr i8, ptr %c, i64 24
%types = load ptr, ptr %types.p, align 8, !invariant.load !0
%libcalls.p = getelementptr i8, ptr %c, i64 16
%libcalls = load ptr, ptr %libcalls.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = zext i32 %p0 to i64
%v2 = getelementptr i8, ptr %types, i64 8
%v3 = load i64, ptr %v2, align 8, !invariant.load !0
%v4 = inttoptr i64 %v3 to ptr
%v5 = getelementptr i8, ptr %libcalls, i64 144
%v6 = load ptr, ptr %v5, align 8, !invariant.load !0
%v7 = call ptr %v6(ptr %c, ptr %v4, i64 %v1, i64 3), !dbg !DILocation(line: 90, scope: !13)
ret ptr %v7
}

; function 3
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
define tailcc ptr @f3(ptr %c) #0 !dbg !13 {
entry:
%datas.p = getelementptr i8, ptr %c, i64 32
%datas = load ptr, ptr %datas.p, align 8, !invariant.load !0
%types.p = getelementptr i8, ptr %c, i64 24
%types = load ptr, ptr %types.p, align 8, !invariant.load !0
%libcalls.p = getelementptr i8, ptr %c, i64 16
%libcalls = load ptr, ptr %libcalls.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = getelementptr i8, ptr %datas, i64 0
%v2 = getelementptr i8, ptr %datas, i64 8
%v3 = load ptr, ptr %v1, align 8, !tbaa !7
%v4 = load i64, ptr %v2, align 8, !tbaa !7
%v5 = shl i64 3, 1
%v6 = add i64 0, %v5
%v7 = icmp ugt i64 %v6, %v4
br i1 %v7, label %b2, label %b3, !prof !1
b2:
call void @trap(ptr %c, i32 5, i32 100)
unreachable
b3:
%v8 = getelementptr i8, ptr %v3, i64 0
%v9 = getelementptr i8, ptr %types, i64 0
%v10 = load i64, ptr %v9, align 8, !invariant.load !0
%v11 = inttoptr i64 %v10 to ptr
%v12 = getelementptr i8, ptr %libcalls, i64 144
%v13 = load ptr, ptr %v12, align 8, !invariant.load !0
%v14 = call ptr %v13(ptr %c, ptr %v11, i64 3, i64 1), !dbg !DILocation(line: 100, scope: !13)
%v15 = getelementptr i8, ptr %v14, i64 16
%v16 = shl i64 3, 1
call void @llvm.memcpy.p0.p0.i64(ptr %v15, ptr %v8, i64 %v16, i1 false)
ret ptr %v14
}

; function 4
declare void @llvm.memmove.p0.p0.i64(ptr, ptr, i64, i1)
define tailcc void @f4(ptr %c, ptr %p0, ptr %p1) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = icmp eq ptr %p0, null
br i1 %v1, label %b2, label %b3, !prof !1
b2:
call void @trap(ptr %c, i32 21, i32 117)
unreachable
b3:
%v2 = icmp eq ptr %p1, null
br i1 %v2, label %b4, label %b5, !prof !1
b4:
call void @trap(ptr %c, i32 21, i32 117)
unreachable
b5:
%v3 = add i64 0, 2
%v4 = getelementptr i8, ptr %p0, i64 8
%v5 = load i32, ptr %v4, align 8, !tbaa !900006
%v6 = zext i32 %v5 to i64
%v7 = icmp ugt i64 %v3, %v6
br i1 %v7, label %b6, label %b7, !prof !1
b6:
call void @trap(ptr %c, i32 24, i32 117)
unreachable
b7:
%v8 = getelementptr i8, ptr %p0, i64 16
%v9 = shl i64 0, 1
%v10 = getelementptr i8, ptr %v8, i64 %v9
%v11 = add i64 1, 2
%v12 = getelementptr i8, ptr %p1, i64 8
%v13 = load i32, ptr %v12, align 8, !tbaa !900006
%v14 = zext i32 %v13 to i64
%v15 = icmp ugt i64 %v11, %v14
br i1 %v15, label %b8, label %b9, !prof !1
b8:
call void @trap(ptr %c, i32 24, i32 117)
unreachable
b9:
%v16 = getelementptr i8, ptr %p1, i64 16
%v17 = shl i64 1, 1
%v18 = getelementptr i8, ptr %v16, i64 %v17
%v19 = shl i64 2, 1
call void @llvm.memmove.p0.p0.i64(ptr %v10, ptr %v18, i64 %v19, i1 false)
ret void
}
