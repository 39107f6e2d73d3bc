;; Bulk memory: the whole range is checked before anything is written.
(module
  (memory 1)
  (data $d "hello")
  (func (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2)))
  (func (param i32 i32 i32) (memory.fill (local.get 0) (local.get 1) (local.get 2)))
  (func (param i32) (memory.init $d (local.get 0) (i32.const 0) (i32.const 5)) (data.drop $d)))
