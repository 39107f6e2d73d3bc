;; A jump that LLVM must make: to a function of the unit, to an import, through a table.
(module
  (type $t (func (param i32) (result i64)))
  (import "m" "f" (func $f (type $t)))
  (table 4 funcref)
  (func (type $t) (return_call $f (local.get 0)))
  (func (type $t) (return_call 1 (i32.const 7)))
  (func (type $t) (return_call_indirect (type $t) (local.get 0) (i32.const 2)))
  (func (param i32) (if (local.get 0) (then (return_call 4 (i32.const 0)))))
)
