;; The sum of an array: a loop that LLVM can vectorise, with phis for what it assigns and nothing else.
(module
  (memory 1)
  (func (param $at i32) (param $count i32) (result i32) (local $sum i32) (local $untouched i64)
    (block
      (br_if 0 (i32.eqz (local.get $count)))
      (loop
        (local.set $sum (i32.add (local.get $sum) (i32.load (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (br_if 0 (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))
    (i32.add (local.get $sum) (i32.wrap_i64 (local.get $untouched)))))
