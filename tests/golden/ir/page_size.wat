;; A memory of bytes ends anywhere, so its accesses are compared also where there are guard pages.
(module
  (memory 3 (pagesize 1))
  (func (param i32) (result i32) (i32.load8_u (local.get 0)))
  (func (result i32) (memory.size)))
