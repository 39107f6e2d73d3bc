; function 0
declare float @llvm.minimum.f32(float, float)
define tailcc float @f0(ptr %c, float %p0, float %p1) #0 !dbg !12 {
entry:
br label %b1
b1:
%v1 = call float @llvm.minimum.f32(float %p0, float %p1)
ret float %v1
}

; function 1
declare double @llvm.maximum.f64(double, double)
define tailcc double @f1(ptr %c, double %p0, double %p1) #0 !dbg !12 {
entry:
br label %b1
b1:
%v1 = call double @llvm.maximum.f64(double %p0, double %p1)
ret double %v1
}
