; function 0
define tailcc i32 @f0(ptr %c, i32 %p0, i32 %p1) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = icmp slt i32 %p0, %p1
%v2 = zext i1 %v1 to i32
br i1 %v1, label %b3, label %b4
b3:
br label %b2
b4:
br label %b2
b2:
%v3 = phi i32 [3, %b3], [%p1, %b4]
%v4 = add i32 %v3, %p0
ret i32 %v4
}

; function 1
define tailcc i32 @f1(ptr %c, i32 %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = icmp ne i32 %p0, 0
br i1 %v1, label %b3, label %b4
b3:
br label %b2
b4:
br label %b2
b2:
%v2 = phi i32 [8, %b3], [%p0, %b4]
ret i32 %v2
}

; function 2
define tailcc i32 @f2(ptr %c, i32 %p0, i32 %p1) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = icmp eq i32 %p0, 0
%v2 = zext i1 %v1 to i32
%v3 = icmp ne i32 %p1, 2
%v4 = zext i1 %v3 to i32
%v5 = and i32 %v2, %v4
%v6 = icmp eq i32 %v5, 0
%v7 = zext i1 %v6 to i32
ret i32 %v7
}
