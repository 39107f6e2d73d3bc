; function 0
define tailcc float @f0(ptr %c) #0 !dbg !13 {
entry:
br label %b1
b1:
ret float bitcast (i32 2143289344 to float)
}

; function 1
define tailcc float @f1(ptr %c) #0 !dbg !13 {
entry:
br label %b1
b1:
ret float bitcast (i32 2141192192 to float)
}

; function 2
define tailcc float @f2(ptr %c) #0 !dbg !13 {
entry:
br label %b1
b1:
ret float bitcast (i32 4294967295 to float)
}

; function 3
define tailcc double @f3(ptr %c) #0 !dbg !13 {
entry:
br label %b1
b1:
ret double 0x7FF4000000000000
}

; function 4
define tailcc double @f4(ptr %c, double %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = fneg double %p0
ret double %v1
}

; function 5
declare float @llvm.copysign.f32(float, float)
define tailcc float @f5(ptr %c, float %p0, float %p1) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = call float @llvm.copysign.f32(float %p0, float %p1)
ret float %v1
}

; function 6
define tailcc double @f6(ptr %c, float %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = fpext float %p0 to double
ret double %v1
}

; function 7
define tailcc double @f7(ptr %c, double %p0, double %p1) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = fadd double %p0, %p1
ret double %v1
}
