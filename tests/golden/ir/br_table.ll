; function 0
define tailcc i32 @f0(ptr %c, i32 %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
switch i32 %p0, label %b6 [i32 0, label %b5 i32 1, label %b6 i32 2, label %b5 i32 3, label %b7]
b5:
br label %b4
b6:
br label %b3
b7:
br label %b2
b4:
br label %exit
b3:
br label %exit
b2:
br label %exit
exit:
%v1 = phi i32 [10, %b4], [20, %b3], [30, %b2]
ret i32 %v1
}

; function 1
define tailcc i32 @f1(ptr %c, i32 %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
switch i32 %p0, label %b5 [i32 0, label %b4 i32 1, label %b5 i32 2, label %b4 i32 3, label %b4]
b4:
br label %b2
b5:
br label %b3
b3:
%v1 = add i32 3, 1
br label %b2
b2:
%v2 = phi i32 [3, %b4], [%v1, %b3]
ret i32 %v2
}

; function 2
define tailcc i32 @f2(ptr %c, i32 %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
br label %b3
b3:
%v1 = phi i32 [%p0, %b1], [%v2, %b4]
%v2 = lshr i32 %v1, 1
switch i32 %v2, label %b5 [i32 0, label %b4]
b4:
br label %b3
b5:
br label %b2
b2:
ret i32 %v2
}
