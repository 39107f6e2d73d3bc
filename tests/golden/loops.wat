;; Kernels as compilers write them; loops.txt says what the optimiser makes of each.
(module
  (memory 16)

  ;; y[i] += a * x[i], doubles
  (func (export "axpy") (param $x i32) (param $y i32) (param $n i32) (param $a f64) (local $i i32)
    (loop $again
      (f64.store (i32.add (local.get $y) (local.get $i))
        (f64.add (f64.load (i32.add (local.get $y) (local.get $i)))
          (f64.mul (local.get $a) (f64.load (i32.add (local.get $x) (local.get $i))))))
      (br_if $again (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 8))) (local.get $n)))))

  ;; the same, unrolled by two in the module: the second address may wrap
  (func (export "axpy_unrolled") (param $x i32) (param $y i32) (param $n i32) (param $a f64)
    (local $i i32) (local $p i32) (local $q i32)
    (loop $again
      (f64.store (local.tee $p (i32.add (local.get $y) (local.get $i)))
        (f64.add (f64.load (local.get $p))
          (f64.mul (local.get $a) (f64.load (local.tee $q (i32.add (local.get $x) (local.get $i)))))))
      (f64.store (local.tee $p (i32.add (local.get $p) (i32.const 8)))
        (f64.add (f64.load (local.get $p)) (f64.mul (local.get $a) (f64.load (i32.add (local.get $q) (i32.const 8))))))
      (br_if $again (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 16))) (local.get $n)))))

  ;; a[i][k] is loaded again in each iteration, as in a matrix product
  (func (export "gemm_row") (param $c i32) (param $a i32) (param $b i32) (param $n i32) (local $j i32)
    (loop $again
      (f64.store (i32.add (local.get $c) (local.get $j))
        (f64.add (f64.load (i32.add (local.get $c) (local.get $j)))
          (f64.mul (f64.load (local.get $a)) (f64.load (i32.add (local.get $b) (local.get $j))))))
      (br_if $again (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 8))) (local.get $n)))))

  ;; three neighbours
  (func (export "stencil") (param $to i32) (param $from i32) (param $n i32)
    (loop $again
      (f64.store (local.get $to)
        (f64.add (f64.add (f64.load (local.get $from)) (f64.load offset=8 (local.get $from)))
          (f64.load (i32.add (local.get $from) (i32.const -8)))))
      (local.set $to (i32.add (local.get $to) (i32.const 8)))
      (local.set $from (i32.add (local.get $from) (i32.const 8)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))

  ;; an index that is scaled, a signed bound
  (func (export "scaled_index") (param $p i32) (param $n i32) (local $i i32)
    (loop $again
      (i32.store (i32.add (local.get $p) (i32.shl (local.get $i) (i32.const 2))) (i32.mul (local.get $i) (local.get $i)))
      (br_if $again (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n)))))

  ;; downwards
  (func (export "downwards") (param $p i32) (param $n i32)
    (loop $again
      (i32.store (i32.add (local.get $p) (local.get $n)) (i32.xor (i32.load (i32.add (local.get $p) (local.get $n))) (i32.const 0x5a5a5a5a)))
      (br_if $again (i32.gt_s (local.tee $n (i32.sub (local.get $n) (i32.const 4))) (i32.const 0)))))

  ;; the test on top, bytes
  (func (export "bytes_on_top") (param $to i32) (param $from i32) (param $n i32) (local $i i32)
    (block $done
      (loop $again
        (br_if $done (i32.ge_u (local.get $i) (local.get $n)))
        (i32.store8 (i32.add (local.get $to) (local.get $i))
          (i32.add (i32.load8_u (i32.add (local.get $from) (local.get $i))) (i32.const 1)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $again))))

  ;; a sum of integers; one of doubles keeps its order and stays scalar
  (func (export "sum_i32") (param $p i32) (param $n i32) (result i32) (local $sum i32)
    (loop $again
      (local.set $sum (i32.add (local.get $sum) (i32.load (local.get $p))))
      (br_if $again (i32.ne (local.tee $p (i32.add (local.get $p) (i32.const 4))) (local.get $n))))
    (local.get $sum))
  (func (export "sum_f64") (param $p i32) (param $n i32) (result f64) (local $sum f64)
    (loop $again
      (local.set $sum (f64.add (local.get $sum) (f64.load (local.get $p))))
      (br_if $again (i32.ne (local.tee $p (i32.add (local.get $p) (i32.const 8))) (local.get $n))))
    (local.get $sum))

  ;; a choice in the body
  (func (export "clamp") (param $p i32) (param $n i32) (local $v i32)
    (loop $again
      (if (i32.gt_s (local.tee $v (i32.load (local.get $p))) (i32.const 255)) (then (local.set $v (i32.const 255))))
      (i32.store (local.get $p) (local.get $v))
      (br_if $again (i32.ne (local.tee $p (i32.add (local.get $p) (i32.const 4))) (local.get $n)))))

  ;; each value depends on the one before: scalar, without checks
  (func (export "prefix_sum") (param $p i32) (param $n i32)
    (loop $again
      (i32.store offset=4 (local.get $p) (i32.add (i32.load offset=4 (local.get $p)) (i32.load (local.get $p))))
      (br_if $again (i32.ne (local.tee $p (i32.add (local.get $p) (i32.const 4))) (local.get $n)))))

  ;; an address from memory: nothing is known in front of the loop
  (func (export "chase") (param $p i32) (param $n i32) (result i32)
    (loop $again
      (local.set $p (i32.load (local.get $p)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $p)))
