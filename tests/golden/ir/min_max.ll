; function 0
define tailcc float @f0(ptr %c, float %p0, float %p1) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = fcmp olt float %p0, %p1
%v2 = select i1 %v1, float %p0, float %p1
%v3 = bitcast float %v2 to i32
%v4 = fcmp olt float %p1, %p0
%v5 = select i1 %v4, float %p1, float %p0
%v6 = bitcast float %v5 to i32
%v7 = or i32 %v3, %v6
%v8 = bitcast i32 %v7 to float
%v9 = fcmp uno float %p0, %p1
%v10 = select i1 %v9, float 0x7FF8000000000000, float %v8
ret float %v10
}

; function 1
define tailcc double @f1(ptr %c, double %p0, double %p1) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = fcmp ogt double %p0, %p1
%v2 = select i1 %v1, double %p0, double %p1
%v3 = bitcast double %v2 to i64
%v4 = fcmp ogt double %p1, %p0
%v5 = select i1 %v4, double %p1, double %p0
%v6 = bitcast double %v5 to i64
%v7 = and i64 %v3, %v6
%v8 = bitcast i64 %v7 to double
%v9 = fcmp uno double %p0, %p1
%v10 = select i1 %v9, double 0x7FF8000000000000, double %v8
ret double %v10
}
