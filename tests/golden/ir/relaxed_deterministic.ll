; function 0
declare <4 x i32> @llvm.x86.sse2.cvttps2dq(<4 x float>)
define tailcc <2 x i64> @f0(ptr %c, <2 x i64> %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = bitcast <2 x i64> %p0 to <4 x float>
%v2 = fcmp ord <4 x float> %v1, %v1
%v3 = select <4 x i1> %v2, <4 x float> %v1, <4 x float> zeroinitializer
%v4 = call <4 x i32> @llvm.x86.sse2.cvttps2dq(<4 x float> %v3)
%v5 = fcmp oge <4 x float> %v1, splat (float 0x41E0000000000000)
%v6 = sext <4 x i1> %v5 to <4 x i32>
%v7 = xor <4 x i32> %v4, %v6
%v8 = bitcast <4 x i32> %v7 to <2 x i64>
ret <2 x i64> %v8
}

; function 1
define tailcc <2 x i64> @f1(ptr %c, <2 x i64> %p0, <2 x i64> %p1, <2 x i64> %p2) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = xor <2 x i64> %p2, splat (i64 -1)
%v2 = and <2 x i64> %p0, %p2
%v3 = and <2 x i64> %p1, %v1
%v4 = or <2 x i64> %v2, %v3
ret <2 x i64> %v4
}

; function 2
declare <8 x i16> @llvm.sadd.sat.v8i16(<8 x i16>, <8 x i16>)
define tailcc <2 x i64> @f2(ptr %c, <2 x i64> %p0, <2 x i64> %p1) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = bitcast <2 x i64> %p1 to <16 x i8>
%v2 = bitcast <2 x i64> %p0 to <16 x i8>
%v3 = sext <16 x i8> %v2 to <16 x i16>
%v4 = sext <16 x i8> %v1 to <16 x i16>
%v5 = mul nsw <16 x i16> %v3, %v4
%v6 = shufflevector <16 x i16> %v5, <16 x i16> poison, <8 x i32> <i32 0, i32 2, i32 4, i32 6, i32 8, i32 10, i32 12, i32 14>
%v7 = shufflevector <16 x i16> %v5, <16 x i16> poison, <8 x i32> <i32 1, i32 3, i32 5, i32 7, i32 9, i32 11, i32 13, i32 15>
%v8 = call <8 x i16> @llvm.sadd.sat.v8i16(<8 x i16> %v6, <8 x i16> %v7)
%v9 = bitcast <8 x i16> %v8 to <2 x i64>
ret <2 x i64> %v9
}
