; function 0
declare i64 @llvm.smax.i64(i64, i64)
declare void @llvm.experimental.noalias.scope.decl(metadata)
define tailcc void @f0(ptr %c, i32 %p0, i32 %p1, i32 %p2) #0 !dbg !13 {
entry:
%m0.p = getelementptr i8, ptr %c, i64 48
%m0 = load ptr, ptr %m0.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = add i32 0, 8
%v2 = sext i32 %v1 to i64
%v3 = add i32 %p2, 0
%v4 = sext i32 %v3 to i64
%v5 = sub nsw i64 %v4, %v2
%v6 = add nsw i64 %v5, 7
%v7 = call i64 @llvm.smax.i64(i64 %v6, i64 0)
%v8 = udiv i64 %v7, 8
%v9 = add nsw i64 %v4, 7
%v10 = icmp sle i64 %v9, 2147483647
%v11 = icmp uge i64 %v8, 7
%v12 = add i32 %p1, 0
%v13 = add i32 0, %v12
%v14 = zext i32 %v13 to i64
%v15 = mul nsw i64 %v8, 8
%v16 = add nsw i64 %v14, %v15
%v17 = add nsw i64 %v16, 0
%v18 = icmp ult i64 %v17, 4294967296
%v19 = add i32 %p0, 0
%v20 = add i32 0, %v19
%v21 = zext i32 %v20 to i64
%v22 = mul nsw i64 %v8, 8
%v23 = add nsw i64 %v21, %v22
%v24 = add nsw i64 %v23, 0
%v25 = icmp ult i64 %v24, 4294967296
%v26 = add nsw i64 %v14, 0
%v27 = add nsw i64 %v16, 8
%v28 = add nsw i64 %v21, 0
%v29 = add nsw i64 %v23, 8
%v30 = icmp sle i64 %v27, %v28
%v31 = icmp sle i64 %v29, %v26
%v32 = or i1 %v30, %v31
%v33 = and i1 %v10, %v11
%v34 = and i1 %v33, %v18
%v35 = and i1 %v34, %v25
%v36 = and i1 %v35, %v32
br i1 %v36, label %b3, label %b4
b3:
call void @llvm.experimental.noalias.scope.decl(metadata !1073741827)
%v37 = getelementptr inbounds nuw i8, ptr %m0, i64 %v14
call void @llvm.experimental.noalias.scope.decl(metadata !1073741829)
%v38 = getelementptr inbounds nuw i8, ptr %m0, i64 %v21
br label %b5
b5:
%v39 = phi i32 [0, %b3], [%v47, %b5]
%b3.n = phi i64 [0, %b3], [%b3.n.next, %b5]
%b3.8 = phi i64 [0, %b3], [%b3.8.next, %b5]
%b3.n.next = add nsw i64 %b3.n, 1
%b3.8.next = add nsw i64 %b3.8, 8
%v40 = add i32 %p0, %v39
%v41 = add i32 %p1, %v39
%v42 = getelementptr inbounds i8, ptr %v37, i64 %b3.8
%v43 = getelementptr inbounds nuw i8, ptr %v42, i64 0
%v44 = load double, ptr %v43, align 1, !tbaa !5, !alias.scope !1073741827, !noalias !1073741828, !dbg !DILocation(line: 45, scope: !13)
%v45 = getelementptr inbounds i8, ptr %v38, i64 %b3.8
%v46 = getelementptr inbounds nuw i8, ptr %v45, i64 0
store double %v44, ptr %v46, align 1, !tbaa !5, !alias.scope !1073741829, !noalias !1073741830, !dbg !DILocation(line: 48, scope: !13)
%v47 = add i32 %v39, 8
%v48 = icmp slt i32 %v47, %p2
%v49 = zext i1 %v48 to i32
%v50 = icmp ne i64 %b3.n, %v8
br i1 %v50, label %b5, label %b6
b6:
br label %b2
b4:
br label %b7
b7:
%v51 = phi i32 [0, %b4], [%v59, %b7]
%v52 = add i32 %p0, %v51
%v53 = add i32 %p1, %v51
%v54 = zext i32 %v53 to i64
%v55 = getelementptr i8, ptr %m0, i64 %v54
%v56 = load double, ptr %v55, align 1, !tbaa !5, !dbg !DILocation(line: 45, scope: !13)
%v57 = zext i32 %v52 to i64
%v58 = getelementptr i8, ptr %m0, i64 %v57
store double %v56, ptr %v58, align 1, !tbaa !5, !dbg !DILocation(line: 48, scope: !13)
%v59 = add i32 %v51, 8
%v60 = icmp slt i32 %v59, %p2
%v61 = zext i1 %v60 to i32
br i1 %v60, label %b7, label %b8, !llvm.loop !1073741831
b8:
br label %b2
b2:
%v62 = phi i32 [%v47, %b6], [%v59, %b8]
ret void
}
