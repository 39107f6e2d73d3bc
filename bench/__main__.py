"""The benchmark suite: every kernel under every engine, into bench/RESULTS.md and bench/plots.

usage: python -m bench [--sections a,b] [--kernels a,b] [--runs N] [--repetitions N] [--quick] [--output FOLDER]

A kernel is one C file, compiled by the same clang (of the package ziglang) to WebAssembly (`-O3`) and to native code,
and perhaps a twin in JavaScript. A process runs its kernel several times and reports the shortest wall time. Engines
take turns; tables show medians over processes. All have to print the same checksum. Interpreters get smaller sizes.

Sections: kernels (about 7 minutes on a quiet machine), levels (what `--opt` costs and brings: 4 minutes), memory (of
compiling 1 MB and 6 MB: 4 minutes). What is not measured stays in RESULTS.md as it is.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from bench.levels import LARGE, TIMED, levels_text, memory_text
from bench.measuring import (
    HERE,
    KERNELS,
    LEGACY_FLAGS,
    NATIVE,
    OUT,
    PORTABLE,
    SMALL,
    Row,
    compile_kernel,
    machine,
    measure_row,
)
from bench.render import Report, write_sections


def engines(kernel: str) -> dict[str, list[str]]:
    """How to run a kernel at full size."""
    wasm = str(OUT / f"{kernel}.wasm")
    own = [sys.executable, "-m", "wasmjit", "run"]
    found = {
        NATIVE: [str(OUT / kernel)],
        PORTABLE: [str(OUT / f"{kernel}.portable")],
        "wasmjit": [*own, "--tier=optimized", "--opt=2", "--bounds-checks=guard", wasm],
        "wasmjit explicit": [*own, "--tier=optimized", "--opt=2", "--bounds-checks=explicit", wasm],
        "wasmjit -O0": [*own, "--tier=optimized", "--opt=0", wasm],
        "wasmjit baseline": [*own, "--tier=baseline", wasm],
    }
    if find_spec("wasmtime"):
        found["wasmtime"] = [sys.executable, str(HERE / "run_wasmtime.py"), wasm]
    if node := shutil.which("node"):
        flags = ("--no-warnings", "--no-liftoff", "--no-wasm-lazy-compilation")
        legacy = OUT / f"{kernel}.legacy.wasm"
        found["V8"] = [node, *flags, str(HERE / "wasi.mjs"), str(legacy if kernel in LEGACY_FLAGS else wasm)]
        script = HERE / "kernels" / f"{kernel}.mjs"
        if script.exists():
            found["JavaScript"] = [node, str(script)]
    return found


def interpreters(kernel: str) -> dict[str, list[str]]:
    """How to run a kernel at a small size in interpreters, and in machine code for comparison.

    The first repetition has to translate or compile; pywasm has nothing of the kind to do, and is slow.
    """
    wasm, size = str(OUT / f"{kernel}.wasm"), str(SMALL[kernel])
    own = [sys.executable, "-m", "wasmjit", "run"]
    found = {
        "interp": [*own, "--tier=interp", wasm, size, "3"],
        "wasmjit": [*own, "--tier=optimized", "--opt=2", "--bounds-checks=guard", wasm, size, "3"],
    }
    if find_spec("pywasm"):
        found["pywasm"] = [sys.executable, str(HERE / "run_pywasm.py"), wasm, size, "1"]
    return found


def _rows(kernels: Sequence[str], args: argparse.Namespace) -> Iterator[tuple[str, Row, Row | None]]:
    for kernel in kernels:
        print(kernel, flush=True, file=sys.stderr)
        compile_kernel(kernel)
        full = [str(SMALL.get(kernel, 64))] if args.quick else []
        extra = [*full, str(args.repetitions)] if full else []
        row = measure_row(kernel, engines(kernel), args.runs, extra)
        small = measure_row(kernel, interpreters(kernel), 1, []) if kernel in SMALL else None
        yield kernel, row, small


def main() -> None:
    """Measure, and write the results."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="The benchmark suite")
    parser.add_argument("--sections", default="kernels,levels,memory")
    parser.add_argument("--kernels", default=",".join(KERNELS))
    parser.add_argument("--module", default=TIMED, help="what is compiled for the section on levels")
    parser.add_argument("--modules", default=",".join(LARGE), help="what is compiled for the section on memory")
    parser.add_argument("--runs", type=int, default=2, help="processes of each engine for each kernel")
    parser.add_argument("--repetitions", type=int, default=5, help="with --quick: in each process")
    parser.add_argument("--quick", action="store_true", help="small sizes: to see whether it works")
    parser.add_argument("--output", type=Path, default=HERE)
    args = parser.parse_args()
    kernels, sections = args.kernels.split(","), args.sections.split(",")
    if "kernels" in sections:
        report = Report(machine(), args.runs)
        for kernel, row, small in _rows(kernels, args):
            report.add(kernel, row, small)
            report.write(args.output)
    if "levels" in sections:
        sizes = {kernel: [str(SMALL[kernel]), str(args.repetitions)] for kernel in SMALL} if args.quick else {}
        write_sections(
            args.output, {"Levels": f"{machine()}.\n\n{levels_text(kernels, args.runs, sizes, args.module)}"}
        )
    if "memory" in sections:
        write_sections(args.output, {"Memory": f"{machine()}.\n\n{memory_text(args.modules.split(','))}"})
    print((args.output / "RESULTS.md").read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
