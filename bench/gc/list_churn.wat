;; A ring of $size cells. In every round each 8th cell is replaced by a new one: garbage among cells that live on.
(module
  (type $cell (struct (field (mut i32)) (field (mut (ref null $cell)))))

  (func $ring (param $size i32) (result (ref $cell))
    (local $first (ref $cell)) (local $last (ref $cell))
    (local.set $first (struct.new $cell (local.get $size) (ref.null $cell)))
    (local.set $last (local.get $first))
    (loop $more
      (local.set $size (i32.sub (local.get $size) (i32.const 1)))
      (if (local.get $size)
        (then
          (local.set $last (struct.new $cell (local.get $size) (local.get $last)))
          (br $more))))
    (struct.set $cell 1 (local.get $first) (local.get $last))
    (local.get $first))

  (func (export "run") (param $size i32) (param $rounds i32) (result i32)
    (local $at (ref $cell)) (local $i i32) (local $sum i32)
    (local.set $at (call $ring (local.get $size)))
    (loop $round
      (local.set $i (local.get $size))
      (loop $step
        (local.set $at (ref.as_non_null (struct.get $cell 1 (local.get $at))))
        (local.set $sum (i32.add (local.get $sum) (struct.get $cell 0 (local.get $at))))
        (if (i32.eqz (i32.and (local.get $i) (i32.const 7)))
          (then
            (struct.set $cell 1 (local.get $at)
              (struct.new $cell (local.get $i)
                (struct.get $cell 1 (ref.as_non_null (struct.get $cell 1 (local.get $at))))))))
        (local.set $i (i32.sub (local.get $i) (i32.const 1)))
        (br_if $step (local.get $i)))
      (local.set $rounds (i32.sub (local.get $rounds) (i32.const 1)))
      (br_if $round (local.get $rounds)))
    (local.get $sum)))
