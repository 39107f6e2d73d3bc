"""Kernels in C: native code, wasmjit, wasmtime and V8 side by side in one run.

usage: python bench/run.py [--kernels a,b] [--engines a,b] [--repetitions N] [--opt N] [--cflags FLAGS] [--json FILE]

Each kernel is compiled twice by the same clang (of the package ziglang): to WebAssembly by `-O3` and
`--cflags`, and natively by `-O3 -march=native`, both without fused multiply-add, so that all checksums agree (they are
compared). The engines take turns; a process runs its kernel several times and reports the shortest wall time; the table
shows medians over the processes. The last row is the CPU time of the whole process: start of the engine, compilation,
set-up and all repetitions.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUT = HERE / "out"
KERNELS = tuple(sorted(path.stem for path in (HERE / "kernels").glob("*.c") if path.stem != "exceptions"))
"""`exceptions` needs flags that native code does not take: `python -m bench` has it."""
ENGINES = ("native", "wasmjit", "wasmtime", "v8")


@dataclass(frozen=True)
class Sample:
    """One process: wall time of the kernel (shortest repetition), CPU time in all, and what it computed."""

    kernel_s: float
    cpu_s: float
    checksum: str


def compile_kernel(kernel: str, cflags: Sequence[str]) -> tuple[Path, Path]:
    """The kernel as a WASI module and as a native program."""
    OUT.mkdir(exist_ok=True)
    source = HERE / "kernels" / f"{kernel}.c"
    wasm, native = OUT / f"{kernel}.wasm", OUT / kernel
    zig = [sys.executable, "-m", "ziglang", "cc", "-O3", "-s", "-ffp-contract=off", str(source)]
    subprocess.run([*zig, "-target", "wasm32-wasi", *cflags, "-o", str(wasm)], check=True)
    subprocess.run([*zig, "-march=native", "-o", str(native), "-lm"], check=True)
    return wasm, native


def commands(wasm: Path, native: Path, options: Sequence[str]) -> dict[str, list[str]]:
    """How to run the kernel in each engine that is there."""
    found = {
        "native": [str(native)],
        "wasmjit": [sys.executable, "-m", "wasmjit", "run", *options, str(wasm)],
        "wasmtime": [sys.executable, str(HERE / "run_wasmtime.py"), str(wasm)],
    }
    node = shutil.which("node")
    return {**found, "v8": [node, "--no-warnings", str(HERE / "wasi.mjs"), str(wasm)]} if node else found


def measure(command: Sequence[str]) -> Sample:
    """Run a kernel's process once."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONUTF8": "1"})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    fields = dict(line.split() for line in done.stdout.splitlines())
    return Sample(float(fields["seconds"]), cpu_s, fields["checksum"])


def measure_kernel(kernel: str, runs: Mapping[str, Sequence[str]], repetitions: int) -> dict[str, Sample]:
    """Medians of all engines on one kernel, which take turns; checks that they compute the same."""
    names = list(runs)
    samples: dict[str, list[Sample]] = {name: [] for name in names}
    for turn in range(repetitions):
        for i in range(len(names)):
            name = names[(i + turn) % len(names)]
            samples[name].append(measure(runs[name]))
    checksums = {sample.checksum for taken in samples.values() for sample in taken}
    if len(checksums) != 1:
        raise SystemExit(f"{kernel}: the engines disagree: {samples}")
    return {
        name: Sample(
            statistics.median(sample.kernel_s for sample in taken),
            statistics.median(sample.cpu_s for sample in taken),
            taken[0].checksum,
        )
        for name, taken in samples.items()
    }


def table(results: Mapping[str, Mapping[str, Sample]], engines: Sequence[str]) -> str:
    """The results in Markdown: seconds, and times the native code's; geometric means below."""
    names = [name for name in engines if all(name in row for row in results.values())]
    lines = ["| kernel | " + " | ".join(names) + " |", "|---|" + "---|" * len(names)]
    for kernel, row in results.items():
        base = row["native"].kernel_s if "native" in row else None
        cells = [f"{row[n].kernel_s:.4f} s" + (f" ({row[n].kernel_s / base:.2f})" if base else "") for n in names]
        lines.append(f"| {kernel} | " + " | ".join(cells) + " |")
    if "native" in names:
        ratios = [[row[n].kernel_s / row["native"].kernel_s for row in results.values()] for n in names]
        lines.append("| geometric mean | " + " | ".join(f"{statistics.geometric_mean(r):.2f}" for r in ratios) + " |")
    totals = [statistics.median(row[n].cpu_s for row in results.values()) for n in names]
    lines.append("| whole process, CPU | " + " | ".join(f"{total:.2f} s" for total in totals) + " |")
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Kernels in C: native, wasmjit, wasmtime, V8")
    parser.add_argument("--kernels", default=",".join(KERNELS))
    parser.add_argument("--engines", default=",".join(ENGINES))
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--opt", default="2")
    parser.add_argument("--bounds-checks", default="guard")
    parser.add_argument("--cflags", default="", help="more flags for the compilation to WebAssembly, as one word")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    options = ["--tier=optimized", f"--opt={args.opt}", f"--bounds-checks={args.bounds_checks}"]
    engines = args.engines.split(",")
    results = {}
    for kernel in args.kernels.split(","):
        runs = commands(*compile_kernel(kernel, args.cflags.split()), options)
        runs = {name: runs[name] for name in engines if name in runs}
        results[kernel] = measure_kernel(kernel, runs, args.repetitions)
    print(f"{os.cpu_count()} cores, medians of {args.repetitions} processes, wasmjit run {' '.join(options)}")
    print(f"C to WebAssembly: -O3 {args.cflags}\n")
    print(table(results, engines))
    if args.json:
        rows = {kernel: {name: asdict(sample) for name, sample in row.items()} for kernel, row in results.items()}
        args.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
