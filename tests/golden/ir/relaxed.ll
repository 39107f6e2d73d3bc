; function 0
declare <4 x float> @llvm.x86.sse.min.ps(<4 x float>, <4 x float>)
define tailcc <2 x i64> @f0(ptr %c, <2 x i64> %p0, <2 x i64> %p1) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = bitcast <2 x i64> %p1 to <4 x float>
%v2 = bitcast <2 x i64> %p0 to <4 x float>
%v3 = call <4 x float> @llvm.x86.sse.min.ps(<4 x float> %v2, <4 x float> %v1)
%v4 = bitcast <4 x float> %v3 to <2 x i64>
ret <2 x i64> %v4
}

; function 1
declare <4 x i32> @llvm.x86.sse2.cvttps2dq(<4 x float>)
define tailcc <2 x i64> @f1(ptr %c, <2 x i64> %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = bitcast <2 x i64> %p0 to <4 x float>
%v2 = call <4 x i32> @llvm.x86.sse2.cvttps2dq(<4 x float> %v1)
%v3 = bitcast <4 x i32> %v2 to <2 x i64>
ret <2 x i64> %v3
}

; function 2
define tailcc <2 x i64> @f2(ptr %c, <2 x i64> %p0, <2 x i64> %p1, <2 x i64> %p2) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = bitcast <2 x i64> %p1 to <2 x double>
%v2 = fneg <2 x double> %v1
%v3 = bitcast <2 x double> %v2 to <2 x i64>
%v4 = bitcast <2 x i64> %p0 to <2 x double>
%v5 = fmul <2 x double> %v4, %v2
%v6 = bitcast <2 x double> %v5 to <2 x i64>
%v7 = bitcast <2 x i64> %p2 to <2 x double>
%v8 = fadd <2 x double> %v5, %v7
%v9 = bitcast <2 x double> %v8 to <2 x i64>
ret <2 x i64> %v9
}
