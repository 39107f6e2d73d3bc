;; The same with a comparison at every access.
;;! bounds_checks = explicit
(module
  (memory 1)
  (func (param i32) (result i32) (i32.load (local.get 0)))
  (func (param i32) (result i64) (i64.load32_s offset=8 align=1 (local.get 0)))
  (func (param i32 i64) (i64.store offset=4294967295 (local.get 0) (local.get 1)))
  (func (param i32 i32) (i32.store16 (local.get 0) (local.get 1)))
  (func (result f64) (f64.load offset=16 (i32.const 1)))
  (func (param i32) (drop (i32.load8_u (local.get 0))))
  (func (param i32) (result i32) (memory.grow (local.get 0)) (memory.size) (i32.add)))
