"""How long a program takes from the start of its process to its end, cold and warm, beside other engines.

usage: python bench/start.py [--runs N] [--cold-runs N] [--only NAMES] APP.wasm [ARGS...]

Every run is a process of its own. "cold" has an empty cache each time, "warm" what one run before has left. Medians of
wall and CPU seconds (user and system, of all processes), and the largest resident memory. wasmtime's command and node
take part if they are on PATH, the Python package wasmtime if it is installed. Before the measurements every engine's
output is compared with the first one's.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
WASMTIME_PY = HERE / "run_wasmtime.py"


class Run(NamedTuple):
    """One process: seconds, bytes, what it printed, and its exit status."""

    wall: float
    cpu: float
    memory: int
    output: bytes
    status: int


class Engine(NamedTuple):
    """A command, given a folder for its cache, and whether it keeps one."""

    command: list[str]
    environment: Callable[[str], dict[str, str]]
    caches: bool


def measure(command: list[str], environment: dict[str, str]) -> Run:
    """Run a command to its end."""
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **environment},
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss << 10, output.read(), process.returncode)


def engines(app: str, args: list[str]) -> dict[str, Engine]:
    """Those that are there, by name."""

    def plain(_: str) -> dict[str, str]:
        return {}

    found = {
        "python -c pass": Engine([sys.executable, "-c", "pass"], plain, False),
        "wasmjit": Engine(
            [sys.executable, "-m", "wasmjit", "run", app, *args], lambda folder: {"WASMJIT_CACHE_DIR": folder}, True
        ),
    }
    if find_spec("wasmtime"):
        command = [sys.executable, str(WASMTIME_PY), app, *args]
        found["wasmtime-py"] = Engine(command, lambda folder: {"XDG_CACHE_HOME": folder, "WASMTIME_CACHE": "1"}, True)
    wasmtime = shutil.which("wasmtime")
    if wasmtime:
        command = [wasmtime, "run", "-C", "cache=y", app, *args]
        found["wasmtime"] = Engine(command, lambda folder: {"XDG_CACHE_HOME": folder}, True)
    node = shutil.which("node")
    if node:
        found["node"] = Engine([node, "--no-warnings", str(HERE / "wasi.mjs"), app, *args], plain, False)
    return found


def show(name: str, runs: list[Run]) -> None:
    """A line of the table."""
    walls, cpus = (statistics.median(values) for values in ([r.wall for r in runs], [r.cpu for r in runs]))
    memory = max(run.memory for run in runs) / 2**20
    print(f"{name:22} {walls:9.3f} {cpus:9.3f} {memory:9.1f} {len(runs):5}", flush=True)


def bench(name: str, engine: Engine, runs: int, cold_runs: int) -> bytes:
    """Measure one engine; what the program printed."""
    with tempfile.TemporaryDirectory() as folder:
        if engine.caches:
            cold = []
            for _ in range(cold_runs):
                shutil.rmtree(folder)
                os.mkdir(folder, 0o700)
                cold.append(measure(engine.command, engine.environment(folder)))
            show(f"{name}, cold", cold)
        first = measure(engine.command, engine.environment(folder))
        warm = [measure(engine.command, engine.environment(folder)) for _ in range(runs)]
        show(f"{name}, warm" if engine.caches else name, warm)
    return first.output


def main() -> None:
    """See the module's text."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--cold-runs", type=int, default=1)
    parser.add_argument("--only", help="names, with commas between them")
    parser.add_argument("app")
    parser.add_argument("args", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    print(f"{'':22} {'wall s':>9} {'CPU s':>9} {'MiB':>9} {'runs':>5}")
    outputs = {}
    for name, engine in engines(options.app, options.args).items():
        if not options.only or name in options.only.split(","):
            outputs[name] = bench(name, engine, options.runs, options.cold_runs)
    outputs.pop("python -c pass", None)
    if len(set(outputs.values())) > 1:
        print("the outputs differ:", *(f"{name}: {output[:200]!r}" for name, output in outputs.items()), sep="\n")
        raise SystemExit(1)


if __name__ == "__main__":
    main()
