;; Results that do not fit into registers go to where the caller says; a tail call hands that place on.
(module
  (func (result i32 i64 i32 i32) (i32.const 1) (i64.const 2) (i32.const 3) (i32.const 4))
  (func (result i32 i64 i32 i32) (return_call 0))
  (func (result i32) (call 0) (drop) (drop) (drop))
)
