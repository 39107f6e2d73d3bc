; function 0
define tailcc <2 x i64> @f0(ptr %c, <2 x i64> %p0, <2 x i64> %p1) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = bitcast <2 x i64> %p1 to <4 x float>
%v2 = bitcast <2 x i64> %p0 to <4 x float>
%v3 = fadd <4 x float> %v2, %v1
%v4 = bitcast <4 x float> %v3 to <2 x i64>
%v5 = bitcast <2 x i64> <i64 8589934593, i64 17179869187> to <4 x i32>
%v6 = bitcast <2 x i64> %v4 to <4 x i32>
%v7 = mul <4 x i32> %v6, %v5
%v8 = bitcast <4 x i32> %v7 to <2 x i64>
ret <2 x i64> %v8
}

; function 1
define tailcc <2 x i64> @f1(ptr %c, i32 %p0) #0 !dbg !13 {
entry:
%m0.p = getelementptr i8, ptr %c, i64 48
%m0 = load ptr, ptr %m0.p, align 8, !invariant.load !0
br label %b1
b1:
%v1 = zext i32 %p0 to i64
%v2 = add nuw nsw i64 %v1, 16
%v3 = getelementptr i8, ptr %m0, i64 %v2
%v4 = load <2 x i64>, ptr %v3, align 1, !tbaa !5, !dbg !DILocation(line: 85, scope: !13)
ret <2 x i64> %v4, !dbg !DILocation(line: 85, scope: !13)
}

; function 2
define tailcc i32 @f2(ptr %c, <2 x i64> %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = bitcast <2 x i64> %p0 to <16 x i8>
%v2 = extractelement <16 x i8> %v1, i64 15
%v3 = sext i8 %v2 to i32
ret i32 %v3
}

; function 3
define tailcc <2 x i64> @f3(ptr %c, <2 x i64> %p0, <2 x i64> %p1) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = bitcast <2 x i64> %p1 to <16 x i8>
%v2 = bitcast <2 x i64> %p0 to <16 x i8>
%v3 = shufflevector <16 x i8> %v2, <16 x i8> %v1, <16 x i32> <i32 0, i32 17, i32 2, i32 19, i32 4, i32 21, i32 6, i32 23, i32 8, i32 25, i32 10, i32 27, i32 12, i32 29, i32 14, i32 31>
%v4 = bitcast <16 x i8> %v3 to <2 x i64>
ret <2 x i64> %v4
}

; function 4
define tailcc <2 x i64> @f4(ptr %c, <2 x i64> %p0, i32 %p1) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = and i32 %p1, 15
%v2 = trunc i32 %v1 to i16
%v3 = insertelement <8 x i16> poison, i16 %v2, i64 0
%v4 = shufflevector <8 x i16> %v3, <8 x i16> poison, <8 x i32> zeroinitializer
%v5 = bitcast <2 x i64> %p0 to <8 x i16>
%v6 = shl <8 x i16> %v5, %v4
%v7 = bitcast <8 x i16> %v6 to <2 x i64>
ret <2 x i64> %v7
}

; function 5
define tailcc i32 @f5(ptr %c, <2 x i64> %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = bitcast <2 x i64> %p0 to <16 x i8>
%v2 = icmp slt <16 x i8> %v1, zeroinitializer
%v3 = bitcast <16 x i1> %v2 to i16
%v4 = zext i16 %v3 to i32
%v5 = bitcast <2 x i64> %p0 to i128
%v6 = icmp ne i128 %v5, 0
%v7 = zext i1 %v6 to i32
%v8 = and i32 %v4, %v7
ret i32 %v8
}
