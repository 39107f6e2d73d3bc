"""What it takes in a process to open modules that are in the cache, and to make instances; and to keep many of them.

usage: python bench/instances.py [--runs N] [--instances N] APP.wasm...

For each program: `Module`, its code being on disk, and `Instance` through a linker with WASI, the first of a module
and later ones. Medians of CPU time, which a busy machine distorts less than wall time. The Python package wasmtime
does the same if it is installed, with its own cache. Then so many instances of a module with a memory of 64 KiB live
at once: microseconds to make and call one, and resident memory.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import wasmjit
from wasmjit.api.wat import wat_to_wasm

SMALL = """(module (memory (export "m") 1)
  (func (export "f") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1))))"""


def cpu_us(function: Callable[..., object], *args: object) -> tuple[float, Any]:
    """Microseconds of CPU time that a call takes, and what it returns."""
    start = time.process_time_ns()
    result = function(*args)
    return (time.process_time_ns() - start) / 1e3, result


def wasmjit_times(app: str, runs: int) -> Iterator[tuple[str, float]]:
    """What is measured, and microseconds."""
    fill_cache(app)
    for _ in range(runs):
        engine = wasmjit.Engine()
        spent, module = cpu_us(wasmjit.Module, engine, app)
        yield "Module", spent
        linker = wasmjit.Linker(engine)
        linker.define_wasi()
        yield "first Instance", cpu_us(linker.instantiate, module)[0]
        linker.instantiate(module)
        for _ in range(3):
            yield "Instance", cpu_us(linker.instantiate, module)[0]
        del module, linker


def fill_cache(app: str) -> None:
    """Run the program in another process, as its next start would find it."""
    command = [sys.executable, "-m", "wasmjit", "run", app]
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def wasmtime_times(app: str, runs: int) -> Iterator[tuple[str, float]]:
    """The same with the package wasmtime."""
    import wasmtime

    config = wasmtime.Config()
    config.cache = True
    engine = wasmtime.Engine(config)
    wasmtime.Module.from_file(engine, app)

    def instantiate(module: wasmtime.Module) -> float:
        store = wasmtime.Store(engine)
        store.set_wasi(wasmtime.WasiConfig())
        linker = wasmtime.Linker(engine)
        linker.define_wasi()
        return cpu_us(linker.instantiate, store, module)[0]

    for _ in range(runs):
        spent, module = cpu_us(wasmtime.Module.from_file, engine, app)
        yield "Module", spent
        yield "first Instance", instantiate(module)
        yield "Instance", instantiate(module)


def show(app: str, engine: str, times: Iterator[tuple[str, float]]) -> None:
    """A line with the medians."""
    found: dict[str, list[float]] = {}
    for what, spent in times:
        found.setdefault(what, []).append(spent)
    medians = "  ".join(f"{what} {statistics.median(spent):,.0f} us" for what, spent in found.items())
    print(f"{Path(app).name:24} {engine:12} {medians}", flush=True)


def resident_bytes() -> int:
    """Memory of this process."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def many(count: int) -> None:
    """Make and call `count` instances that all live."""
    engine = wasmjit.Engine()
    module = wasmjit.Module(engine, wat_to_wasm(SMALL))
    store = wasmjit.Store(engine)
    kept = [wasmjit.Instance(store, module)]
    assert kept[0].f(41) == 42
    before = resident_bytes()

    def make() -> None:
        for number in range(1, count):
            instance = wasmjit.Instance(store, module)
            assert instance.f(number) == number + 1
            kept.append(instance)

    spent, _ = cpu_us(make)
    grown = resident_bytes() - before
    print(f"{count:,} live instances: {spent / count:.0f} us and {grown / count / 1024:.1f} KiB each")


def main() -> None:
    """See the module's text."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=11)
    parser.add_argument("--instances", type=int, default=10_000)
    parser.add_argument("apps", nargs="*")
    options = parser.parse_args()
    print(f"load average {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["WASMJIT_CACHE_DIR"] = os.path.join(folder, "wasmjit")
        os.environ["XDG_CACHE_HOME"] = folder
        for app in options.apps:
            show(app, "wasmjit", wasmjit_times(app, options.runs))
            if find_spec("wasmtime"):
                show(app, "wasmtime-py", wasmtime_times(app, options.runs))
        many(options.instances)


if __name__ == "__main__":
    main()
