; function 0
declare i64 @llvm.ctlz.i64(i64, i1)
declare i64 @llvm.cttz.i64(i64, i1)
declare i64 @llvm.ctpop.i64(i64)
define tailcc i64 @f0(ptr %c, i64 %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = call i64 @llvm.ctlz.i64(i64 %p0, i1 false)
%v2 = call i64 @llvm.cttz.i64(i64 %p0, i1 false)
%v3 = call i64 @llvm.ctpop.i64(i64 %v2)
%v4 = add i64 %v1, %v3
ret i64 %v4
}

; function 1
define tailcc i32 @f1(ptr %c, i64 %p0, i64 %p1) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = icmp ult i64 %p0, %p1
%v2 = zext i1 %v1 to i32
%v3 = icmp eq i64 %p0, 0
%v4 = zext i1 %v3 to i32
%v5 = or i32 %v2, %v4
ret i32 %v5
}

; function 2
define tailcc i64 @f2(ptr %c, i32 %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = sext i32 %p0 to i64
%v2 = zext i32 %p0 to i64
%v3 = xor i64 %v1, %v2
ret i64 %v3
}

; function 3
define tailcc i64 @f3(ptr %c, i64 %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = trunc i64 %p0 to i8
%v2 = sext i8 %v1 to i64
%v3 = trunc i64 %v2 to i16
%v4 = sext i16 %v3 to i64
ret i64 %v4
}

; function 4
define tailcc i32 @f4(ptr %c, i64 %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = mul i64 %p0, -7
%v2 = trunc i64 %v1 to i32
ret i32 %v2
}

; function 5
define tailcc i64 @f5(ptr %c, double %p0) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = bitcast double %p0 to i64
%v2 = uitofp i64 %v1 to double
%v3 = bitcast double %v2 to i64
ret i64 %v3
}
