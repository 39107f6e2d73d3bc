;; 64-bit integers: counting bits, comparing, extending and wrapping.
(module
  (func (param i64) (result i64) (i64.add (i64.clz (local.get 0)) (i64.popcnt (i64.ctz (local.get 0)))))
  (func (param i64 i64) (result i32) (i32.or (i64.lt_u (local.get 0) (local.get 1)) (i64.eqz (local.get 0))))
  (func (param i32) (result i64) (i64.xor (i64.extend_i32_s (local.get 0)) (i64.extend_i32_u (local.get 0))))
  (func (param i64) (result i64) (i64.extend16_s (i64.extend8_s (local.get 0))))
  (func (param i64) (result i32) (i32.wrap_i64 (i64.mul (local.get 0) (i64.const -7))))
  (func (param f64) (result i64) (i64.reinterpret_f64 (f64.convert_i64_u (i64.reinterpret_f64 (local.get 0))))))
