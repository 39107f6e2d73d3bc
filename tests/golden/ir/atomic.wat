;; Atomic accesses check alignment; plain ones of a shared memory are volatile, and its length is read atomically.
(module
  (memory 1 2 shared)
  (func (param i32) (result i32) (i32.load offset=2 (local.get 0)))
  (func (param i32) (result i64) (i64.atomic.load16_u offset=4 (local.get 0)))
  (func (param i32 i32) (i32.atomic.store8 (local.get 0) (local.get 1)))
  (func (param i32 i64) (result i64) (i64.atomic.rmw32.sub_u (local.get 0) (local.get 1)))
  (func (param i32 i32 i32) (result i32) (i32.atomic.rmw16.cmpxchg_u (local.get 0) (local.get 1) (local.get 2)))
  (func (param i32 i32 i64) (result i32) (memory.atomic.wait32 (local.get 0) (local.get 1) (local.get 2)))
  (func (param i32 i32) (result i32) (memory.atomic.notify (local.get 0) (local.get 1)))
  (func (result i32) (atomic.fence) (memory.size)))
