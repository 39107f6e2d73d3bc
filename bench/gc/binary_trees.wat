;; Binary trees: one of depth $depth that lives, and meanwhile many short-lived ones, built and counted.
(module
  (type $tree (struct (field (ref null $tree)) (field (ref null $tree))))

  (func $make (param $depth i32) (result (ref $tree))
    (if (result (ref $tree)) (i32.eqz (local.get $depth))
      (then (struct.new $tree (ref.null $tree) (ref.null $tree)))
      (else
        (struct.new $tree
          (call $make (i32.sub (local.get $depth) (i32.const 1)))
          (call $make (i32.sub (local.get $depth) (i32.const 1)))))))

  (func $count (param $t (ref null $tree)) (result i32)
    (if (result i32) (ref.is_null (local.get $t))
      (then (i32.const 0))
      (else
        (i32.add (i32.const 1)
          (i32.add
            (call $count (struct.get $tree 0 (local.get $t)))
            (call $count (struct.get $tree 1 (local.get $t))))))))

  (func (export "run") (param $depth i32) (result i32)
    (local $long (ref null $tree)) (local $sum i32) (local $d i32) (local $n i32)
    (local.set $long (call $make (local.get $depth)))
    (local.set $d (i32.const 4))
    (loop $depths
      (local.set $n (i32.shl (i32.const 1) (i32.add (i32.sub (local.get $depth) (local.get $d)) (i32.const 4))))
      (loop $trees
        (local.set $sum (i32.add (local.get $sum) (call $count (call $make (local.get $d)))))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br_if $trees (local.get $n)))
      (local.set $d (i32.add (local.get $d) (i32.const 2)))
      (br_if $depths (i32.le_s (local.get $d) (local.get $depth))))
    (i32.add (local.get $sum) (call $count (local.get $long)))))
