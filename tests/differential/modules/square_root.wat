;; A NaN chosen for the root of a negative number keeps its bits: LLVM takes such a choice for the root itself.
(module
 (func (export "scalar") (param f32) (result i32) (i32.reinterpret_f32 (select (f32.const nan:0x200001) (f32.sqrt (local.get 0)) (f32.lt (local.get 0) (f32.const 0)))))
 (func (export "bits") (param f64) (result i64) (i64.reinterpret_f64 (select (f64.reinterpret_i64 (i64.const -1)) (f64.sqrt (local.get 0)) (f64.lt (local.get 0) (f64.const 0)))))
 (func (export "mask") (param v128) (result v128) (v128.or (f32x4.sqrt (local.get 0)) (f32x4.lt (local.get 0) (v128.const f32x4 0 0 0 0))))
 (func (export "mask2") (param v128) (result v128) (v128.bitselect (v128.const f64x2 nan:0x8000000000001 nan:0x8000000000001) (f64x2.sqrt (local.get 0)) (f64x2.lt (local.get 0) (v128.const f64x2 0 0))))
)
