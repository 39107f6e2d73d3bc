"""Does memory stay flat? Instantiate, call, trap and drop, again and again.

usage: python bench/leak.py [--cycles N] [--warm-up N] [--tolerance PERCENT]

Each cycle makes a store and an instance of a module with a memory, a table, globals, an import and an externref; calls
it, lets a host function raise through it, traps in it (out of bounds), and drops everything. Resident memory is
read after the warm-up cycles and after all. The exit status is 1 if it has grown by more than the tolerance.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from pathlib import Path

import wasmjit

WAT = """
(module
  (import "env" "f" (func $f (param i32) (result i32)))
  (memory (export "memory") 2)
  (table (export "table") 4 funcref)
  (table $refs 2 externref)
  (global (export "count") (mut i32) (i32.const 0))
  (elem (i32.const 0) $add $f)
  (func $add (export "add") (param i32 i32) (result i32)
    (i32.store (local.get 0) (local.get 1))
    (global.set 0 (i32.add (global.get 0) (i32.const 1)))
    (i32.add (local.get 0) (local.get 1)))
  (func (export "keep") (param externref) (table.set $refs (i32.const 1) (local.get 0)))
  (func (export "ask") (param i32) (result i32) (call $f (local.get 0)))
  (func (export "trap") (result i32) (i32.load (i32.const -4))))
"""


class HostError(Exception):
    """What the host function raises."""


def host(x: int) -> int:
    """The imported function."""
    if x < 0:
        raise HostError
    return x * 2


def cycle(engine: wasmjit.Engine, module: wasmjit.Module) -> None:
    """One life of an instance."""
    store = wasmjit.Store(engine)
    instance = wasmjit.Instance(store, module, {"env": {"f": host}})
    assert instance.add(40, 2) == 42
    assert instance.ask(21) == 42
    instance.keep(object())
    instance.memory.write(100, b"x" * 1000)
    try:
        instance.ask(-1)
    except HostError:
        pass
    else:
        raise AssertionError("the host's exception is lost")
    try:
        instance.trap()
    except wasmjit.Trap as trap:
        assert trap.code == "memory_out_of_bounds"


def resident_bytes() -> int:
    """Resident memory of this process, after a collection."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def main() -> int:
    """Measure; the exit status."""
    parser = argparse.ArgumentParser(description="Resident memory over many instances")
    parser.add_argument("--cycles", type=int, default=100_000)
    parser.add_argument("--warm-up", type=int, default=1_000)
    parser.add_argument("--tolerance", type=float, default=5.0)
    args = parser.parse_args()
    engine = wasmjit.Engine()
    module = wasmjit.Module(engine, WAT)
    for _ in range(args.warm_up):
        cycle(engine, module)
    before = resident_bytes()
    start = time.perf_counter()
    for _ in range(args.cycles - args.warm_up):
        cycle(engine, module)
    seconds = time.perf_counter() - start
    after = resident_bytes()
    growth = 100 * (after - before) / before
    print(f"after {args.warm_up:,} cycles: {before / 1e6:.1f} MB")
    print(f"after {args.cycles:,} cycles: {after / 1e6:.1f} MB ({growth:+.2f} %)")
    print(f"{1e6 * seconds / max(args.cycles - args.warm_up, 1):.0f} us a cycle")
    return int(growth > args.tolerance)


if __name__ == "__main__":
    sys.exit(main())
