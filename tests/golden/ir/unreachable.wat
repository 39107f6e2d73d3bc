;; Joins of which one side, or no side, arrives.
(module
  (func (param i32) (result i32)
    (block (result i32)
      (if (local.get 0) (then (unreachable)))
      (i32.const 1)))
  (func (param i32) (result i32)
    (if (result i32) (local.get 0) (then (unreachable)) (else (return (i32.const 2)))))
  (func (param i32)
    (loop (br_if 1 (local.get 0)) (br 0)))
  (func (param i32) (result i32)
    (loop (result i32) (br 0))))
