; function 0
declare float @llvm.rint.f32(float)
define tailcc float @f0(ptr %c, float %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = call float @llvm.rint.f32(float %p0)
ret float %v1
}

; function 1
declare double @llvm.rint.f64(double)
define tailcc double @f1(ptr %c, double %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = call double @llvm.rint.f64(double %p0)
ret double %v1
}

; function 2
declare double @llvm.sqrt.f64(double)
declare double @llvm.copysign.f64(double, double)
declare double @llvm.floor.f64(double)
declare double @llvm.ceil.f64(double)
declare double @llvm.trunc.f64(double)
define tailcc double @f2(ptr %c, double %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = call double @llvm.sqrt.f64(double %p0)
%v2 = call double @llvm.copysign.f64(double %v1, double %p0)
%v3 = call double @llvm.floor.f64(double %v2)
%v4 = call double @llvm.ceil.f64(double %v3)
%v5 = call double @llvm.trunc.f64(double %v4)
ret double %v5
}
