"""What exceptions cost: ns for a call through a `try_table` that does not throw against a plain call, and for a throw.

    python bench/exceptions.py [--opt 2] [--rounds 5]

Each figure is the shortest of several rounds, and the loop's own time is taken off. The callee cannot be inlined: it is
called through a table.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import wasmjit

CALLS = 10_000_000
THROWS = 200_000

WAT = """(module
  (type $f (func (param i32) (result i32)))
  (tag $t (param i32))
  (table funcref (elem $same $down))
  (func $same (type $f) (local.get 0))
  (func $down (type $f)
    (if (i32.eqz (local.get 0)) (then (throw $t (i32.const 1))))
    (i32.add (call_indirect (type $f) (i32.sub (local.get 0) (i32.const 1)) (i32.const 1)) (i32.const 1)))
  (func (export "empty") (param $n i32) (result i32) (local $sum i32)
    (loop $again
      (local.set $sum (i32.xor (i32.mul (local.get $sum) (i32.const 3)) (local.get $n)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))
  (func (export "plain") (param $n i32) (result i32) (local $sum i32)
    (loop $again
      (local.set $sum (i32.xor (i32.mul (local.get $sum) (i32.const 3))
        (call_indirect (type $f) (local.get $n) (i32.const 0))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))
  (func (export "guarded") (param $n i32) (result i32) (local $sum i32)
    (loop $again
      (block $caught (result i32)
        (try_table (catch $t $caught)
          (local.set $sum (i32.xor (i32.mul (local.get $sum) (i32.const 3))
            (call_indirect (type $f) (local.get $n) (i32.const 0)))))
        (i32.const 0))
      (drop)
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))
  (func (export "throw") (param $n i32) (param $depth i32) (result i32) (local $sum i32)
    (loop $again
      (local.set $sum (i32.add (local.get $sum)
        (block $caught (result i32)
          (try_table (catch $t $caught)
            (return (call_indirect (type $f) (local.get $depth) (i32.const 1))))
          (unreachable))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))
  (func (export "rethrow") (param $n i32) (param $depth i32) (result i32) (local $sum i32)
    (loop $again
      (local.set $sum (i32.add (local.get $sum)
        (block $caught (result i32)
          (try_table (catch $t $caught)
            (throw_ref (block $ref (result exnref)
              (try_table (catch_all_ref $ref)
                (return (call_indirect (type $f) (local.get $depth) (i32.const 1))))
              (unreachable))))
          (unreachable))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum)))
"""


def shortest(run: Callable[[], object], rounds: int) -> float:
    """Seconds of the fastest of several runs."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--opt", default="2")
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    engine = wasmjit.Engine(opt=args.opt)
    run: Any = wasmjit.Instance(wasmjit.Store(engine), wasmjit.Module(engine, WAT), {})
    empty = shortest(partial(run.empty, CALLS), args.rounds)
    for name in ("plain", "guarded"):
        seconds = shortest(partial(run[name], CALLS), args.rounds) - empty
        print(f"{name:8} call            {seconds / CALLS * 1e9:8.2f} ns")
    for depth in (0, 1, 10, 100):
        seconds = shortest(partial(run.throw, THROWS, depth), args.rounds)
        print(f"throw, {depth + 1:3} frames up     {seconds / THROWS * 1e9:8.0f} ns")
    seconds = shortest(partial(run.rethrow, THROWS, 0), args.rounds)
    print(f"throw, catch_all_ref, throw_ref {seconds / THROWS * 1e9:4.0f} ns")


if __name__ == "__main__":
    main()
