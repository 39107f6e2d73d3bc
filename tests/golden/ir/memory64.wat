;; One comparison bounds index and offset together, without overflow; counts are as narrow as the narrower memory.
(module
  (memory $wide i64 1)
  (memory $narrow 1)
  (func (param i64) (result i32) (i32.load offset=8 (local.get 0)))
  (func (param i64 f64) (f64.store offset=0xfffffffffffffffc (local.get 0) (local.get 1)))
  (func (result i64) (memory.grow (memory.size)))
  (func (param i64 i32 i64) (memory.fill (local.get 0) (local.get 1) (local.get 2)))
  (func (param i64 i32 i32) (memory.copy $wide $narrow (local.get 0) (local.get 1) (local.get 2))))
