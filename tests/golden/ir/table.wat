;; Tables and references.
(module
  (table $f 3 funcref)
  (table $e 3 externref)
  (elem declare func 0)
  (func (param i32) (table.set $f (local.get 0) (ref.func 0)))
  (func (param i32) (result i32) (ref.is_null (table.get $f (local.get 0))))
  (func (param i32 externref) (table.set $e (local.get 0) (local.get 1)))
  (func (result i32) (table.grow $e (ref.null extern) (i32.const 2)))
  (func (result i32) (table.size $f)))
