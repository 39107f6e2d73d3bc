;; select with numbers, with a comparison as its condition, and with references.
(module
  (func (param i32 i32 i32) (result i32) (select (local.get 0) (local.get 1) (local.get 2)))
  (func (param f64 f64) (result f64) (select (local.get 0) (local.get 1) (f64.lt (local.get 0) (local.get 1))))
  (func (param externref i32) (result externref) (select (result externref) (local.get 0) (ref.null extern) (local.get 1))))
