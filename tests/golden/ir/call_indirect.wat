;; Bounds, null, type, call.
(module
  (type $t (func (param i32) (result i32)))
  (table 4 funcref)
  (table $other 2 8 funcref)
  (func (param i32 i32) (result i32) (call_indirect (type $t) (local.get 0) (local.get 1)))
  (func (param i32) (call_indirect $other (local.get 0))))
