;; Calls in a try_table are invokes with one landing pad, where phis say what the locals were; what no clause wants goes
;; on to the outer handler by a branch.
(module
  (import "m" "f" (func $f))
  (tag $t (param i32 f64))
  (tag $u)
  (func (param i32) (result i32)
    (block $u_caught
      (try_table (catch $u $u_caught)
        (block $t_caught (result i32 f64)
          (try_table (catch $t $t_caught)
            (call $f)
            (local.set 0 (i32.const 7))
            (call $f))
          (return (i32.const 1)))
        (drop)
        (return (i32.add (local.get 0)))))
    (i32.const 2))
  (func (throw $t (i32.const 1) (f64.const 2)))
  (func (result exnref)
    (block $caught (result exnref)
      (try_table (catch_all_ref $caught) (call $f))
      (ref.null exn))))
