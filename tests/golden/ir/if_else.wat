;; Locals that differ on the two ways get a phi, the others none.
(module
  (func (param i32 i32) (result i32) (local i32)
    (if (i32.lt_s (local.get 0) (local.get 1))
      (then (local.set 2 (i32.const 3)))
      (else (local.set 2 (local.get 1))))
    (i32.add (local.get 2) (local.get 0)))
  (func (param i32) (result i32)
    (if (local.get 0) (then (local.set 0 (i32.const 8))))
    (local.get 0))
  (func (param i32 i32) (result i32)
    (i32.eqz (i32.and (i32.eqz (local.get 0)) (i32.ne (local.get 1) (i32.const 2))))))
