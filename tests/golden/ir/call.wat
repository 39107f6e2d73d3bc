;; Calls: an import, a function of the same unit, one with several results, and recursion.
(module
  (import "env" "log" (func (param i32 f64) (result i32)))
  (func (param i32) (result i32) (call 0 (local.get 0) (f64.const 0.5)))
  (func (param i64) (result i64 i64) (local.get 0) (i64.add (local.get 0) (i64.const 1)))
  (func (param i64) (result i64) (i64.mul (call 2 (local.get 0))))
  (func (param i32) (result i32)
    (if (result i32) (local.get 0)
      (then (i32.mul (local.get 0) (call 4 (i32.sub (local.get 0) (i32.const 1)))))
      (else (i32.const 1)))))
