;; An index of 64 bits is compared as it is.
(module
  (table $t i64 1 funcref)
  (func (param i64) (call_indirect $t (local.get 0)))
  (func (result i64) (table.size $t)))
