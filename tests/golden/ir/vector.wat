;; Vectors are <2 x i64> between instructions, whatever their lanes.
(module
  (memory 1)
  (func (param v128 v128) (result v128) (i32x4.mul (f32x4.add (local.get 0) (local.get 1)) (v128.const i32x4 1 2 3 4)))
  (func (param i32) (result v128) (v128.load offset=16 (local.get 0)))
  (func (param v128) (result i32) (i8x16.extract_lane_s 15 (local.get 0)))
  (func (param v128 v128) (result v128) (i8x16.shuffle 0 17 2 19 4 21 6 23 8 25 10 27 12 29 14 31 (local.get 0) (local.get 1)))
  (func (param v128 i32) (result v128) (i16x8.shl (local.get 0) (local.get 1)))
  (func (param v128) (result i32) (i32.and (i8x16.bitmask (local.get 0)) (v128.any_true (local.get 0)))))
