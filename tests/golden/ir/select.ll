; function 0
define tailcc i32 @f0(ptr %c, i32 %p0, i32 %p1, i32 %p2) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = icmp ne i32 %p2, 0
%v2 = select i1 %v1, i32 %p0, i32 %p1
ret i32 %v2
}

; function 1
define tailcc double @f1(ptr %c, double %p0, double %p1) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = fcmp olt double %p0, %p1
%v2 = zext i1 %v1 to i32
%v3 = select i1 %v1, double %p0, double %p1
ret double %v3
}

; function 2
define tailcc ptr @f2(ptr %c, ptr %p0, i32 %p1) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = icmp ne i32 %p1, 0
%v2 = select i1 %v1, ptr %p0, ptr null
ret ptr %v2
}
