"""Speed-up of a Mandelbrot with pthreads on two threads: wasi-threads under wasmjit, next to native threads.

usage: python bench/threads.py [--size N] [--iterations N] [--runs N] [--opt LEVEL]

The program (mandelbrot_threads.c, with pthreads.c for wasm) is compiled by clang of the package ziglang and measures
itself, from before its first thread starts until the last is joined. The runs take turns; the table shows the shortest
times. The checksums have to agree. The last line is what the machine has to give: two native processes with one thread
each, started together; on a machine with two cores to spare they take as long as one, a speed-up of 2.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUT = HERE / "out"
SOURCE = HERE / "mandelbrot_threads.c"
WASM_OPTIONS = [
    *("-target", "wasm32-wasi", "-mcpu=generic+atomics+bulk_memory"),
    "-Wl,--shared-memory,--import-memory,--export-memory,--max-memory=67108864",
]
THREADS = (1, 2)


def build() -> dict[str, Path]:
    """The program as WebAssembly and as native code."""
    OUT.mkdir(exist_ok=True)
    clang = [sys.executable, "-m", "ziglang", "cc", "-O3"]
    wasm, native = OUT / "mandelbrot_threads.wasm", OUT / "mandelbrot_threads"
    subprocess.run([*clang, *WASM_OPTIONS, str(SOURCE), str(HERE / "pthreads.c"), "-o", str(wasm)], check=True)
    subprocess.run(
        [*clang, "-march=native", "-ffp-contract=off", str(SOURCE), "-lpthread", "-o", str(native)], check=True
    )
    return {"wasmjit": wasm, "native": native}


def measure(engine: str, program: Path, threads: int, options: argparse.Namespace) -> tuple[float, str]:
    """Seconds and checksum of one run."""
    prefix = (
        [sys.executable, "-m", "wasmjit", "run", "--tier=optimized", f"--opt={options.opt}"]
        if engine == "wasmjit"
        else []
    )
    command = [*prefix, str(program), str(threads), str(options.size), str(options.iterations)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    fields = dict(line.split() for line in done.stdout.splitlines())
    return float(fields["seconds"]), fields["checksum"]


def measure_together(program: Path, options: argparse.Namespace) -> float:
    """Seconds that the slower of two native processes takes beside the other."""
    command = [str(program), "1", str(options.size), str(options.iterations)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    return max(float(process.communicate()[0].split()[1]) for process in both)


def main() -> None:
    """Run and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--size", type=int, default=600)
    parser.add_argument("--iterations", type=int, default=2000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--opt", default="2")
    options = parser.parse_args()
    found: dict[tuple[str, int], list[tuple[float, str]]] = {}
    together: list[float] = []
    programs = build()
    for _ in range(options.runs):
        for engine, program in programs.items():
            for threads in THREADS:
                found.setdefault((engine, threads), []).append(measure(engine, program, threads, options))
        together.append(measure_together(programs["native"], options))
    if len({checksum for runs in found.values() for _, checksum in runs}) > 1:
        raise ValueError("the checksums differ")
    print("| engine | 1 thread, s | 2 threads, s | speed-up |")
    print("|---|---|---|---|")
    for engine in programs:
        one, two = (min(found[engine, threads])[0] for threads in THREADS)
        print(f"| {engine} | {one:.3f} | {two:.3f} | {one / two:.2f} |")
    one = min(found["native", 1])[0]
    print(f"| two processes | {one:.3f} | {min(together):.3f} | {2 * one / min(together):.2f} |")


if __name__ == "__main__":
    main()
