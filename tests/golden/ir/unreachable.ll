; function 0
define tailcc i32 @f0(ptr %c, i32 %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = icmp ne i32 %p0, 0
br i1 %v1, label %b4, label %b5
b4:
call void @trap(ptr %c, i32 1, i32 38)
unreachable
b5:
br label %b3
b3:
ret i32 1
}

; function 1
define tailcc i32 @f1(ptr %c, i32 %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = icmp ne i32 %p0, 0
br i1 %v1, label %b3, label %b4
b3:
call void @trap(ptr %c, i32 1, i32 50)
unreachable
b4:
br label %exit
exit:
ret i32 2
}

; function 2
define tailcc void @f2(ptr %c, i32 %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
br label %b2
b2:

%v1 = icmp ne i32 %p0, 0
br i1 %v1, label %exit, label %b3
b3:
br label %b2
exit:
ret void
}

; function 3
define tailcc i32 @f3(ptr %c, i32 %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
br label %b2
b2:

br label %b2
}
