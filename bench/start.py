"""How long a program takes from the start of its process to its end, cold and warm, beside other engines.

usage: python bench/start.py [--runs N] [--cold-runs N] [--only NAMES] APP.wasm [ARGS...]

Every run is a process of its own. "cold" has an empty cache each time, "warm" what runs before have left; the engines
take turns at warm runs. Medians of wall and CPU seconds (user and system), the largest resident memory, and CPU
milliseconds more than `python -c pass`. wasmtime's command and node take part if they are on PATH, the Python package
wasmtime if it is installed. At the end all outputs are compared.
"""

from __future__ import annotations

import argparse
import contextlib
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
PASS = "python -c pass"
COMMAND = "import sys; from wasmjit.cli import main; sys.exit(main())"
"""What installers write into the command `wasmjit`. Older ones import `re` too, which takes 6 ms; `-m` takes 4."""


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
        PASS: Engine([sys.executable, "-c", "pass"], plain, False),
        "wasmjit": Engine(
            [sys.executable, "-c", COMMAND, "run", app, *args], lambda folder: {"WASMJIT_CACHE_DIR": folder}, True
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


def show(name: str, runs: list[Run], least: float) -> None:
    """A line of the table; `least` is what is subtracted from the CPU seconds in the last column."""
    walls, cpus = (statistics.median(values) for values in ([r.wall for r in runs], [r.cpu for r in runs]))
    memory = max(run.memory for run in runs) / 2**20
    print(f"{name:22} {walls:9.3f} {cpus:9.4f} {memory:9.1f} {len(runs):5} {1e3 * (cpus - least):9.1f}", flush=True)


def measure_cold(engine: Engine, folder: str, runs: int) -> list[Run]:
    """Runs with an empty cache each; the last one leaves what warm ones find."""
    cold = []
    for _ in range(runs if engine.caches else 0):
        shutil.rmtree(folder)
        os.mkdir(folder, 0o700)
        cold.append(measure(engine.command, engine.environment(folder)))
    return cold


def bench(found: dict[str, Engine], runs: int, cold_runs: int) -> dict[str, bytes]:
    """Measure all engines, which take turns at warm runs; what the program printed under each."""
    with contextlib.ExitStack() as stack:
        folders = {name: stack.enter_context(tempfile.TemporaryDirectory()) for name in found}
        cold = {name: measure_cold(engine, folders[name], cold_runs) for name, engine in found.items()}
        # twice, as the second start is the first to see which modules one without a compiler imports
        first = [[measure(e.command, e.environment(folders[name])) for name, e in found.items()] for _ in range(2)]
        turns = [[measure(e.command, e.environment(folders[name])) for name, e in found.items()] for _ in range(runs)]
    warm = dict(zip(found, map(list, zip(*turns, strict=True)), strict=True))
    least = statistics.median(run.cpu for run in warm[PASS]) if PASS in warm else 0.0
    for name, engine in found.items():
        if engine.caches:
            show(f"{name}, cold", cold[name], least)
        show(f"{name}, warm" if engine.caches else name, warm[name], least)
    return {name: run.output for name, run in zip(found, first[0], strict=True)}


def main() -> None:
    """See the module's text."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=11)
    parser.add_argument("--cold-runs", type=int, default=1)
    parser.add_argument("--only", help="names, with commas between them")
    parser.add_argument("app")
    parser.add_argument("args", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # it would have every start compile its modules
    print(f"load average {os.getloadavg()[0]:.1f}")
    print(f"{'':22} {'wall s':>9} {'CPU s':>9} {'MiB':>9} {'runs':>5} {'ms over':>9}")
    found = engines(options.app, options.args)
    outputs = bench(
        {name: engine for name, engine in found.items() if not options.only or name in options.only.split(",")},
        options.runs,
        options.cold_runs,
    )
    outputs.pop(PASS, None)
    if len(set(outputs.values())) > 1:
        print("the outputs differ:", *(f"{name}: {output[:200]!r}" for name, output in outputs.items()), sep="\n")
        raise SystemExit(1)


if __name__ == "__main__":
    main()
