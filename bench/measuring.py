"""Kernels of the suite: how they are compiled and run, in processes that take turns."""

from __future__ import annotations

import os
import platform
import shutil
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUT = HERE / "out"
KERNELS = tuple(sorted(path.stem for path in (HERE / "kernels").glob("*.c")))
JUMPS = ("-mexception-handling", "-mllvm", "-wasm-enable-sjlj")
WASM_FLAGS = {
    "dot": ("-msimd128",), "blur": ("-msimd128",), "exceptions": (*JUMPS, "-mllvm", "-wasm-use-legacy-eh=false"),
}  # fmt: skip
LEGACY_FLAGS = {"exceptions": JUMPS}
"""For kernels whose instructions V8 has in an older form only."""
NATIVE, PORTABLE = "native -march=native", "native"

# sizes that an interpreter of interpreters can do; a kernel without one is left out there
SMALL = {
    "blake2b": 1280, "chase": 3000, "exceptions": 40, "fannkuch": 5, "fft": 6, "fib": 13, "floyd": 12, "indirect": 2000,
    "json": 4, "life": 8, "lu": 14, "lz": 2000, "mandelbrot": 8, "matmul": 16, "nbody": 30, "perft": 1, "queens": 5,
    "regex": 1000, "sha256": 1280, "sieve": 3000, "sort": 400, "spectral": 8, "stencil": 8, "vm": 60,
}  # fmt: skip


@dataclass
class Timing:
    """Seconds that one engine took for one kernel, each the shortest of its process's repetitions."""

    seconds: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """The median over the processes."""
        return statistics.median(self.seconds)

    @property
    def spread(self) -> float:
        """Half of the range as a share of the median."""
        return (max(self.seconds) - min(self.seconds)) / 2 / self.median


Row = dict[str, Timing]


def compile_kernel(kernel: str) -> None:
    """The kernel as a WASI module, and as native code with and without the machine's own instructions."""
    OUT.mkdir(exist_ok=True)
    source = str(HERE / "kernels" / f"{kernel}.c")
    zig = [sys.executable, "-m", "ziglang", "cc", "-O3", "-s", "-ffp-contract=off", source]
    for suffix, flags in ((".wasm", WASM_FLAGS.get(kernel, ())), (".legacy.wasm", LEGACY_FLAGS.get(kernel))):
        if flags is not None:
            target = ("-target", "wasm32-wasi", *flags, "-o", str(OUT / f"{kernel}{suffix}"))
            subprocess.run([*zig, *target], check=True)
    subprocess.run([*zig, "-march=native", "-o", str(OUT / kernel), "-lm"], check=True)
    subprocess.run([*zig, "-o", str(OUT / f"{kernel}.portable"), "-lm"], check=True)


def measure(command: Sequence[str]) -> tuple[float, float]:
    """Seconds and checksum of one process."""
    environment = {**os.environ, "PYTHONUTF8": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    fields = dict(line.split() for line in done.stdout.splitlines())
    return float(fields["seconds"]), float(fields["checksum"])


def measure_row(kernel: str, commands: Mapping[str, Sequence[str]], runs: int, extra: Sequence[str]) -> Row:
    """All engines on one kernel, which take turns. SystemExit if they compute different things."""
    row: Row = {name: Timing() for name in commands}
    checksums: dict[str, float] = {}
    names = list(commands)
    for turn in range(runs):
        for i in range(len(names)):
            name = names[(i + turn) % len(names)]
            seconds, checksum = measure([*commands[name], *extra])
            row[name].seconds.append(max(seconds, 1e-7))
            checksums[name] = checksum
    if len(set(checksums.values())) != 1:
        raise SystemExit(f"{kernel}: the engines disagree: {checksums}")
    return row


def machine() -> str:
    """What this has been measured on, for people."""
    versions = [f"Python {platform.python_version()}"]
    if node := shutil.which("node"):
        versions.append("Node.js " + subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip())
    load = f", load average {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    return f"{os.cpu_count()} cores of {platform.machine()}{load}; {', '.join(versions)}"
