;; What follows a branch, return or unreachable is dropped, whole nested blocks included.
(module
  (func (result i32) (return (i32.const 1)) (drop (i32.add (i32.const 2) (i32.const 3))) (i32.const 4))
  (func (result i32)
    (block (result i32)
      (br 0 (i32.const 7))
      (block (loop (br 0)) (if (i32.const 1) (then (nop)) (else (unreachable))))
      (i32.const 8)))
  (func (result i64) (unreachable) (i32.add) (i64.extend_i32_u))
  (func (param i32) (result i32)
    (if (result i32) (local.get 0) (then (return (i32.const 5))) (else (i32.const 6)))))
