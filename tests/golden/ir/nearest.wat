;; Rounding: nearest ties to even, whatever the rounding mode.
(module
  (func (param f32) (result f32) (f32.nearest (local.get 0)))
  (func (param f64) (result f64) (f64.nearest (local.get 0)))
  (func (param f64) (result f64) (f64.trunc (f64.ceil (f64.floor (f64.sqrt (local.get 0)))))))
