; function 0
define tailcc i32 @f0(ptr %c, i32 %p0, i32 %p1) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = and i32 %p1, 31
%v2 = shl i32 %p0, %v1
ret i32 %v2
}

; function 1
define tailcc i64 @f1(ptr %c, i64 %p0, i64 %p1) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = and i64 %p1, 63
%v2 = ashr i64 %p0, %v1
ret i64 %v2
}

; function 2
define tailcc i32 @f2(ptr %c, i32 %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = lshr i32 %p0, 3
ret i32 %v1
}

; function 3
declare i32 @llvm.fshl.i32(i32, i32, i32)
define tailcc i32 @f3(ptr %c, i32 %p0, i32 %p1) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = call i32 @llvm.fshl.i32(i32 %p0, i32 %p0, i32 %p1)
ret i32 %v1
}

; function 4
declare i64 @llvm.fshr.i64(i64, i64, i64)
define tailcc i64 @f4(ptr %c, i64 %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = call i64 @llvm.fshr.i64(i64 %p0, i64 %p0, i64 8)
ret i64 %v1
}
