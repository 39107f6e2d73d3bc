(module
  (type $point (struct (field $x (mut i32)) (field $y (mut i8)) (field $next (mut (ref null $point))) (field $any (mut anyref))))
  (func (param i32 i32) (result (ref $point))
    (struct.new $point (local.get 0) (local.get 1) (ref.null $point) (ref.null any)))
  (func (param (ref null $point)) (result i32)
    (i32.add (struct.get $point $x (local.get 0)) (struct.get_s $point $y (local.get 0))))
  (func (param (ref $point) anyref) (struct.set $point $any (local.get 0) (local.get 1))))
