;; Globals: own ones live in the context, imported ones behind a pointer.
(module
  (import "env" "g" (global $imported (mut i32)))
  (global $own (mut i64) (i64.const 5))
  (global $constant f32 (f32.const 1.5))
  (func (result i32) (global.set $imported (i32.add (global.get $imported) (i32.const 1))) (global.get $imported))
  (func (param i64) (global.set $own (local.get 0)))
  (func (result f32) (global.get $constant)))
