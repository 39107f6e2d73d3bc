; function 0
define tailcc i32 @f0(ptr %c, float %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = fcmp ogt float %p0, 0xC1E0000020000000
%v2 = fcmp olt float %p0, 0x41E0000000000000
%v3 = and i1 %v1, %v2
br i1 %v3, label %b3, label %b2, !prof !2
b2:
%v4 = fcmp uno float %p0, %p0
%v5 = select i1 %v4, i32 4, i32 3
call void @trap(ptr %c, i32 %v5, i32 46)
unreachable
b3:
%v6 = fptosi float %p0 to i32
ret i32 %v6
}

; function 1
define tailcc i32 @f1(ptr %c, double %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = fcmp ogt double %p0, 0xBFF0000000000000
%v2 = fcmp olt double %p0, 0x41F0000000000000
%v3 = and i1 %v1, %v2
br i1 %v3, label %b3, label %b2, !prof !2
b2:
%v4 = fcmp uno double %p0, %p0
%v5 = select i1 %v4, i32 4, i32 3
call void @trap(ptr %c, i32 %v5, i32 52)
unreachable
b3:
%v6 = fptoui double %p0 to i32
ret i32 %v6
}

; function 2
define tailcc i64 @f2(ptr %c, double %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = fcmp ogt double %p0, 0xC3E0000000000001
%v2 = fcmp olt double %p0, 0x43E0000000000000
%v3 = and i1 %v1, %v2
br i1 %v3, label %b3, label %b2, !prof !2
b2:
%v4 = fcmp uno double %p0, %p0
%v5 = select i1 %v4, i32 4, i32 3
call void @trap(ptr %c, i32 %v5, i32 58)
unreachable
b3:
%v6 = fptosi double %p0 to i64
ret i64 %v6
}

; function 3
declare i64 @llvm.fptoui.sat.i64.f32(float)
define tailcc i64 @f3(ptr %c, float %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = call i64 @llvm.fptoui.sat.i64.f32(float %p0)
ret i64 %v1
}

; function 4
declare i32 @llvm.fptosi.sat.i32.f64(double)
define tailcc i32 @f4(ptr %c, double %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = call i32 @llvm.fptosi.sat.i32.f64(double %p0)
ret i32 %v1
}
