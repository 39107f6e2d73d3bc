"""What crossing between Python and wasm costs: calls in, calls out, memory; stopping a loop; two threads.

    python bench/boundary.py [--without-wasmtime] [--timeouts 1000]

Times are medians of several repetitions in this process, in nanoseconds, beside wasmtime-py and beside what Python's
own built-ins cost. wasmtime-py is used with its own calls for memory.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import math
import statistics
import threading
import time
import timeit
from collections.abc import Callable, Mapping
from typing import Any

import wasmjit

WAT = """(module
  (import "host" "none" (func $none)) (import "host" "two" (func $two (param i32 i32) (result i32)))
  (memory (export "memory") 32)
  (func (export "nothing"))
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "six") (param f64 f64 f64 f64 f64 f64) (result f64) (f64.add (local.get 0) (local.get 5)))
  (func (export "call_none") (param i32)
    (loop (call $none) (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
  (func (export "call_two") (param i32)
    (loop (drop (call $two (i32.const 1) (i32.const 2)))
      (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
  (func (export "spin") (loop (br 0)))
  (func (export "work") (param i64) (result i64) (local i64)
    (loop (local.set 1 (i64.xor (i64.mul (local.get 1) (i64.const 6364136223846793005)) (local.get 0)))
      (local.set 0 (i64.sub (local.get 0) (i64.const 1))) (br_if 0 (i64.ne (local.get 0) (i64.const 0))))
    (local.get 1)))
"""
HOST: dict[str, Any] = {"none": lambda: None, "two": lambda a, b: a}
IMPORTS: dict[str, Any] = {"host": HOST}
HOST_CALLS = 1000
SMALL, LARGE = bytes(16), bytes(1 << 20)
REPETITIONS = 7


def per_call(function: Callable[..., Any], *args: Any, calls: int = 1) -> float:
    """Median nanoseconds of a call; a call that makes `calls` others counts as that many."""
    timer = timeit.Timer("f(*a)" if len(args) > 6 else f"f({', '.join(f'a{i}' for i in range(len(args)))})",
                         globals={"f": function, "a": args, **{f"a{i}": a for i, a in enumerate(args)}})  # fmt: skip
    number = 1
    while timer.timeit(number) < 0.02:
        number *= 2
    return statistics.median(timer.repeat(REPETITIONS, number)) / number / calls * 1e9


def measure(names: Mapping[str, Any], read: Callable[..., Any], write: Callable[..., Any]) -> dict[str, float]:
    """The lines of the table for one engine."""
    for name, args in (("nothing", ()), ("call_none", (1,)), ("call_two", (1,))):
        names[name](*args)
    time.sleep(1)  # whatever is compiled or written in the background
    floats = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
    return {
        "nothing()": per_call(names["nothing"]),
        "add(i32, i32)": per_call(names["add"], 20, 22),
        "f64 x 6": per_call(names["six"], *floats),
        "host call, nothing": per_call(names["call_none"], HOST_CALLS, calls=HOST_CALLS),
        "host call, two ints": per_call(names["call_two"], HOST_CALLS, calls=HOST_CALLS),
        "write 16 B": per_call(write, 1024, SMALL),
        "read 16 B": per_call(read, 1024, 16),
        "write 1 MiB": per_call(write, 1024, LARGE),
        "read 1 MiB": per_call(read, 1024, 1 << 20),
    }


def ours() -> dict[str, float]:
    """Wasmjit."""
    guest = wasmjit.load(WAT, IMPORTS, opt=2)
    return measure(dict(guest.exports), guest.memory.read, guest.memory.write)


def theirs() -> dict[str, float]:
    """wasmtime-py."""
    import wasmtime as w

    store = w.Store(w.Engine())
    module = w.Module(store.engine, WAT)
    i32 = w.ValType.i32()
    imports = [
        w.Func(store, w.FuncType([], []), HOST["none"]),
        w.Func(store, w.FuncType([i32, i32], [i32]), HOST["two"]),
    ]
    exports: Any = w.Instance(store, module, imports).exports(store)
    called = ("nothing", "add", "six", "call_none", "call_two")
    names = {name: functools.partial(exports[name], store) for name in called}
    memory: Any = exports["memory"]
    return measure(names, lambda at, n: memory.read(store, at, at + n), lambda at, data: memory.write(store, data, at))


def references() -> dict[str, float]:
    """Built-ins and lambdas of Python, called from Python."""
    return {
        "math.gcd(a, b)": per_call(math.gcd, 20, 22),
        "lambda: None": per_call(HOST["none"]),
        "lambda a, b: a": per_call(HOST["two"], 1, 2),
    }


def show_calls(without_wasmtime: bool) -> None:
    """The table of calls and memory."""
    mine, other = ours(), {} if without_wasmtime else theirs()
    print("| what, ns | wasmjit | wasmtime-py |\n|---|---|---|")
    for name, value in mine.items():
        print(f"| {name} | {value:,.0f} | {f'{other[name]:,.0f}' if other else '-'} |")
    for name, value in references().items():
        print(f"| Python: {name} | {value:,.0f} | |")


def show_timeouts(count: int, seconds: float) -> None:
    """How late calls with a timeout come back, on the main thread and on another."""
    guest = wasmjit.load(WAT, IMPORTS, opt=2)
    late: list[float] = []

    with contextlib.suppress(wasmjit.CallTimeout):
        guest.spin(timeout=0.01)  # compiled by now

    def run() -> None:
        for _ in range(count):
            start = time.perf_counter()
            try:
                guest.spin(timeout=seconds)
            except wasmjit.CallTimeout:
                late.append(time.perf_counter() - start - seconds)

    for name in ("main thread", "another thread"):
        late.clear()
        if name == "main thread":
            run()
        else:
            thread = threading.Thread(target=run)
            thread.start()
            thread.join()
        print(f"timeout={seconds}, {name}: {len(late)} of {count} stopped, late by "
              f"{statistics.median(late) * 1e3:.2f} ms (median), {max(late) * 1e3:.2f} ms (longest)")  # fmt: skip


def show_loop_cost() -> None:
    """A loop with and without a timeout."""
    guest = wasmjit.load(WAT, IMPORTS, opt=2)
    count = 150_000_000
    times: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(REPETITIONS):
        for limited in times:
            start = time.perf_counter()
            guest.work(count, timeout=100) if limited else guest.work(count)
            times[limited].append(time.perf_counter() - start)
    ratio = statistics.median(times[True]) / statistics.median(times[False])
    print(f"loop with a timeout against without: {ratio:.3f} ({statistics.median(times[False]):.3f} s)")


def show_threads() -> None:
    """Two instances one after the other, and in two threads."""
    count = 400_000_000
    for release in (True, False):
        guests = [wasmjit.load(WAT, IMPORTS, opt=2, release_gil=release) for _ in range(2)]
        start = time.perf_counter()
        for guest in guests:
            guest.work(count)
        one_by_one = time.perf_counter() - start
        threads = [threading.Thread(target=guest.work, args=(count,)) for guest in guests]
        start = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        both = time.perf_counter() - start
        print(f"release_gil={release}: one after the other {one_by_one:.2f} s, two threads {both:.2f} s: "
              f"{one_by_one / both:.2f} times as fast")  # fmt: skip


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--without-wasmtime", action="store_true", help="leave wasmtime-py out")
    parser.add_argument("--timeouts", type=int, default=1000, metavar="N", help="calls to stop (default: 1000)")
    parser.add_argument("--seconds", type=float, default=0.05, metavar="S", help="their timeout (default: 0.05)")
    parser.add_argument("--repetitions", type=int, default=7, metavar="N", help="of each measurement (default: 7)")
    parser.add_argument("--calls-only", action="store_true", help="only the table of calls")
    parser.add_argument("--timeouts-only", action="store_true", help="only the timeouts")
    options = parser.parse_args()
    global REPETITIONS
    REPETITIONS = options.repetitions
    if not options.timeouts_only:
        show_calls(options.without_wasmtime)
    if not options.calls_only:
        show_timeouts(options.timeouts, options.seconds)
    if not options.calls_only and not options.timeouts_only:
        show_loop_cost()
        show_threads()


if __name__ == "__main__":
    main()
