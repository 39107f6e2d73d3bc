;; min and max return NaN if either operand is one, and tell -0 from +0.
(module
  (func (param f32 f32) (result f32) (f32.min (local.get 0) (local.get 1)))
  (func (param f64 f64) (result f64) (f64.max (local.get 0) (local.get 1))))
