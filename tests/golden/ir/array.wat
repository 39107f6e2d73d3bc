(module
  (type $a (array (mut i16)))
  (type $e (array (mut (ref null $a))))
  (data $d "abcdef")
  (func (param (ref null $a) i32) (result i32) (array.get_u $a (local.get 0) (local.get 1)))
  (func (param (ref null $a) i32 i32) (array.set $a (local.get 0) (local.get 1) (local.get 2)))
  (func (param i32) (result (ref $e)) (array.new_default $e (local.get 0)))
  (func (result (ref $a)) (array.new_data $a $d (i32.const 0) (i32.const 3)))
  (func (param (ref $a) (ref $a)) (array.copy $a $a (local.get 0) (i32.const 0) (local.get 1) (i32.const 1) (i32.const 2))))
