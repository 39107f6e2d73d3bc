"""Garbage-collected structures: wasmjit, V8 and wasmtime side by side in one run.

usage: python bench/gc.py [--node FILE] [--repetitions N] [--processes N] [--opt N]

* binary_trees: short-lived trees while a large one lives (depth 16); a run makes 5.8 million structures.
* list_churn: a ring of a million cells, of which every 8th is replaced, 20 times over.
* live_gib: a list of 33 million cells in a heap of 1 GiB and more; only wasmjit, with the time of one collection of it.

Each process runs a program several times and reports the shortest wall time; the engines take turns; the table shows
medians over the processes. What they compute is compared. V8 is that of Node.js, which has to be version 22 or newer.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PROGRAMS = {"binary_trees": ["16"], "list_churn": ["1000000", "20"]}

LIST = """(module (type $cell (struct (field (ref null $cell)) (field i64)))
  (global $list (mut (ref null $cell)) (ref.null $cell))
  (func (export "run") (param $n i32)
    (loop $more
      (global.set $list (struct.new $cell (global.get $list) (i64.const 1)))
      (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))"""
LIVE_CELLS = 34_000_000


def run_wasmjit(file: str, repetitions: int, opt: str, args: Sequence[int]) -> None:
    """The child process for wasmjit."""
    import wasmjit

    engine = wasmjit.Engine(opt=opt)  # type: ignore[arg-type]
    run: Any = wasmjit.Instance(wasmjit.Store(engine), wasmjit.Module(engine, file))["run"]
    report(run, repetitions, args)


def run_wasmtime(file: str, repetitions: int, opt: str, args: Sequence[int]) -> None:
    """The child process for wasmtime."""
    import wasmtime

    config = wasmtime.Config()
    config.wasm_gc = config.wasm_function_references = True
    engine = wasmtime.Engine(config)
    store = wasmtime.Store(engine)
    run: Any = wasmtime.Instance(store, wasmtime.Module.from_file(engine, file), []).exports(store)["run"]
    report(lambda *values: run(store, *values), repetitions, args)


def report(run: Callable[..., object], repetitions: int, args: Sequence[int]) -> None:
    """Print the shortest time of several, and the result."""
    best, result = float("inf"), None
    for _ in range(repetitions):
        start = time.perf_counter()
        result = run(*args)
        best = min(best, time.perf_counter() - start)
    print(f"seconds {best}\nchecksum {result}")


def measure(command: Sequence[str]) -> tuple[float, str]:
    """Seconds and result of one process; infinite where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return float("inf"), ""
    fields = dict(line.split() for line in done.stdout.splitlines())
    return float(fields["seconds"]), fields["checksum"]


def compare(program: str, options: argparse.Namespace) -> None:
    """One row: medians of all engines."""
    from wasmjit.api.wat import wat_to_wasm

    wasm = HERE / "out" / f"{program}.wasm"
    wasm.parent.mkdir(exist_ok=True)
    wasm.write_bytes(wat_to_wasm((HERE / "gc" / f"{program}.wat").read_text()))
    args = [str(wasm), str(options.repetitions)]
    commands = {
        "wasmjit": [sys.executable, __file__, "--child", "wasmjit", options.opt, *args, *PROGRAMS[program]],
        "v8": [options.node, str(HERE / "gc" / "run.mjs"), *args, *PROGRAMS[program]],
        "wasmtime": [sys.executable, __file__, "--child", "wasmtime", "-", *args, *PROGRAMS[program]],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    results = set()
    for _ in range(options.processes):
        for name, command in commands.items():
            seconds, result = measure(command)
            times[name].append(seconds)
            results.add(result)
    if len(results - {""}) > 1:
        raise SystemExit(f"{program}: the engines disagree: {results}")
    row = "  ".join(f"{name} {statistics.median(seconds):8.3f} s" for name, seconds in times.items())
    print(f"{program:14} {row}")


def live_gib(opt: str) -> None:
    """A heap with more than 1 GiB alive."""
    import wasmjit

    engine = wasmjit.Engine(opt=opt)  # type: ignore[arg-type]
    store = wasmjit.Store(engine)
    run: Any = wasmjit.Instance(store, wasmjit.Module(engine, LIST))["run"]
    start = time.perf_counter()
    run(LIVE_CELLS)
    made = time.perf_counter()
    size = store.gc()
    done = time.perf_counter()
    print(f"live_gib       made in {made - start:.3f} s, {size / 2**30:.2f} GiB, collection {done - made:.3f} s")


def main() -> None:
    """Run all, or be a child."""
    if sys.argv[1:2] == ["--child"]:
        engine, opt, file, repetitions, *args = sys.argv[2:]
        run = run_wasmjit if engine == "wasmjit" else run_wasmtime
        run(file, int(repetitions), opt, list(map(int, args)))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--node", default=shutil.which("node"))
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--processes", type=int, default=3)
    parser.add_argument("--opt", default="2")
    options = parser.parse_args()
    for program in PROGRAMS:
        compare(program, options)
    live_gib(options.opt)


if __name__ == "__main__":
    main()
