;; A switch: repeated targets, one of them the default, with a value.
(module
  (func (param i32) (result i32)
    (block
      (block
        (block (br_table 0 1 0 2 1 (local.get 0)))
        (return (i32.const 10)))
      (return (i32.const 20)))
    (i32.const 30))
  (func (param i32) (result i32)
    (block (result i32)
      (block (result i32)
        (br_table 1 0 1 1 0 (i32.const 3) (local.get 0)))
      (i32.add (i32.const 1))))
  (func (param i32) (result i32)
    (block (loop (br_table 0 1 (local.tee 0 (i32.shr_u (local.get 0) (i32.const 1))))))
    (local.get 0)))
