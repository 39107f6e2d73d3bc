;; Each memory has a base of its own, loaded once.
(module
  (memory $a 1)
  (memory $b 1)
  (func (param i32)
    (i32.store $b (local.get 0) (i32.add (i32.load $a offset=4 (local.get 0)) (i32.load $b (local.get 0)))))
  (func (result i32) (memory.size $b)))
