; function 0
define tailcc {i64, i64} @f0(ptr %c, i64 %p0, i64 %p1, i64 %p2, i64 %p3) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = zext i64 %p2 to i128
%v2 = zext i64 %p3 to i128
%v3 = shl i128 %v2, 64
%v4 = or i128 %v3, %v1
%v5 = zext i64 %p0 to i128
%v6 = zext i64 %p1 to i128
%v7 = shl i128 %v6, 64
%v8 = or i128 %v7, %v5
%v9 = add i128 %v8, %v4
%v10 = trunc i128 %v9 to i64
%v11 = lshr i128 %v9, 64
%v12 = trunc i128 %v11 to i64
%v13 = insertvalue {i64, i64} poison, i64 %v10, 0
%v14 = insertvalue {i64, i64} %v13, i64 %v12, 1
ret {i64, i64} %v14
}

; function 1
define tailcc {i64, i64} @f1(ptr %c, i64 %p0, i64 %p1) #0 !dbg !13 {
entry:
br label %b1
b1:
%v1 = zext i64 %p1 to i128
%v2 = zext i64 %p0 to i128
%v3 = mul i128 %v2, %v1
%v4 = trunc i128 %v3 to i64
%v5 = lshr i128 %v3, 64
%v6 = trunc i128 %v5 to i64
%v7 = insertvalue {i64, i64} poison, i64 %v4, 0
%v8 = insertvalue {i64, i64} %v7, i64 %v6, 1
ret {i64, i64} %v8
}
