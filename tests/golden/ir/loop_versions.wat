;;! opt = 2
(module
  (memory 1)
  (func (param $to i32) (param $from i32) (param $n i32) (local $i i32)
    (loop $again
      (f64.store (i32.add (local.get $to) (local.get $i)) (f64.load (i32.add (local.get $from) (local.get $i))))
      (br_if $again (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 8))) (local.get $n))))))
