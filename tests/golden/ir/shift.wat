;; Shift counts count modulo the width; rotations are funnel shifts.
(module
  (func (param i32 i32) (result i32) (i32.shl (local.get 0) (local.get 1)))
  (func (param i64 i64) (result i64) (i64.shr_s (local.get 0) (local.get 1)))
  (func (param i32) (result i32) (i32.shr_u (local.get 0) (i32.const 35)))
  (func (param i32 i32) (result i32) (i32.rotl (local.get 0) (local.get 1)))
  (func (param i64) (result i64) (i64.rotr (local.get 0) (i64.const 8))))
