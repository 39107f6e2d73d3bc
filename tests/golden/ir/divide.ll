; function 0
define tailcc i32 @f0(ptr %c, i32 %p0, i32 %p1) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = icmp eq i32 %p1, 0
br i1 %v1, label %b2, label %b3, !prof !1
b2:
call void @trap(ptr %c, i32 2, i32 52)
unreachable
b3:
%v2 = icmp eq i32 %p1, -1
%v3 = icmp eq i32 %p0, -2147483648
%v4 = and i1 %v2, %v3
br i1 %v4, label %b4, label %b5, !prof !1
b4:
call void @trap(ptr %c, i32 3, i32 52)
unreachable
b5:
%v5 = sdiv i32 %p0, %p1
ret i32 %v5
}

; function 1
define tailcc i32 @f1(ptr %c, i32 %p0, i32 %p1) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = icmp eq i32 %p1, 0
br i1 %v1, label %b2, label %b3, !prof !1
b2:
call void @trap(ptr %c, i32 2, i32 60)
unreachable
b3:
%v2 = udiv i32 %p0, %p1
ret i32 %v2
}

; function 2
define tailcc i32 @f2(ptr %c, i32 %p0, i32 %p1) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = icmp eq i32 %p1, 0
br i1 %v1, label %b2, label %b3, !prof !1
b2:
call void @trap(ptr %c, i32 2, i32 68)
unreachable
b3:
%v2 = icmp eq i32 %p1, -1
%v3 = select i1 %v2, i32 1, i32 %p1
%v4 = srem i32 %p0, %v3
ret i32 %v4
}

; function 3
define tailcc i64 @f3(ptr %c, i64 %p0, i64 %p1) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = icmp eq i64 %p1, 0
br i1 %v1, label %b2, label %b3, !prof !1
b2:
call void @trap(ptr %c, i32 2, i32 76)
unreachable
b3:
%v2 = urem i64 %p0, %p1
ret i64 %v2
}

; function 4
define tailcc i64 @f4(ptr %c, i64 %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = sdiv i64 %p0, 10
ret i64 %v1
}

; function 5
define tailcc i32 @f5(ptr %c, i32 %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = icmp eq i32 -1, 0
br i1 %v1, label %b2, label %b3, !prof !1
b2:
call void @trap(ptr %c, i32 2, i32 92)
unreachable
b3:
%v2 = icmp eq i32 -1, -1
%v3 = icmp eq i32 %p0, -2147483648
%v4 = and i1 %v2, %v3
br i1 %v4, label %b4, label %b5, !prof !1
b4:
call void @trap(ptr %c, i32 3, i32 92)
unreachable
b5:
%v5 = sdiv i32 %p0, -1
ret i32 %v5
}

; function 6
define tailcc i32 @f6(ptr %c, i32 %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = icmp eq i32 0, 0
br i1 %v1, label %b2, label %b3, !prof !1
b2:
call void @trap(ptr %c, i32 2, i32 100)
unreachable
b3:
%v2 = udiv i32 %p0, 0
ret i32 %v2
}
