; function 0
define tailcc i32 @f0(ptr %c) #0 !dbg !13 {
entry:
br label %b1
b1:
br label %exit
exit:
ret i32 1
}

; function 1
define tailcc i32 @f1(ptr %c) #0 !dbg !13 {
entry:
br label %b1
b1:
br label %b2
b2:
ret i32 7
}

; function 2
define tailcc i64 @f2(ptr %c) #0 !dbg !13 {
entry:
br label %b1
b1:
call void @trap(ptr %c, i32 1, i32 78)
unreachable
}

; function 3
define tailcc i32 @f3(ptr %c, i32 %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = icmp ne i32 %p0, 0
br i1 %v1, label %b3, label %b4
b3:
br label %exit
b4:
br label %exit
exit:
%v2 = phi i32 [5, %b3], [6, %b4]
ret i32 %v2
}
