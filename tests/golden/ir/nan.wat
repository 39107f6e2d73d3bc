;; NaN constants keep their bits, signalling ones too; neg, abs and copysign only move the sign.
(module
  (func (result f32) f32.const nan)
  (func (result f32) f32.const nan:0x200000)
  (func (result f32) f32.const -nan:0x7fffff)
  (func (result f64) f64.const nan:0x4000000000000)
  (func (param f64) (result f64) (f64.neg (local.get 0)))
  (func (param f32 f32) (result f32) (f32.copysign (local.get 0) (local.get 1)))
  (func (param f32) (result f64) (f64.promote_f32 (local.get 0)))
  (func (param f64 f64) (result f64) (f64.add (local.get 0) (local.get 1))))
